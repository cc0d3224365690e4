"""The fields of a request are one table, and everything that has to do with them reads it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, models

from apps.access_requests import commands, fields, rules, snapshot
from apps.access_requests.fields import FIELDS, Kind, RequestField
from apps.access_requests.models import AccessRequest
from apps.api import schemas, serialise
from apps.grants.access_state import state_of_request
from apps.web.request_rows import changes, written
from apps.web.requests.forms import RequestForm
from deploy.demo.seed.requests import Project
from tests import stories

pytestmark = pytest.mark.django_db
FAKE = RequestField(
    "methods_note", Kind.TEXT, "project", most=500, personal=True,
    label="Methods", question="Which methods?", missing="Name your methods.",
)  # fmt: skip


def add(field: RequestField, monkeypatch: pytest.MonkeyPatch, *, said: str = "Cox regression") -> None:
    """A field more in the table, and nowhere else; every request says this in it. It has no column to be saved in."""
    monkeypatch.setattr(fields, "FIELDS", (*FIELDS, field))
    monkeypatch.setattr(AccessRequest, field.name, said, raising=False)


def strange_to_the_api(names: Iterable[str]) -> set[str]:
    """The fields that a program cannot send when it drafts or changes, or does not read."""
    wanted = set(names)
    sent = [set(shape.model_fields) for shape in (schemas.NewRequest, schemas.RequestChange)]
    read = set(schemas.RequestOut.model_fields) | {"datasets"}  # which it reads as `items`, each with its decision
    return set().union(*(wanted - known for known in [*sent, read]))


def not_in_the_model(table: Iterable[RequestField]) -> set[str]:
    columns = {field.name: field for field in AccessRequest._meta.local_fields}
    types = {Kind.LINE: models.CharField, Kind.TEXT: models.TextField, Kind.DAY: models.DateField}
    return {one.name for one in table if one.kind in types and not isinstance(columns.get(one.name), types[one.kind])}


def erased_from_a_round() -> set[str]:
    """What the trigger on rounds lets go from a snapshot, besides questions, answers and the text of a class."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'access_requests_round_frozen'")
        listed = cursor.fetchone()[0].split("NEW.snapshot - ARRAY[")[1].split("]")[0]
    return {name.strip(" '") for name in listed.split(",")} - {"questions", "forms", "supervision"}


def test_the_model_has_a_column_for_each_field_that_is_one() -> None:
    assert not_in_the_model(FIELDS) == set()
    assert (*fields.personal(), "answers") == AccessRequest.PERSONAL_FIELDS
    for one in fields.of_kind(Kind.LINE):
        assert AccessRequest._meta.get_field(one.name).max_length == one.most


def test_control_a_field_without_a_column_is_found() -> None:
    assert not_in_the_model([*FIELDS, FAKE]) == {FAKE.name}


def test_the_api_takes_and_gives_every_field() -> None:
    assert strange_to_the_api(one.name for one in FIELDS) == set()


def test_control_a_field_that_the_api_does_not_know_is_found() -> None:
    assert strange_to_the_api([*(one.name for one in FIELDS), FAKE.name]) == {FAKE.name}


def test_what_is_personal_may_be_erased_from_a_round_and_nothing_else() -> None:
    assert erased_from_a_round() == {one.name for one in FIELDS if one.personal and one.in_snapshot}


def test_every_reader_takes_a_new_field_from_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would miss the field if it had a list of its own."""
    case = stories.draft()
    add(FAKE, monkeypatch)
    request, name = case.request, FAKE.name
    form = RequestForm(chosen=[])
    assert form.fields[name].max_length == 500  # type: ignore[attr-defined]
    assert name in [field.name for field in form.groups["project"]]
    assert snapshot.snapshot_of(request)[name] == "Cox regression"
    assert name not in rules.missing_for_submission(request)
    state = state_of_request(case.applicant, request)
    assert serialise.request(request, {}, state)[name] == "Cox regression"
    rows = changes({name: "Before"}, {name: "After"}, names={}, titles={})
    assert [(row["label"], row["before"], row["after"]) for row in rows] == [("Methods", "Before", "After")]
    assert "Methods" in [row["label"] for row in written({name: "Something"}, for_committee=True)]
    with pytest.raises(ValueError, match=name):  # it is saved too; only the column is missing
        commands.change(request, by=case.applicant, **{name: "Other methods"})
    with pytest.raises(LookupError, match=name):  # the demo's projects say nothing about it yet
        Project.read({"title": "T", "purpose": "P", "public_summary": "S", "days": 3})


def test_every_page_shows_a_new_field(monkeypatch: pytest.MonkeyPatch) -> None:
    case, before = stories.draft(), stories.submitted()
    add(FAKE, monkeypatch)
    client = stories.client_for(case.applicant)
    assert "Which methods?" in client.get(f"/requests/{case.request.pk}/edit/").content.decode()
    assert "Cox regression" in client.get(f"/requests/{case.request.pk}/").content.decode()
    page = stories.client_for(before.committee_setup.chair).get(f"/review/{before.request.pk}/").content.decode()
    assert "<h3>Methods</h3>" in page
    assert "None" not in page, "a round from before the field has nothing to show in it"


def test_a_required_field_is_missed_and_an_optional_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    case = stories.draft()
    add(FAKE, monkeypatch, said=" ")
    assert rules.missing_for_submission(case.request) == {FAKE.name: "Name your methods."}
    optional = RequestField(FAKE.name, Kind.TEXT, "project", label="Methods", question="Which methods?", most=500)
    add(optional, monkeypatch, said=" ")
    assert rules.missing_for_submission(case.request) == {}
    assert not RequestForm(chosen=[]).fields[FAKE.name].required


def test_what_the_committee_is_not_shown_is_on_no_page_of_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: dict[str, Any] = {"label": "Billing", "question": "Who pays?"}
    field = RequestField("billing", Kind.TEXT, "project", shown_to_committee=False, in_snapshot=False, **hidden)
    case = stories.draft()
    add(field, monkeypatch)
    assert "billing" not in snapshot.snapshot_of(case.request)
    assert "Billing" not in [row["label"] for row in written({"billing": "7"}, for_committee=True)]
    assert "Billing" in [row["label"] for row in written({"billing": "7"})]
    assert changes({"billing": "1"}, {"billing": "2"}, names={}, titles={}) == []


def test_a_request_can_be_made_to_name_colleagues(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, together = stories.draft(), stories.draft(members=[stories.person()])
    needed = replace(fields.MEMBERS, missing="Name a colleague.")
    monkeypatch.setattr(fields, "FIELDS", tuple(needed if one is fields.MEMBERS else one for one in FIELDS))
    assert rules.missing_for_submission(alone.request) == {"members": "Name a colleague."}
    assert rules.missing_for_submission(together.request) == {}
