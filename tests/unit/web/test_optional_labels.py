"""Case 36: each missing field of a description is named, in order; tests/unit/web/test_every_form.py has the marks."""

from typing import Any

import pytest

from apps.datasets.conditions import Use
from apps.web.common.forms import Required
from apps.web.datasets.description_form import DescriptionForm
from tests import stories

pytestmark = pytest.mark.django_db


def description(data: dict[str, Any] | None = None, **how: Any) -> DescriptionForm:
    return DescriptionForm(data, uses=how.pop("uses", []), **how)


def test_a_complete_description_names_every_missing_field_in_the_order_of_the_form() -> None:
    empty = description({})
    assert not empty.is_valid()
    assert [field.name for field in empty if field.errors] == [
        "title", "summary", "description", "access", "longest_grant_days",
    ]  # fmt: skip
    controlled = description({"access": "controlled"})
    assert [field.name for field in controlled if field.errors] == [
        "title", "summary", "description", "committee", "longest_grant_days",
    ]  # fmt: skip
    required = {field.name for field in empty if field.field.required}
    assert required == {"title", "summary", "description", "access", "committee", "longest_grant_days"}


def test_a_draft_is_saved_before_it_is_complete_and_keeps_everything() -> None:
    """What is called saved is there after a reload."""
    world = stories.drafted_dataset()
    client, url = stories.client_for(world.owner), f"/my-datasets/{world.dataset.slug}/describe/"
    typed = {
        "title": "Half done", "summary": "", "description": "", "keywords": "a, b", "licence": "CC0",
        "attribution": "Us", "access": "registered", "longest_grant_days": "90", "requires_second_factor": "on",
        "permission": "DUO:0000007",
        "value_DS": "breast carcinoma\nlung cancer", "modifiers": ["DUO:0000024", "DUO:0000020"],
        "value_MOR": "2099-06-30", "value_COL": "Astrid Bergström",
    }  # fmt: skip
    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"draft": "1"}).status_code == 302
    form = client.get(url).context["form"]
    for name, value in typed.items():
        if name == "requires_second_factor":
            assert form[name].value() is True
        elif name == "longest_grant_days":
            assert form[name].value() == 90
        elif name == "modifiers":
            assert set(form[name].value()) == set(value)
        else:
            assert str(form[name].value()) == value, name
    world.dataset.refresh_from_db()
    assert world.dataset.committee is None  # registered access needs none


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"permission": "DUO:0000007"}, "value_DS"),
        ({"permission": "DUO:0000007", "value_DS": " \n "}, "value_DS"),
        ({"permission": "DUO:0000007", "value_DS": "x" * 201}, "value_DS"),
        ({"modifiers": ["DUO:0000022"]}, "value_GS"),
        ({"modifiers": ["DUO:0000024"]}, "value_MOR"),
        ({"modifiers": ["DUO:0000024"], "value_MOR": "2001-01-01"}, "value_MOR"),
        ({"modifiers": ["DUO:0000025"], "value_TS": "soon"}, "value_TS"),
        ({"modifiers": ["DUO:0000020"]}, "value_COL"),
        ({"modifiers": ["DUO:0000012"]}, "value_RS"),
        ({"modifiers": ["DUO:0000028"]}, "value_IS"),
        ({"modifiers": ["DUO:0000045", "DUO:0000046"]}, "modifiers"),
        ({"modifiers": ["DUO:0000018", "DUO:0000045"]}, "modifiers"),
        ({"permission": "DUO:0000011", "modifiers": ["DUO:0000044"]}, "modifiers"),
        ({"permission": "DUO:0000004", "modifiers": ["DUO:0000022"], "value_GS": "Denmark"}, "value_GS"),
        ({"permission": "DUO:0000004", "modifiers": ["DUO:0000016"]}, "modifiers"),
        ({"permission": "DUO:0000099"}, "permission"),
    ],
)
def test_conditions_without_their_value_or_against_each_other_are_refused_at_the_field(
    typed: dict[str, Any], at: str
) -> None:
    """Case 7."""
    said = {"title": "t", "summary": "s", "description": "d", "access": "open", "longest_grant_days": "1"}
    form = description(said | typed)
    assert not form.is_valid()
    assert list(form.errors) == [at]


@pytest.mark.parametrize(
    "typed",
    [
        {"permission": "DUO:0000007", "value_DS": "lung cancer"},
        {"permission": "DUO:0000004", "modifiers": ["DUO:0000019", "DUO:0000021"]},
        {"permission": "DUO:0000006", "modifiers": ["DUO:0000044", "DUO:0000018"]},
        {"modifiers": ["DUO:0000022"], "value_GS": "Denmark\nSweden"},
        {},
    ],
)
def test_control_conditions_that_agree_are_accepted(typed: dict[str, Any]) -> None:
    said = {"title": "t", "summary": "s", "description": "d", "access": "open", "longest_grant_days": "1"}
    assert description(said | typed).is_valid()


def test_a_date_that_has_passed_since_it_was_stored_does_not_block_the_form() -> None:
    said = {"title": "t", "summary": "s", "description": "d", "access": "open", "longest_grant_days": "1"}
    typed = said | {"modifiers": ["DUO:0000024"], "value_MOR": "2001-01-01"}
    assert description(typed, uses=[Use("DUO:0000024", "2001-01-01")]).is_valid()


def test_required_fields_that_a_draft_may_leave_empty_are_the_marked_kind() -> None:
    form = description()
    assert {name for name, field in form.fields.items() if isinstance(field, Required)} == {
        "summary", "description", "committee",
    }  # fmt: skip
