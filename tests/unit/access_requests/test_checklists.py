"""Checklists: criteria frozen with the round, verdicts as evidence, required before a vote."""

from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.access_requests.models import Verdict
from apps.access_requests.queries_checklists import checklist_in, newest_verdicts
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.checklists import LONGEST, Checklist, lines, mark, shipped
from apps.committees.rules_checklist import check_checklist
from apps.core.errors import Denied, DomainError, Invalid, NotFound, WrongState
from apps.people.models import Person
from tests import stories

CRITERIA = ("The purpose is allowed.", "The data are necessary.")


def with_checklist(*, required: bool = False) -> stories.Case:
    """A case in review of a committee that had this checklist when the round began."""
    setup = stories.committee_setup()
    commands.change_checklist(setup.committee, criteria=CRITERIA, required=required, by=setup.chair)
    place = stories.published_dataset(committee_setup=setup)
    return stories.in_review(stories.submitted(published_dataset=place))


def give(
    case: stories.Case, number: int = 1, says: str = "met", reason: str = "Clear.", by: Person | None = None
) -> Verdict:
    assert case.round is not None
    who = by or case.committee_setup.chair
    said = {"number": number, "says": says, "reason": reason, "seen": case.round}
    return commands.give_verdict(case.request, committee=case.committee_setup.committee, by=who, **said)


# ------------------------------------------------------------------------------------------------- without database
@pytest.mark.parametrize(
    ("criteria", "required"),
    [(("x" * (LONGEST + 1),), False), (("a", "a"), False), ((), True), (tuple(str(n) for n in range(21)), False)],
)
def test_a_checklist_is_refused(criteria: tuple[str, ...], required: bool) -> None:
    with pytest.raises(Invalid) as refused:
        check_checklist(criteria, required)
    assert set(refused.value.fields) == {"criteria"}


def test_a_checklist_is_taken_and_read_back() -> None:
    check_checklist(CRITERIA, True)
    check_checklist((), False)
    assert Checklist.read(Checklist(CRITERIA, True).as_json()) == Checklist(CRITERIA, True)
    assert Checklist.read(None) == Checklist()
    assert (mark(1), mark(8), len(shipped())) == ("a", "h", 8)
    assert lines(" a  b \n\n c") == ["a b", "c"]


# ---------------------------------------------------------------------------------------------------- with database
@pytest.mark.django_db
def test_a_round_keeps_the_checklist_it_began_with() -> None:
    case = with_checklist()
    setup = case.committee_setup
    with pytest.raises(WrongState):
        commands.change_checklist(setup.committee, criteria=("Other.",), required=False, seen="other", by=setup.chair)
    commands.change_checklist(setup.committee, criteria=("Other.",), required=True, by=setup.chair)
    commands.change_checklist(setup.committee, criteria=("Other.",), required=True, by=setup.chair)
    assert Event.objects.filter(kind=Kind.CHECKLIST_CHANGED).count() == 2
    case.round.refresh_from_db()
    assert checklist_in(case.round, setup.committee.pk) == Checklist(CRITERIA, False)
    with pytest.raises(Denied):
        commands.change_checklist(setup.committee, criteria=(), required=False, by=setup.members[0])


@pytest.mark.django_db
def test_the_newest_verdict_counts_and_earlier_ones_stay() -> None:
    case = with_checklist()
    committee = case.committee_setup.committee.pk
    give(case, says="unclear")
    last = give(case, says="not_met", by=case.committee_setup.members[0])
    assert newest_verdicts(case.round, [committee]) == {committee: {1: last}}
    assert Verdict.objects.count() == Event.objects.filter(kind=Kind.VERDICT_GIVEN).count() == 2
    assert newest_verdicts(case.round, []) == {}


@pytest.mark.django_db
def test_where_required_each_criterion_has_a_verdict_before_anybody_votes() -> None:
    case = with_checklist(required=True)
    chair = case.committee_setup.chair
    page = stories.client_for(chair).get(reverse("case", args=[case.request.pk]))
    assert page.context["items"][0]["form"] is None and page.context["items"][0]["why_not"]
    give(case, 1)
    with pytest.raises(WrongState):
        stories.vote(case, chair)
    give(case, 2, "na", "No exception is used.")
    stories.vote(case, chair)
    free = with_checklist()  # the control: not required
    stories.vote(free, free.committee_setup.chair)


@pytest.mark.django_db
def test_what_is_no_verdict() -> None:
    case = with_checklist()
    refused: list[tuple[dict[str, Any], type[DomainError]]] = [
        ({"number": 3}, NotFound), ({"number": 0}, NotFound), ({"says": "maybe"}, Invalid), ({"reason": " "}, Invalid),
        ({"reason": "x" * 1001}, Invalid), ({"by": case.applicant}, Denied), ({"by": stories.person()}, Denied),
    ]  # fmt: skip
    for how, kind in refused:
        with pytest.raises(kind):
            give(case, **how)
    undeclared = stories.person()
    commands.add_committee_member(case.committee_setup.committee, person=undeclared, by=case.committee_setup.chair)
    with pytest.raises(Denied):
        give(case, by=undeclared)
    other = with_checklist()
    other.round, mine = case.round, other.round
    with pytest.raises(WrongState):
        give(other)
    other.round = mine
    stories.decided(other)
    with pytest.raises(WrongState):
        give(other)


@pytest.mark.django_db
def test_the_page_of_a_case_takes_a_verdict() -> None:
    case = with_checklist()
    client, page = stories.client_for(case.committee_setup.chair), reverse("case", args=[case.request.pk])
    slug = case.committee_setup.committee.slug
    path = reverse("case_verdict", args=[case.request.pk, slug, 2])
    (shown,) = client.get(page).context["checklists"]
    assert ([row["mark"] for row in shown.rows], shown.given, shown.missing) == (["a", "b"], 0, "")
    said = {"seen": str(case.round.pk), "says": "met", "reason": "Nine of ten variables are used."}
    wrong = client.post(path, said | {"reason": ""})
    assert wrong.status_code == 422 and wrong.context["checklists"][0].rows[1]["form_open"]
    stale = client.post(path, said | {"seen": "00000000-0000-4000-8000-000000000000"})
    assert (stale.status_code, stale.context["typed"]) == (409, said["reason"])
    assert client.post(path, said).headers["Location"].endswith("#checklist")
    (shown,) = client.get(page).context["checklists"]
    assert (shown.given, shown.rows[1]["verdict"].reason) == (1, said["reason"])
    assert client.post(reverse("case_verdict", args=[case.request.pk, "none", 2]), said).status_code == 404


@pytest.mark.django_db
def test_the_chair_chooses_the_criteria() -> None:
    setup = stories.committee_setup()
    client, path = stories.client_for(setup.chair), reverse("committee_checklist", args=[setup.committee.slug])
    assert client.get(path).context["form"].initial["criteria"].splitlines() == shipped()
    assert client.post(path, {"criteria": "", "required": "on"}).status_code == 422
    client.post(path, {"criteria": "One.\n\nTwo.", "required": "on"})
    setup.committee.refresh_from_db()
    assert Checklist.read(setup.committee.checklist) == Checklist(("One.", "Two."), True)
    assert stories.client_for(setup.members[0]).get(path).status_code == 403
