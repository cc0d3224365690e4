"""Asking for data through the API."""

import uuid
from typing import Any

import pytest

from apps.access_requests.models import AccessRequest
from apps.audit.models import Event
from apps.datasets import commands
from apps.datasets.conditions import Use
from tests import stories
from tests.integration.api.calls import ROOT, Caller, fields, refused

pytestmark = pytest.mark.django_db


def complete(*shelves: stories.PublishedDataset, **more: Any) -> dict[str, Any]:
    """The body of a request that may be submitted as it is."""
    said = stories.answers()
    days = {"starts_on": said.pop("starts_on").isoformat(), "ends_on": said.pop("ends_on").isoformat()}
    return {"datasets": [each.dataset.slug for each in shelves], **said, **days, **more}


@pytest.fixture
def caller() -> Caller:
    return Caller(stories.person(), "read", "request")


def test_a_request_is_drafted_read_submitted_and_withdrawn(caller: Caller) -> None:
    world, colleague = stories.published_dataset(), stories.person()
    made = caller.post("/requests", complete(world, members=[colleague.code]))
    assert made.status_code == 201, made.content
    path = made["Location"].removeprefix(ROOT)
    assert made["ETag"] == f'"{made.json()["revision"]}"'
    shown = caller.get(path).json()
    assert shown["state"] == "draft"
    assert shown["missing"] == []
    assert shown["members"] == [{"code": colleague.code, "name": colleague.name}]
    assert shown["items"][0]["dataset"] == world.dataset.slug
    assert caller.get("/requests").json()["items"][0]["id"] == shown["id"]

    assert caller.post(f"{path}/submit").json()["state"] == "submitted"
    assert caller.post(f"{path}/withdraw").json()["state"] == "withdrawn"
    refused(caller.post(f"{path}/submit"), 409, "wrong-state")
    kinds = Event.objects.filter(subject_id=shown["id"]).order_by("id").values_list("kind", flat=True)
    added, drafted = "request.project_member_added", "request.drafted"
    assert list(kinds) == [drafted, added, "request.submitted", "request.withdrawn"]


