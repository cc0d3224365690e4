"""A workflow moves along its table and in no other way."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.states import ITEM_WORKFLOW, REQUEST_WORKFLOW
from apps.agreements.states import AGREEMENT_WORKFLOW
from apps.core.errors import WrongState
from apps.core.workflow import Workflow
from apps.datasets.states import VERSION_WORKFLOW
from tests import stories

WORKFLOWS = [VERSION_WORKFLOW, REQUEST_WORKFLOW, ITEM_WORKFLOW, AGREEMENT_WORKFLOW]
ENDS = {
    "version": {"withdrawn"},
    "access request": {"withdrawn"},  # a closed one is open again while a denial is under appeal
    "request item": set(),  # a decision can be undone for a while
    "agreement": {"terminated", "expired"},
}
by_name = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda w: w.name)


def reached(workflow: Workflow) -> set[str]:
    """A second way to walk the table, in plain Python."""
    known, open_ends = {str(workflow.start)}, [str(workflow.start)]
    while open_ends:
        here = open_ends.pop()
        for (source, _verb), target in workflow.table.items():
            if source == here and target not in known:
                known.add(str(target))
                open_ends.append(str(target))
    return known


@by_name
def test_every_state_can_be_reached(workflow: Workflow) -> None:
    assert reached(workflow) == set(workflow.states())


@by_name
def test_only_the_named_states_are_ends(workflow: Workflow) -> None:
    assert {state for state in workflow.states() if not workflow.verbs(state)} == ENDS[workflow.name]


@by_name
def test_what_is_not_in_the_table_leads_nowhere(workflow: Workflow) -> None:
    """T83."""
    verbs = {verb for _state, verb in workflow.table} | {"", "planted"}
    for state in [*workflow.states(), "planted"]:
        for verb in verbs:
            expected = {(str(s), v): str(t) for (s, v), t in workflow.table.items()}.get((state, verb))
            assert workflow.after(state, verb) == expected


def test_a_diagram_names_every_move_and_every_end() -> None:
    drawn = Workflow({("a", "go_on"): "b"}, start="a", name="small").mermaid()
    assert drawn == "stateDiagram-v2\n    [*] --> a\n    a --> b: go on\n    b --> [*]\n"


def test_every_state_is_listed_once_the_first_one_first() -> None:
    assert Workflow({}, start="alone", name="small").states() == ["alone"]
    assert Workflow({("b", "go"): "c", ("d", "go"): "c"}, start="a", name="small").states() == ["a", "b", "d", "c"]


@given(st.lists(st.sampled_from(sorted({verb for _s, verb in REQUEST_WORKFLOW.table})), max_size=50))
def test_any_sequence_of_verbs_ends_where_the_table_says(verbs: list[str]) -> None:
    """T82."""
    table = {(str(s), v): str(t) for (s, v), t in REQUEST_WORKFLOW.table.items()}
    here = model = str(REQUEST_WORKFLOW.start)
    for verb in verbs:
        here = REQUEST_WORKFLOW.after(here, verb) or here
        model = table.get((model, verb), model)
        assert here == model


@pytest.mark.django_db
def test_a_move_stores_the_state_with_its_facts() -> None:
    request, other = stories.draft().request, stories.draft().request
    request.move("withdraw", ended_at=request.created_at)
    assert (request.state, request.ended_at) == ("withdrawn", request.created_at)
    assert AccessRequest.objects.get(pk=other.pk).state == "draft"
    stored = AccessRequest.objects.get(pk=request.pk)
    assert (stored.state, stored.ended_at) == ("withdrawn", request.created_at)


@pytest.mark.django_db
def test_a_step_that_is_not_there_is_refused_with_a_sentence() -> None:
    request = stories.draft().request
    assert not request.can("decide")
    with pytest.raises(WrongState, match="access request is “Draft”"):
        request.move("decide")
    assert AccessRequest.objects.get(pk=request.pk).state == "draft"


@pytest.mark.django_db
def test_a_stale_object_moves_nothing() -> None:
    """T99."""
    request = stories.submitted().request
    stale = AccessRequest.objects.get(pk=request.pk)
    request.move("accept_for_review")
    with pytest.raises(WrongState):
        stale.move("accept_for_review")
    assert AccessRequest.objects.get(pk=request.pk).state == "in_review"


@pytest.mark.django_db
def test_an_item_moves_from_its_own_state_only(monkeypatch: pytest.MonkeyPatch) -> None:
    case = stories.decided()
    item: Any = Item.objects.get(pk=case.item.pk)
    item.state = "open"  # a forged object; the row knows better
    with pytest.raises(WrongState):
        item.move("deny", reason="forged")
