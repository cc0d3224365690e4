"""The question about conflicts of interest over HTTP: what is shown before the answer, and what the answer does."""

from uuid import UUID

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.access_requests.models import NoConflictDeclaration, Recusal
from apps.access_requests.queries_conflicts import people_to_judge
from apps.access_requests.rules_conflicts import seen_of
from apps.agreements.queries import visible_to
from apps.audit.kinds import Kind
from apps.committees import commands as committees
from tests import stories
from tests.unit.access_requests.test_checklists import give, with_checklist

pytestmark = pytest.mark.django_db
SECRETS = ("Recurrence after hormone therapy", stories.PURPOSE, stories.SUMMARY)


def addresses(pk: UUID) -> list[str]:
    """Every page on which a committee member meets a request."""
    return [
        reverse("case", args=[pk]), reverse("review_queue") + "?tab=to-check", reverse("home"),
        reverse("request_page", args=[pk]), reverse("notifications"), reverse("calendar_feed"),
        reverse("request_file", args=[pk, 1, "json"]), reverse("review_queue") + "?tab=to-check&export=csv",
    ]  # fmt: skip


def test_nothing_of_the_case_is_shown_before_the_answer() -> None:
    case = stories.submitted(declared=False)
    client = stories.client_for(case.committee_setup.chair)
    shown = "".join(
        b"".join(answer).decode() if (answer := client.get(path)).streaming else answer.content.decode()
        for path in addresses(case.request.pk)
    )
    assert [text for text in SECRETS if text in shown] == []
    assert case.request.reference in shown and case.applicant.name in shown
    found = client.get(reverse("review_queue"), {"tab": "to-check", "q": "hormone"})  # no search by its title either
    assert found.context["rows"] == []
    stories.declare(case.request)  # the control: the same pages say it afterwards
    said = client.get(reverse("case", args=[case.request.pk])).content.decode()
    assert all(text in said for text in SECRETS)
    assert client.get(reverse("review_queue"), {"tab": "to-check", "q": "hormone"}).context["rows"]


def test_the_answer_opens_the_case() -> None:
    case = stories.submitted(declared=False)
    client, page = stories.client_for(case.committee_setup.chair), reverse("case", args=[case.request.pk])
    asked = client.get(page)
    assert asked.templates[0].name == "committee/conflict.html"
    seen = asked.context["form"].initial["seen"]
    for wrong in ({}, {"answer": "conflict", "reason": " "}):
        answer = client.post(reverse("case_declare", args=[case.request.pk]), wrong | {"seen": seen})
        assert answer.status_code == 422
    assert not NoConflictDeclaration.objects.exists() and not Recusal.objects.exists()
    moved = client.post(reverse("case_declare", args=[case.request.pk]), {"answer": "none", "seen": "other"})
    assert (moved.status_code, moved.templates[0].name) == (409, "committee/conflict.html")
    client.post(reverse("case_declare", args=[case.request.pk]), {"answer": "none", "seen": seen})
    assert client.get(page).templates[0].name == "committee/case.html"


def test_a_conflict_closes_the_case() -> None:
    case = stories.submitted(declared=False)
    chair = case.committee_setup.chair
    client = stories.client_for(chair)
    path = reverse("case_declare", args=[case.request.pk])
    said = {"answer": "conflict", "reason": "We publish together."}
    assert client.post(path, said).headers["Location"] == reverse("review_queue")
    assert Recusal.objects.get().person == chair
    assert client.get(reverse("case", args=[case.request.pk])).status_code == 403


def test_a_shared_institution_is_named_before() -> None:
    home = stories.institution()
    case = stories.submitted(stories.draft(applicant=stories.person(at=home)), declared=False)
    chair = case.committee_setup.chair
    type(chair).objects.filter(pk=chair.pk).update(institution=home)
    client = stories.client_for(chair)
    assert client.get(reverse("review_queue"), {"tab": "to-check"}).context["rows"][0]["possible_conflict"]
    assert len(client.get(reverse("case", args=[case.request.pk])).context["suggestions"]) == 1


def test_no_list_tells_the_decision_before_the_answer() -> None:
    """Neither the filter nor the CSV file of decided requests; the control is the same after the declaration."""
    case = stories.in_review()
    for voter in case.committee_setup.everyone[:2]:
        stories.vote(case, voter, "deny")
    stories.drain()
    late = stories.person()
    committees.add_member(case.committee_setup.committee, person=late, by=case.committee_setup.chair)
    client, decided = stories.client_for(late), {"tab": "decided", "decision": "denied"}

    def found() -> tuple[int, bool]:
        rows = client.get(reverse("review_queue"), decided).context["rows"]
        file = client.get(reverse("review_queue"), {"tab": "decided", "export": "csv"})
        return len(rows), "Denied" in b"".join(file.streaming_content).decode()

    assert found() == (0, False)
    stories.declare(case.request, late)
    assert found() == (1, True)


def test_a_member_who_left_the_case_reads_no_agreement_of_it() -> None:
    agreed = stories.executed()
    member = agreed.case.committee_setup.members[0]
    assert visible_to(member).filter(pk=agreed.agreement.pk).exists()
    Recusal.objects.create(request=agreed.case.request, person=member, reason="My sister.")
    assert not visible_to(member).filter(pk=agreed.agreement.pk).exists()


def test_an_applicant_reads_neither_declarations_nor_verdicts_in_the_history() -> None:
    """Control: the committee reads both in its own."""
    case = with_checklist()
    seen = seen_of(people_to_judge(case.request))
    late = stories.person()
    committees.add_member(case.committee_setup.committee, person=late, by=case.committee_setup.chair)
    commands.declare_no_conflict(case.request, seen=seen, by=late)
    give(case)
    hidden = [Kind.NO_CONFLICT_DECLARED, Kind.VERDICT_GIVEN]
    texts = {str(kind.label).partition("%")[0].partition(" on criterion")[0] for kind in hidden}
    mine = stories.client_for(case.applicant).get(reverse("request_page", args=[case.request.pk]))
    theirs = stories.client_for(case.committee_setup.chair).get(reverse("case", args=[case.request.pk]))
    assert not [row for row in mine.context["timeline"] if row["what"].startswith(tuple(texts))]
    assert {text for text in texts for row in theirs.context["timeline"] if row["what"].startswith(text)} == texts


def test_a_decided_request_asks_nobody_for_a_declaration_as_the_next_thing() -> None:
    case = stories.submitted(declared=False)
    stories.declare(case.request, case.committee_setup.chair)
    case = stories.decided(stories.in_review(case))
    stories.drain()
    late = case.committee_setup.members[1]
    assert not NoConflictDeclaration.objects.filter(person=late).exists(), "the control: they have not declared"
    client = stories.client_for(late)
    assert client.get(reverse("case", args=[case.request.pk])).context["over"]
    row = client.get(reverse("review_queue"), {"tab": "decided"}).context["rows"][0]
    assert (row["declared"], row["possible_conflict"], row["decisions"]) == (False, False, [])
    assert not late.notifications.filter(kind=Kind.ITEM_DECIDED).exists()
    note = case.committee_setup.chair.notifications.get(kind=Kind.ITEM_DECIDED)
    assert note.path == reverse("case", args=[case.request.pk])
