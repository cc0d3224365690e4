"""The page of a case, as a browser sees it."""

import csv
import io
from typing import Any

import pytest
from django.utils.html import escape

from apps.access_requests import commands as requests
from apps.access_requests.models import Round, Vote
from apps.access_requests.queries import decision_on, fetch_eligible_voters
from apps.committees.decisions import Blocked
from apps.grants import commands as grants
from apps.web.committee.presenters import why_blocked
from tests import stories

pytestmark = pytest.mark.django_db


def votes_url(case: stories.Case) -> str:
    return f"/review/{case.request.pk}/items/{case.item.pk}/vote/"


def a_vote(case: stories.Case, **changes: Any) -> dict[str, Any]:
    seen = Round.objects.filter(request=case.request).order_by("-number").first()
    assert seen is not None
    return {"seen": str(seen.pk), "choice": "approve", "reason": "The purpose fits.", "new_condition": "", **changes}


def test_the_case_shows_the_frozen_round_and_not_the_live_draft() -> None:
    case = stories.returned()
    requests.change(case.request, by=case.applicant, title="A title that nobody submitted")
    page = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/").content.decode()
    assert "A title that nobody submitted" not in page
    assert "Recurrence after hormone therapy" in page


def test_a_second_round_shows_what_changed_and_the_answer() -> None:
    case = stories.returned(question="Which variables do you need?")
    assert case.question is not None
    requests.change(case.request, by=case.applicant, title="Another title")
    requests.answer(case.question, text="Age and tumour size.", by=case.applicant)
    requests.submit(case.request, by=case.applicant)
    page = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/")
    title = page.context["changes"][0]
    assert (title["before"], title["after"]) == ("Recurrence after hormone therapy", "Another title")
    said = page.content.decode()
    assert said.count("<del>") == said.count("<ins>") == 1
    assert "Age and tumour size." in said
    own = stories.client_for(case.applicant).get(f"/requests/{case.request.pk}/")
    assert own.context["since"].number == 1 and own.context["changes"] == page.context["changes"]


def test_the_applicant_reads_what_they_changed_before_they_send_it_again() -> None:
    case = stories.returned()
    client = stories.client_for(case.applicant)
    before = client.get(f"/requests/{case.request.pk}/")
    assert before.context["since"].number == 1 and before.context["changes"] == []
    requests.change(case.request, by=case.applicant, title="Another title")
    page = client.get(f"/requests/{case.request.pk}/")
    assert [row["after"] for row in page.context["changes"]] == ["Another title"]
    chair = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/")
    assert "Another title" not in chair.content.decode(), "nobody else reads it before it is sent"


def test_a_vote_is_counted_and_the_page_says_what_followed() -> None:
    case = stories.in_review()
    client = stories.client_for(case.committee_setup.chair)
    answer = client.post(votes_url(case), a_vote(case))
    assert (answer.status_code, answer["Location"]) == (302, f"/review/{case.request.pk}/")
    assert Vote.objects.filter(voter=case.committee_setup.chair).count() == 1
    page = client.get(f"/review/{case.request.pk}/")
    assert "The purpose fits." in page.content.decode()
    said = str(next(iter(page.context["messages"])))
    assert all(str(member) in said for member in case.committee_setup.members)
    task = page.context["task"]
    assert (task["kind"], task["one_more"], len(task["people"])) == ("with_others", True, 2)


def _refused_form(answer: Any, case: stories.Case) -> Any:
    return next(entry["form"] for entry in answer.context["items"] if entry["item"] == case.item)