def test_what_is_missing_is_said_field_by_field(caller: Caller) -> None:
    made = caller.post("/requests", {"datasets": [stories.published_dataset().dataset.slug]})
    assert made.status_code == 201
    says = {each["field"] for each in made.json()["missing"]}
    assert says == {"title", "purpose", "public_summary", "starts_on", "ends_on"}
    problem = refused(caller.post(f"/requests/{made.json()['id']}/submit"), 422, "invalid")
    assert fields(problem) == says


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"datasets": []}, "datasets"),
        ({"datasets": ["never-existed"]}, "datasets"),
        ({"datasets": "not a list"}, "datasets"),
        ({"members": ["P-NOBO-DY00"]}, "members"),
        ({"members": [7]}, "members.0"),
        ({"title": "t" * 201}, "title"),
        ({"title": None}, "title"),
        ({"starts_on": "1 September"}, "starts_on"),
        ({"starts_on": 5}, "starts_on"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"ends_on": "2001-01-01"}, "ends_on"),
        ({"state": "decided"}, "state"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_and_nothing_is_made(
    caller: Caller, change: dict[str, Any], field: str
) -> None:
    problem = refused(caller.post("/requests", complete(stories.published_dataset()) | change), 422)
    assert fields(problem) == {field}
    assert not AccessRequest.objects.exists()


def test_a_day_of_no_calendar_is_refused_in_our_own_words(caller: Caller) -> None:
    problem = refused(
        caller.post("/requests", complete(stories.published_dataset()) | {"starts_on": "2026-13-01"}), 422
    )
    assert problem["errors"] == [{"field": "starts_on", "detail": "Enter the date in the format 2026-09-01."}]


def test_a_body_that_is_missing_or_no_object_is_refused(caller: Caller) -> None:
    for body in (None, [], "text", 7, True):
        refused(caller.post("/requests", body), 422)


def test_open_data_and_drafts_of_others_cannot_be_asked_for(caller: Caller) -> None:
    for world in (stories.published_dataset(access="open"), stories.drafted_dataset()):
        assert fields(refused(caller.post("/requests", complete(world)), 422)) == {"datasets"}


def test_the_same_key_makes_one_request(caller: Caller) -> None:
    """T88: a retry with the same key is one request; the same key with another body is 422."""
    body, key = complete(stories.published_dataset()), str(uuid.uuid4())
    first, second = (caller.post("/requests", body, Idempotency_Key=key) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert AccessRequest.objects.count() == 1
    problem = refused(caller.post("/requests", body | {"title": "Other"}, Idempotency_Key=key), 422)
    assert fields(problem) == {"Idempotency-Key"}
    assert AccessRequest.objects.count() == 1


def test_a_key_is_any_text_and_belongs_to_one_person(caller: Caller) -> None:
    body = complete(stories.published_dataset())
    other = Caller(stories.person(), "request")
    for each in (caller, caller, other):
        assert each.post("/requests", body, Idempotency_Key="nightly run 7").status_code == 201
    assert AccessRequest.objects.count() == 2
    refused(caller.post("/requests", body, Idempotency_Key="k" * 256), 422)


def test_a_refused_call_leaves_its_key_free(caller: Caller) -> None:
    draft = caller.post("/requests", complete(stories.published_dataset(), title="")).json()
    path, key = f"/requests/{draft['id']}", "submit-once"
    refused(caller.post(f"{path}/submit", Idempotency_Key=key), 422)
    assert caller.patch(path, {"title": "Recurrence", "revision": draft["revision"]}).status_code == 200
    for _ in range(2):
        assert caller.post(f"{path}/submit", Idempotency_Key=key).json()["state"] == "submitted"
    assert Event.objects.filter(kind="request.submitted").count() == 1
    refused(caller.post(f"{path}/withdraw", Idempotency_Key=key), 422)


def test_a_change_needs_the_revision_it_was_made_from(caller: Caller) -> None:
    """T99: If-Match, or the revision in the body; an older one is 412, none at all is 428."""
    made = caller.post("/requests", complete(stories.published_dataset()))
    path, etag = f"/requests/{made.json()['id']}", made["ETag"]
    refused(caller.patch(path, {"title": "New"}), 428, "condition")
    changed = caller.patch(path, {"title": "New"}, If_Match=etag)
    assert changed.json()["title"] == "New"
    assert changed["ETag"] != etag
    refused(caller.patch(path, {"title": "Older"}, If_Match=etag), 412, "changed")
    refused(caller.patch(path, {"title": "Older", "revision": 0}), 412, "changed")
    refused(caller.patch(path, {"title": "Older"}, If_Match=f"W/{changed['ETag']}"), 412)
    assert caller.patch(path, {"public_summary": "Plainly."}, If_Match=f'"x", {changed["ETag"]}').status_code == 200
    assert caller.patch(path, {"title": "Last"}, If_Match="*").json()["title"] == "Last"
    assert caller.get(path).json()["public_summary"] == "Plainly."


def test_a_change_that_was_overtaken_under_the_lock_is_the_same_refusal(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T99: also when somebody was faster between the look and the lock."""
    from apps.api.v1 import requests as operations

    path = f"/requests/{caller.post('/requests', complete(stories.published_dataset())).json()['id']}"
    look = operations._check_condition

    def overtaken(mine: AccessRequest, *rest: Any) -> None:
        look(mine, *rest)
        AccessRequest.objects.update(revision=9)

    monkeypatch.setattr(operations, "_check_condition", overtaken)
    refused(caller.patch(path, {"title": "Too late"}, If_Match="*"), 412, "changed")


def test_datasets_members_and_days_change_together_or_not_at_all(caller: Caller) -> None:
    one, two, colleague = stories.published_dataset(), stories.published_dataset(), stories.person()
    path = f"/requests/{caller.post('/requests', complete(one)).json()['id']}"
    changed = caller.patch(
        path, {"datasets": [two.dataset.slug], "members": [colleague.code], "starts_on": None, "revision": 1}
    ).json()
    assert [each["dataset"] for each in changed["items"]] == [two.dataset.slug]
    assert changed["members"][0]["code"] == colleague.code
    assert changed["starts_on"] is None
    bad = {"datasets": [one.dataset.slug], "members": ["P-NOBO-DY00"], "revision": 2}
    refused(caller.patch(path, bad), 422)
    assert [each["dataset"] for each in caller.get(path).json()["items"]] == [two.dataset.slug]


def test_what_the_committee_reads_cannot_be_changed() -> None:
    case = stories.submitted()
    caller = Caller(case.applicant, "read", "request")
    refused(caller.patch(f"/requests/{case.request.pk}", {"title": "Other"}, If_Match="*"), 409, "wrong-state")


def test_a_member_reads_and_does_not_write() -> None:
    colleague = stories.person()
    case = stories.submitted(members=[colleague])
    caller, path = Caller(colleague, "read", "request"), f"/requests/{case.request.pk}"
    assert caller.get(path).status_code == 200
    refused(caller.post(f"{path}/withdraw"), 403, "denied")


def test_somebody_elses_request_does_not_exist() -> None:
    case = stories.draft()
    stranger, path = Caller(stories.person(), "read", "request"), f"/requests/{case.request.pk}"
    for answer in (
        stranger.get(path),
        stranger.patch(path, {"title": "x"}, If_Match="*"),
        stranger.post(f"{path}/submit"),
        stranger.post(f"{path}/withdraw"),
        stranger.post(f"{path}/questions/{uuid.uuid4()}/answer", {"text": "x"}),
    ):
        refused(answer, 404, "missing")
    assert stranger.get("/requests").json()["items"] == []


def test_a_question_is_answered_and_the_request_submitted_again() -> None:
    case = stories.returned()
    caller, path = Caller(case.applicant, "read", "request"), f"/requests/{case.request.pk}"
    refused(caller.post(f"{path}/submit"), 422)
    assert case.question is not None
    refused(caller.post(f"{path}/questions/{uuid.uuid4()}/answer", {"text": "x"}), 404)
    assert fields(refused(caller.post(f"{path}/questions/{case.question.pk}/answer", {"text": " "}), 422)) == {"answer"}
    answered = caller.post(f"{path}/questions/{case.question.pk}/answer", {"text": "All of them."}, Idempotency_Key="a")
    assert answered.json()["questions"][0]["answer"] == "All of them."
    assert caller.post(f"{path}/submit").json()["state"] == "submitted"


def test_a_decision_and_its_reason_are_read_without_names() -> None:
    case = stories.decided(choice="deny")
    shown = Caller(case.applicant, "read").get(f"/requests/{case.request.pk}")
    item = shown.json()["items"][0]
    assert item["state"] == "denied"
    assert item["reason"] == "My reason to deny."
    for voter in case.committee_setup.everyone:
        assert voter.name not in shown.content.decode()


def test_lists_walk_by_cursor_and_cost_the_same(django_assert_num_queries: Any) -> None:
    """T98, T100."""
    applicant, shelves = stories.person(), [stories.published_dataset() for _ in range(3)]
    for _ in range(5):
        stories.draft(applicant=applicant, shelves=shelves, members=[stories.person()])
    caller = Caller(applicant, "read")
    seen, cursor = [], ""
    for _ in range(3):
        page = caller.get("/requests", {"limit": 2, "cursor": cursor}).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(set(seen)) == len(seen) == 5
    for limit in (1, 5):
        # the token (1), the transaction (4), requests, items, their conditions, their states (4)
        with django_assert_num_queries(12):
            caller.get("/requests", {"limit": limit})


def test_agreements_are_read_by_who_is_party_to_them() -> None:
    agreement_setup = stories.executed()
    caller = Caller(agreement_setup.applicant, "read")
    line = caller.get("/agreements").json()["items"][0]
    assert line["state"] == "executed"
    assert "text" not in line
    whole = caller.get(f"/agreements/{line['id']}").json()
    assert whole["text"] == agreement_setup.agreement.text
    assert whole["sha256"] == agreement_setup.agreement.sha256
    stranger = Caller(stories.person(), "read")
    refused(stranger.get(f"/agreements/{line['id']}"), 404)
    assert stranger.get("/agreements").json()["items"] == []


def test_grants_say_whether_they_are_active() -> None:
    access = stories.granted()
    caller = Caller(access.holder, "read")
    line = caller.get("/grants").json()["items"][0]
    assert line["active"] is True
    assert line["dataset"] == access.published_dataset.dataset.slug
    from apps.grants import commands as grants

    grants.revoke(access.grant, reason="The project ended.", by=access.owner)
    line = caller.get("/grants").json()["items"][0]
    assert line["active"] is False
    assert line["revoked_because"] == "The project ended."
    assert Caller(stories.person(), "read").get("/grants").json()["items"] == []


def test_a_purpose_is_sent_compared_and_refused_if_it_is_none(caller: Caller) -> None:
    world = stories.published_dataset()
    commands.describe(world.dataset, by=world.owner, conditions=[Use("DUO:0000006"), Use("DUO:0000046")])
    health = {"version": 1, "kind": "health", "ancestry": False, "sensitive": [], "commercial": True}
    made = caller.post("/requests", complete(world, research_purpose=health))
    assert made.status_code == 201 and made.json()["research_purpose"] == health
    (found,) = made.json()["matches"]
    assert (found["dataset"], found["outcome"]) == (world.dataset.slug, "deny")
    assert [one["answer"] for one in found["smallest_change"]] == ["commercial"]
    path = f"/requests/{made.json()['id']}"
    assert fields(refused(caller.post(f"{path}/submit"), 422, "invalid")) == {"datasets"}
    wrong = caller.send("PATCH", path, {"research_purpose": {"version": 1, "kind": "x"}, "revision": 1})
    assert fields(refused(wrong, 422, "invalid")) == {"research_purpose"}
    right = caller.send("PATCH", path, {"research_purpose": health | {"commercial": False}, "revision": 1})
    assert [one["outcome"] for one in right.json()["matches"]] == ["match"]
    assert caller.post(f"{path}/submit").json()["state"] == "submitted"
