"""A request as a file: the same when it comes back, and refused with paths when it has another shape."""

import hashlib
import json
from copy import deepcopy
from io import BytesIO
from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.access_requests import fields, form_answers, imported, submitted
from apps.access_requests.models import Round
from apps.access_requests.rules_after import check_can_read_submitted
from apps.access_requests.snapshot import snapshot_of
from apps.core import clock
from apps.core.errors import Denied, Invalid
from apps.forms import commands as forms
from apps.forms.answers import read
from apps.forms.kinds import Type
from apps.forms.parsing import from_text
from apps.forms.shipped_forms import text_of
from tests import stories

GOOD: dict[str, Any] = {
    "format": submitted.FORMAT, "reference": "DAR-1", "round": 1, "submitted_at": "2026-01-01", "sha256": "0",
    "request": {
        "title": "Cells", "purpose": "We count them.", "public_summary": "", "starts_on": "2027-01-01", "ends_on": None,
        "datasets": ["d1"], "members": ["p1"], "applicant": "p0", "reference": "DAR-1", "questions": [],
    },
    "people": [{"id": "p1", "code": "AAAA-1111", "name": "Astrid"}],
    "datasets": [{"id": "d1", "slug": "cells", "title": "Cells"}],
}  # fmt: skip


def paths(data: Any) -> set[str]:
    with pytest.raises(Invalid) as refused:
        imported.read(data)
    return set(refused.value.fields)


def changed(*path: Any, to: Any) -> dict[str, Any]:
    data = deepcopy(GOOD)
    inside: Any = data
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = to
    return data


def test_a_document_is_read_into_the_fields_of_a_draft() -> None:
    found = imported.read(GOOD)
    assert (found.datasets, found.members, found.values["title"]) == (["cells"], ["AAAA-1111"], "Cells")
    assert found.values["ends_on"] is None
    assert set(found.values) <= set(fields.stored())


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ([], {"file"}),
        ({}, {"format", "request"}),
        (changed("format", to="rems/2"), {"format"}),
        (changed("surprise", to=1), {"surprise"}),
        (changed("request", "surprise", to=1), {"request.surprise"}),
        (changed("request", to=[]), {"request"}),
        (changed("request", "title", to=7), {"request.title"}),
        (changed("request", "title", to="x" * 201), {"request.title"}),
        (changed("request", "title", to="hidden\u202e"), {"request.title"}),
        (changed("request", "title", to="\ud800"), {"request.title"}),
        (changed("request", "starts_on", to="31/01/2027"), {"request.starts_on"}),
        (changed("request", "starts_on", to="2027-02-30"), {"request.starts_on"}),
        (changed("request", "datasets", to="d1"), {"request.datasets"}),
        (changed("request", "datasets", to=["d1", "d2", {}]), {"request.datasets[1]", "request.datasets[2]"}),
        (changed("request", "members", to=["p1"] * 101), {"request.members"}),
        (changed("people", to={}), {"people", "request.members[0]"}),
        (changed("datasets", 0, to={"id": 1}), {"datasets[0]", "request.datasets[0]"}),
    ],
)
def test_each_field_of_another_shape_is_named_by_its_path(data: Any, wrong: set[str]) -> None:
    assert paths(data) == wrong


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"NaN", b"[" * 100_000, b" " * 1_000_001])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        imported.parsed(content)