def test_a_vote_without_a_reason_keeps_what_was_typed() -> None:
    case = stories.in_review()
    answer = stories.client_for(case.committee_setup.chair).post(
        votes_url(case), a_vote(case, choice="conditional", reason="", new_condition="Report once a year.")
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert set(_refused_form(answer, case).errors) == {"reason"}
    assert str(_refused_form(answer, case).errors["reason"][0]) in page
    assert "Report once a year." in page


def test_conditions_must_be_named() -> None:
    case = stories.in_review()
    answer = stories.client_for(case.committee_setup.chair).post(votes_url(case), a_vote(case, choice="conditional"))
    assert answer.status_code == 422
    form = _refused_form(answer, case)
    assert set(form.errors) == {"new_condition"} and "conditions" not in form.fields
    assert form.fields["new_condition"].depends, "it is required for one choice, so it is not marked as optional"


def test_a_vote_on_a_round_that_moved_on_is_refused_and_kept() -> None:
    case = stories.in_review()
    old = a_vote(case, reason="I read the first round.")
    stories.returned(case)
    answer_to = case.question
    assert answer_to is not None
    requests.answer(answer_to, text="Age.", by=case.applicant)
    stories.in_review(stories.submitted(case))
    answer = stories.client_for(case.committee_setup.chair).post(votes_url(case), old)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert answer.context["moved"] and answer.context["moved"] in page
    assert "I read the first round." in page
    assert not Vote.objects.exists()


def test_the_same_vote_sent_twice_is_one_vote() -> None:
    case = stories.in_review()
    client = stories.client_for(case.committee_setup.chair)
    sent = a_vote(case, _once="7f8f2f2e-5a38-4d0c-9a55-9d63f9a7b001")
    assert client.post(votes_url(case), sent).status_code == 302
    assert client.post(votes_url(case), sent).status_code == 302
    assert Vote.objects.count() == 1


def test_people_of_the_request_never_see_its_review_page() -> None:
    committee_setup = stories.committee_setup(members=3)
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=committee_setup),
        members=[committee_setup.members[0]],
    )
    client = stories.client_for(committee_setup.members[0])
    assert client.get(f"/review/{case.request.pk}/").status_code == 403
    assert client.post(votes_url(case), a_vote(case)).status_code == 403
    assert case.request.title not in client.get("/review/").content.decode()


def test_strangers_learn_nothing_and_the_applicant_sees_who_reads_it() -> None:
    case = stories.in_review()
    assert stories.client_for(stories.person()).get(f"/review/{case.request.pk}/").status_code == 404
    assert stories.client_for(case.applicant).get(f"/review/{case.request.pk}/").status_code == 403


def test_members_of_another_committee_read_along_without_a_form() -> None:
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    page = stories.client_for(second.committee_setup.chair).get(f"/review/{case.request.pk}/").content.decode()
    assert "Another committee decides on this dataset." in page
    assert page.count('name="choice"') == 4  # one form with four choices


def test_accepting_for_review_starts_the_voting() -> None:
    case = stories.submitted()
    client = stories.client_for(case.committee_setup.chair)
    assert f"/review/{case.request.pk}/accept/" in client.get(f"/review/{case.request.pk}/").content.decode()
    assert client.post(f"/review/{case.request.pk}/accept/").status_code == 302
    assert client.post(f"/review/{case.request.pk}/accept/").status_code == 409


def test_a_question_sends_the_request_back() -> None:
    case = stories.in_review()
    client = stories.client_for(case.committee_setup.chair)
    assert client.post(f"/review/{case.request.pk}/request-changes/", {"text": " "}).status_code == 422
    assert client.post(f"/review/{case.request.pk}/request-changes/", {"text": "Which variables?"}).status_code == 302
    late = client.post(f"/review/{case.request.pk}/request-changes/", {"text": "One more thing"})
    assert late.status_code == 409
    assert "One more thing" in late.content.decode()


def test_a_recused_member_is_no_eligible_voter_and_cannot_open_the_page() -> None:
    case = stories.in_review()
    member = case.committee_setup.members[0]
    client = stories.client_for(member)
    assert client.post(f"/review/{case.request.pk}/recuse/", {"reason": ""}).status_code == 422
    assert client.post(f"/review/{case.request.pk}/recuse/", {"reason": "We publish together."}).status_code == 302
    assert client.get(f"/review/{case.request.pk}/").status_code == 403
    assert (
        "We publish together."
        in stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/").content.decode()
    )


