"""Conditions on pages: proposed with a due date, reported with a document, reviewed, and followed in a list."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.access_requests.models import Attachment, Condition, ConditionReport, Round
from apps.core import clock
from tests import stories
from tests.unit.access_requests.test_conditions import BEFORE_SIGNING, DueDate, approved, report

pytestmark = pytest.mark.django_db
Due = Condition.Due


def test_a_member_proposes_a_condition_with_a_due_date() -> None:
    case = stories.in_review()
    client = stories.client_for(case.committee_setup.chair)
    seen = Round.objects.get(request=case.request, closed_at__isnull=True).pk
    url = reverse("vote", args=[case.request.pk, case.item.pk])
    said = {"act": "propose", "seen": seen, "new_condition": "Report the results.", "new_due": "date"}
    assert client.post(url, said).status_code == 422
    on = clock.today() + timedelta(days=30)
    assert client.post(url, said | {"new_due_on": on}).status_code == 200
    assert Condition.objects.get().due_on == on
    vote = {
        "choice": "conditional",
        "reason": "Fine.",
        "seen": seen,
        "new_condition": "One more.",
        "new_due": "download",
    }
    assert client.post(url, vote).status_code == 302
    assert Condition.objects.filter(due=Due.DOWNLOAD).exists()


def test_reported_with_a_document_sent_back_and_accepted() -> None:
    case = approved(BEFORE_SIGNING)
    pk = case.request.pk
    wanted = Condition.objects.get()
    applicant, member = stories.client_for(case.applicant), stories.client_for(case.committee_setup.members[0])
    to_report = reverse("condition_report", args=[pk, wanted.pk])
    assert to_report in applicant.get(reverse("request_page", args=[pk])).content.decode()
    empty = applicant.post(to_report, {"note": " "})
    assert empty.status_code == 422
    wrong = {"note": "Attached.", "file": SimpleUploadedFile("a.exe", b"MZ")}
    assert applicant.post(to_report, wrong).status_code == 422
    assert not ConditionReport.objects.exists()
    sent = {"note": "Attached.", "file": SimpleUploadedFile("approval.pdf", b"%PDF-1.7\nApproval")}
    assert applicant.post(to_report, sent).status_code == 302
    first = ConditionReport.objects.get()
    assert Attachment.objects.get().message_id == first.message_id
    assert applicant.post(to_report, {"note": "Again."}).status_code == 409

    review = reverse("condition_review", args=[pk, first.pk])
    shown = member.get(reverse("case", args=[pk]))
    assert shown.context["task"] == {"kind": "report", "to": f"#condition-{wanted.pk}"}
    page = shown.content.decode()
    assert review in page
    assert "approval.pdf" in page
    owner = stories.client_for(case.published_dataset.owner)
    assert "Attached." not in owner.get(reverse("request_page", args=[pk])).content.decode()
    assert owner.post(review, {}).status_code == 403
    assert member.post(review, {"act": "send_back", "answer": ""}).status_code == 422
    assert member.post(review, {"act": "send_back", "answer": "Not signed."}).status_code == 302
    assert member.post(review, {"answer": "Oh."}).status_code == 409
    assert "Not signed." in applicant.get(reverse("request_page", args=[pk])).content.decode()
    again = report(case)
    assert member.post(reverse("condition_review", args=[pk, again.pk]), {}).status_code == 302
    again.refresh_from_db()
    assert again.verdict == ConditionReport.Verdict.ACCEPTED
    assert applicant.post(to_report, {"note": "x"}).status_code == 409
    other = reverse("condition_report", args=[pk, case.request.pk])
    assert applicant.post(other, {"note": "x"}).status_code == 404
    assert member.post(reverse("condition_review", args=[pk, pk]), {}).status_code == 404


def shown(client: Client, **asked: str) -> list[str]:
    answer = client.get(reverse("conditions"), asked)
    assert answer.status_code == 200
    return [row["condition"].text for row in answer.context["rows"]]


def test_committee_and_owner_follow_what_is_not_met(django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    case = approved(DueDate(Due.DATE, clock.today()), BEFORE_SIGNING)
    chair, owner = stories.client_for(case.committee_setup.chair), stories.client_for(case.published_dataset.owner)
    assert shown(chair) == shown(owner) == ["Condition 0.", "Condition 1."]
    assert stories.client_for(case.applicant).get(reverse("conditions")).status_code == 403
    report(case, 1)
    assert shown(chair) == ["Condition 1."]
    assert shown(owner, state="open", q="0.") == ["Condition 0."]
    assert shown(chair, state="overdue") == []
    with clock.freeze(clock.now() + timedelta(days=2)):
        assert shown(stories.client_for(case.published_dataset.owner), state="overdue") == ["Condition 0."]
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert shown(chair, state="open")
    lines = b"".join(owner.get(reverse("conditions"), {"export": "csv", "state": "open"}).streaming_content)  # type: ignore[attr-defined]
    assert lines.count(b"\n") == 3


def test_a_condition_without_a_due_date_is_followed_as_long_as_access_lasts() -> None:
    case = approved(DueDate())
    chair = stories.client_for(case.committee_setup.chair)
    page = chair.get(reverse("conditions"))
    assert [(row["condition"].text, row["due"]) for row in page.context["rows"]] == [("Condition 0.", "")]
    assert shown(chair, state="lasting") == ["Condition 0."]
    assert shown(chair, state="open") == shown(chair, state="overdue") == []


def test_the_access_page_shows_the_obligations_before_the_checks() -> None:
    access = stories.granted(stories.executed(stories.signed(stories.offered(approved(DueDate())))))
    holder = stories.client_for(access.holder)
    page = holder.get(reverse("grant_page", args=[access.grant.pk]))
    said = page.context["obligations"]
    assert [row["condition"].text for row in said["conditions"]] == ["Condition 0."]
    assert (said["to_report"], said["holds"]) == (False, False)
    content = page.content.decode()
    assert content.index('id="obligations"') < content.index('id="why"')
    assert len(page.context["checks"]) == 8, "nothing had to be met before a download, so nothing is said about it"