@pytest.mark.django_db
def test_a_request_comes_back_as_it_was_and_its_sha256_is_of_the_round() -> None:
    case = stories.submitted(members=[stories.person(), stories.person()])
    assert case.round is not None
    written = submitted.document(case.request, case.round, case.applicant)
    canonical = json.dumps(written["request"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == written["sha256"] == case.round.sha256
    again = requests.import_request(imported.parsed(submitted.as_json(written)), by=case.applicant)
    assert {name: getattr(again, name) for name in fields.stored()} == {
        name: getattr(case.request, name) for name in fields.stored()
    }
    assert {one.person for one in again.memberships.all()} == set(case.members)
    assert {item.dataset_id for item in again.items.all()} == {item.dataset_id for item in case.request.items.all()}
    assert again.state == "draft"
    second = requests.submit(again, by=case.applicant)
    same = {name: value for name, value in second.snapshot.items() if name != "reference"}
    assert same == {name: value for name, value in case.round.snapshot.items() if name != "reference"}


@pytest.mark.django_db
def test_answers_to_forms_come_back_and_what_only_one_committee_reads_is_not_in_the_file_of_another() -> None:
    first, second = stories.published_dataset(), stories.published_dataset()
    only_own = from_text(text_of("short").replace('"key": "methods",', '"key": "methods", "readers": "committee",'))
    for one in (first, second):
        chair = one.committee_setup.chair
        forms.publish(forms.create_form(one.committee_setup.committee, definition=only_own, by=chair), by=chair)
    case = stories.draft(shelves=[first, second])
    asked = form_answers.asked_forms(case.request)
    plain = (Type.TEXT, Type.LONG_TEXT)
    said = {}
    for one in asked:
        keys = [question.key for question in one.definition.questions() if question.type in plain]
        said[one.version] = read(one.definition, dict.fromkeys(keys, "We count cells. " * 5), {})
    requests.change(case.request, by=case.applicant, answers=said)
    case.request.refresh_from_db()
    seen = Round(request=case.request, number=1, snapshot=snapshot_of(case.request), sha256="0", opened_at=clock.now())
    written = submitted.document(case.request, seen, case.applicant)
    again = requests.import_request(json.loads(submitted.as_json(written)), by=case.applicant)
    assert snapshot_of(again)["forms"] == snapshot_of(case.request)["forms"]
    assert [set(row["answers"]) >= {"methods", "storage"} for row in snapshot_of(again)["forms"]] == [True, True]
    other = submitted.document(case.request, seen, second.committee_setup.chair)
    mine = str(second.committee_setup.committee.pk)
    assert {row["committee"] == mine: "methods" in row["answers"] for row in other["request"]["forms"]} == {
        True: True, False: False,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_file_with_a_dataset_that_cannot_be_requested_imports_nothing() -> None:
    case = stories.submitted()
    assert case.round is not None
    written = submitted.document(case.request, case.round, case.applicant)
    before = case.applicant.requests.count()
    closed = deepcopy(written)
    closed["datasets"][0]["slug"] = "no-such-dataset"
    with pytest.raises(Invalid) as refused:
        requests.import_request(closed, by=case.applicant)
    assert set(refused.value.fields) == {"request.datasets[0]"}
    stranger = deepcopy(written)
    stranger["people"].append({"id": "x", "code": "nobody", "name": "X"})
    stranger["request"]["members"] = ["x"]
    with pytest.raises(Invalid) as refused:
        requests.import_request(stranger, by=case.applicant)
    assert set(refused.value.fields) == {"request.members"}
    assert case.applicant.requests.count() == before


@pytest.mark.django_db
def test_applicant_members_and_committee_download_it_and_a_recused_member_does_not() -> None:
    case = stories.in_review(members=[stories.person()])
    requests.recuse(case.request, reason="We publish together.", by=case.committee_setup.members[1])
    for who in (case.applicant, case.members[0], case.committee_setup.chair):
        check_can_read_submitted(who, case.request)
    for who in (case.committee_setup.members[1], case.published_dataset.owner, stories.person()):
        with pytest.raises(Denied):
            check_can_read_submitted(who, case.request)
    pdf = stories.client_for(case.applicant).get(f"/requests/{case.request.pk}/rounds/1/request.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf.content
    assert (
        stories.client_for(case.applicant).get(f"/requests/{case.request.pk}/rounds/9/request.pdf").status_code == 404
    )


@pytest.mark.django_db
def test_the_page_imports_what_the_page_of_a_request_gave_and_names_what_is_wrong() -> None:
    case = stories.submitted()
    client = stories.client_for(case.applicant)
    content = client.get(f"/requests/{case.request.pk}/rounds/1/request.json").content
    done = client.post("/requests/import/", {"file": BytesIO(content)})
    assert done.status_code == 302
    broken = BytesIO(content.replace(b'"title"', b'"heading"', 1))
    refused = client.post("/requests/import/", {"file": broken})
    assert refused.status_code == 422
    assert {path for path, _sentence in refused.context["wrong"]} == {"request.heading"}
    assert client.post("/requests/import/").status_code == 422


def test_ten_thousand_wrong_fields_are_one_refusal_of_a_hundred_and_a_large_file_is_not_read() -> None:
    with pytest.raises(Invalid) as refusal:
        imported.read({"format": submitted.FORMAT, "request": {f"field{number}": 1 for number in range(10_000)}})
    assert len(refusal.value.fields) == imported.MOST_NAMED and "9900" in refusal.value.sentence
    with pytest.raises(Invalid) as large:
        imported.parsed(b'{"format": "' + b"x" * 10_000_000 + b'"}')
    assert set(large.value.fields) == {"file"}
    for shape in ([], "text", None, 7, {"format": submitted.FORMAT, "request": [1]}):
        with pytest.raises(Invalid) as other:
            imported.read(shape)
        assert other.value.fields
