"""Undoing, due dates, verdicts and condition reports through the API: the acts and refusals of the pages."""

from uuid import uuid4

import pytest

from apps.access_requests.due_dates import DueDate
from apps.access_requests.models import Condition, ConditionReport, UndoneDecision, Verdict
from apps.committees.models import Committee
from tests import stories
from tests.integration.api.calls import Caller, fields, refused
from tests.unit.access_requests.test_checklists import with_checklist
from tests.unit.access_requests.test_conditions import approved

pytestmark = pytest.mark.django_db


def member_of(case: stories.Case, place: int = 0) -> Caller:
    return Caller(case.committee_setup.everyone[place], "review", "vote")


def test_a_decision_is_undone_once_in_its_window() -> None:
    setup = stories.committee_setup(undo_minutes=10)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    for voter in setup.everyone[:2]:
        stories.vote(case, voter)
    path = f"/reviews/{case.request.pk}/datasets/{case.published_dataset.dataset.slug}/undo"
    chair, key = member_of(case), str(uuid4())
    assert fields(refused(chair.post(path, {"why": " "}), 422)) == {"why"}
    for _twice in range(2):
        answer = chair.post(path, {"why": "Wrong dataset."}, Idempotency_Key=key)
        assert answer.json()["items"][0]["state"] == "open"
    refused(chair.post(path, {"why": "Again."}), 409, "wrong-state")
    refused(Caller(setup.chair, "review").post(path, {"why": "x"}), 403, "scope")
    assert UndoneDecision.objects.count() == 1


def test_the_chair_extends_a_review_once_with_a_reason() -> None:
    setup = stories.committee_setup()
    Committee.objects.filter(pk=setup.committee.pk).update(extension_amount=10)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    path = f"/reviews/{case.request.pk}/due-date/{setup.committee.slug}"
    said = {"change": "extended", "reason": "A member is ill."}
    refused(member_of(case, 1).post(path, said), 403)
    chair = member_of(case)
    assert fields(refused(chair.post(path, said | {"reason": " "}), 422)) == {"reason"}
    assert fields(refused(chair.post(path, said | {"change": "later"}), 422)) == {"change"}
    refused(chair.post(f"/reviews/{case.request.pk}/due-date/nobody", said), 404)
    clock = chair.post(path, said).json()["items"][0]["clock"]
    assert clock["extended"] and clock["reason"] == "A member is ill."
    refused(chair.post(path, said), 409, "wrong-state")


def test_a_verdict_is_on_the_round_that_was_read() -> None:
    case = with_checklist(required=True)
    slug = case.committee_setup.committee.slug
    path = f"/reviews/{case.request.pk}/checklist/{slug}"
    chair = member_of(case)
    said = {"round": 1, "says": "met", "reason": "Clear."}
    refused(chair.post(f"{path}/1", said | {"round": 2}), 409, "wrong-state")
    assert fields(refused(chair.post(f"{path}/1", said | {"says": "perhaps", "reason": ""}), 422)) == {"says", "reason"}
    refused(chair.post(f"{path}/9", said), 404)
    (shown,) = chair.post(f"{path}/2", said).json()["checklists"]
    assert (shown["committee"], shown["required"]) == (slug, True)
    assert [row["verdict"] and row["verdict"]["says"] for row in shown["criteria"]] == [None, "met"]
    assert Verdict.objects.count() == 1


def test_a_condition_is_reported_sent_back_and_accepted() -> None:
    case = approved(DueDate(Condition.Due.SIGNING))
    (condition,) = case.item.conditions.all()
    applicant = Caller(case.applicant, "read", "request")
    report = f"/requests/{case.request.pk}/conditions/{condition.pk}/report"
    assert fields(refused(applicant.post(report, {"note": " "}), 422)) == {"note"}
    assert applicant.post(report, {"note": "Done."}).json()["items"][0]["conditions"][0]["state"] == "reported"
    refused(applicant.post(report, {"note": "Done."}), 409, "wrong-state")
    refused(Caller(stories.person(), "request").post(report, {"note": "x"}), 404)
    chair, path = member_of(case), f"/reviews/{case.request.pk}"
    (shown,) = chair.get(path).json()["condition_reports"]
    reports = f"{path}/reports/{shown['reports'][0]['id']}"
    assert fields(refused(chair.post(f"{reports}/send-back", {}), 422)) == {"answer"}
    sent = chair.post(f"{reports}/send-back", {"answer": "Which document?"}).json()["condition_reports"]
    assert (sent[0]["state"], sent[0]["reports"][0]["answer"]) == ("sent_back", "Which document?")
    refused(chair.post(f"{reports}/accept", {}), 409, "wrong-state")
    applicant.post(report, {"note": "The approval."})
    newest = ConditionReport.objects.order_by("-reported_at").first()
    assert newest is not None
    done = chair.post(f"{path}/reports/{newest.pk}/accept", {}).json()["condition_reports"]
    assert done[0]["state"] == "accepted"
    refused(chair.post(f"{path}/reports/{uuid4()}/accept", {}), 404)