def test_the_page_says_that_too_few_voters_are_left() -> None:
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=1))
    )
    requests.recuse(case.request, reason="We publish together.", by=case.committee_setup.members[0])
    decision = decision_on(case.item, fetch_eligible_voters(case.item))
    assert (decision.eligible, decision.quorum, decision.blocked) == (1, 2, Blocked.TOO_FEW_VOTERS)
    page = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/").content.decode()
    assert escape(why_blocked(decision)) in page


def test_a_tie_that_nobody_is_left_to_break_is_said_plainly_and_leads_to_another_round() -> None:
    """The chair is named in the request: two eligible voters are left, one approves and one denies."""
    place = stories.published_dataset(committee_setup=stories.committee_setup(members=2, quorum=2))
    case = stories.submitted(stories.draft(published_dataset=place, members=[place.committee_setup.chair]))
    first, second = place.committee_setup.members
    requests.accept_for_review(case.request, by=first)
    client, page = stories.client_for(first), f"/review/{case.request.pk}/"
    stories.vote(case, first)
    assert "no chair’s vote to break the tie" not in client.get(page).content.decode()
    stories.vote(case, second, "deny")
    assert case.item.state == "open"
    assert "no chair’s vote to break the tie" in client.get(page).content.decode()
    queue = client.get("/review/")
    assert (queue.context["tab"], queue.context["rows"][0]["action"]) == ("to-vote", "Change vote")
    assert "no chair’s vote to break the tie" in queue.content.decode()
    shown = client.get(page)
    assert (shown.context["task"]["kind"], shown.context["task"]["entry"]["form_open"]) == ("divided", True)
    assert f"/review/{case.request.pk}/items/{case.item.pk}/confirm/" not in shown.content.decode()
    requests.request_changes(case.request, text="What did we miss?", by=first)
    assert "no chair’s vote to break the tie" not in client.get(page).content.decode()


def test_the_case_after_the_decision_shows_agreement_and_access() -> None:
    access = stories.granted()
    page = (
        stories.client_for(access.case.committee_setup.chair).get(f"/review/{access.case.request.pk}/").content.decode()
    )
    assert access.agreement_setup.agreement.reference in page
    assert 'data-access-state="active"' in page


def test_the_case_costs_the_same_with_more_votes_and_members(django_assert_max_num_queries: Any) -> None:
    case = stories.in_review(
        members=stories.people(3), shelves=[stories.published_dataset(), stories.published_dataset()]
    )
    for voter in case.committee_setup.members:
        stories.vote(case, voter)
    client = stories.client_for(case.committee_setup.chair)
    client.get(f"/review/{case.request.pk}/")
    with django_assert_max_num_queries(
        26 + 4 + 2 + 2 + 1
    ):  # thread, clock, match, appeals, documents, conditions, earlier decisions
        assert client.get(f"/review/{case.request.pk}/").status_code == 200


@pytest.mark.parametrize(("by_user", "state"), [(True, "ended"), (False, "revoked")])
def test_the_case_and_the_export_say_how_the_access_ended(by_user: bool, state: str) -> None:
    """The one access state: also for a committee nobody has access, and who ended it makes a difference."""
    access = stories.granted()
    case, owner = access.case, access.published_dataset.owner
    grants.revoke(access.grant, reason="The project was stopped.", by=access.holder if by_user else owner)
    client = stories.client_for(case.committee_setup.chair)
    page = client.get(f"/review/{case.request.pk}/")
    (entry,) = page.context["items"]
    assert [one["shown"]["state"].state for one in entry["grants"]] == [state]
    assert page.context["status"]["state"].state == state
    said = next(line["what"] for line in page.context["timeline"] if line["tone"] == ("still" if by_user else "bad"))
    assert said in page.content.decode()
    answer = client.get("/review/?tab=decided&export=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["Status"], row["Reason"]) for row in rows] == [(page.context["status"]["badge"], case.item.reason)]
