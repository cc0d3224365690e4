"""Reviewing through the API: what a member reads, and votes that count once."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands
from apps.access_requests.models import Item, Message, Recusal, Vote
from apps.access_requests.states import ItemState
from apps.committees.models import CommitteeMember
from apps.core import clock
from apps.people.models import Person
from tests import stories
from tests.integration.api.calls import Caller, fields, refused

pytestmark = pytest.mark.django_db


def member_of(case: stories.Case, place: int = 0) -> Caller:
    """A program of the chair (0) or of a further member, with both scopes."""
    return Caller(case.committee_setup.everyone[place], "review", "vote")


def path(case: stories.Case, *, vote: str = "") -> str:
    whole = f"/reviews/{case.request.pk}"
    return f"{whole}/datasets/{case.published_dataset.dataset.slug}/{vote}" if vote else whole


def ballot(number: int = 1, choice: str = "approve", **more: Any) -> dict[str, Any]:
    codes = ["purpose"] if choice == "deny" else []
    return {"round": number, "choice": choice, "reason": f"I {choice}.", "denial_codes": codes, **more}


def only(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()["items"][0]
    return found


def test_a_case_is_checked_voted_on_and_decided() -> None:
    case = stories.submitted()
    chair, member = member_of(case), member_of(case, 1)
    line = only(chair.get("/reviews"))
    assert (line["id"], line["next_action"], line["round"]) == (str(case.request.pk), "check", 1)
    shown = chair.get(path(case))
    assert shown["ETag"] == '"1"'
    assert shown.json()["items"][0]["why_not"] == "not_checked"
    assert shown.json()["submitted"]["request"]["title"] == case.request.title

    assert chair.post(f"{path(case)}/accept").json()["next_action"] == "vote"
    refused(chair.post(f"{path(case)}/accept"), 409, "wrong-state")
    voted = chair.post(path(case, vote="vote"), ballot(new_condition="Cite us.", choice="conditional")).json()
    assert voted["next_action"] == "wait_for_members"
    assert {one["code"] for one in voted["items"][0]["waiting_for"]} == {
        one.code for one in case.committee_setup.members
    }
    condition = member.get(path(case)).json()["items"][0]["conditions"][0]
    decided = member.post(path(case, vote="vote"), ballot(choice="conditional", conditions=[condition["id"]])).json()
    assert decided["items"][0]["state"] == ItemState.CONDITIONAL
    assert decided["items"][0]["terms"] == "Cite us."
    assert only(member.get("/reviews", {"stage": "decided"}))["next_action"] == "none"
    assert member.get("/reviews").json()["items"] == []


def test_choices_stay_hidden_until_the_own_vote() -> None:
    case = stories.in_review()
    chair, member = member_of(case), member_of(case, 1)
    chair.post(path(case, vote="vote"), ballot(choice="conditional", new_condition="Cite us."))
    before = member.get(path(case))
    item = before.json()["items"][0]
    assert (item["votes_cast"], item["choices_shown"], item["votes"], item["my_vote"]) == (1, False, [], None)
    assert item["conditions"][0]["adopted"] is None
    assert "I conditional." not in before.content.decode()
    after = member.post(path(case, vote="vote"), ballot(choice="deny")).json()["items"][0]
    assert {one["choice"] for one in after["votes"]} == {"conditional", "deny"}
    assert after["conditions"][0]["adopted"] == 1


def test_a_vote_on_an_old_round_or_after_the_decision_is_refused_and_not_counted() -> None:
    case = stories.returned()
    assert case.question is not None
    commands.answer(case.question, text="All of them.", by=case.applicant)
    commands.submit(case.request, by=case.applicant)
    commands.accept_for_review(case.request, by=case.committee_setup.chair)
    chair, member, third = (member_of(case, place) for place in range(3))
    for number in (1, 0, -1, 7, 10**30):
        refused(chair.post(path(case, vote="vote"), ballot(number)), 409, "wrong-state")
    assert not Vote.objects.exists()
    for one in (chair, member):
        assert one.post(path(case, vote="vote"), ballot(2)).status_code == 200
    refused(third.post(path(case, vote="vote"), ballot(2)), 409, "wrong-state")
    assert Vote.objects.count() == 2


def test_a_retry_with_the_same_key_counts_once() -> None:
    case, key = stories.in_review(), str(uuid4())
    chair = member_of(case)
    first, again = (chair.post(path(case, vote="vote"), ballot(), Idempotency_Key=key) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert Vote.objects.count() == 1
    refused(chair.post(path(case, vote="vote"), ballot(choice="deny"), Idempotency_Key=key), 422)
    changed = chair.post(path(case, vote="vote"), ballot(choice="deny"))
    assert changed.json()["items"][0]["my_vote"]["choice"] == "deny"
    assert Vote.objects.current().count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"choice": "perhaps"}, "choice"),
        ({"reason": " "}, "reason"),
        ({"choice": "deny", "denial_codes": []}, "denial_codes"),
        ({"choice": "deny", "denial_codes": ["mood"]}, "denial_codes"),
        ({"choice": "conditional"}, "new_condition"),
        ({"choice": "conditional", "conditions": ["11111111-1111-4111-8111-111111111111"]}, "conditions"),
        ({"conditions": ["x"]}, "conditions.0"),
        ({"round": None}, "round"),
        ({"reason": "r" * 5001}, "reason"),
        ({"reason": "a‮b"}, "reason"),
        ({"voter": "P-0"}, "voter"),
    ],
)
def test_a_faulty_vote_names_its_field_and_is_not_counted(change: dict[str, Any], field: str) -> None:
    case = stories.in_review()
    problem = refused(member_of(case).post(path(case, vote="vote"), ballot() | change), 422)
    assert field in fields(problem)
    assert not Vote.objects.exists()


def test_the_vote_keeps_the_sign_in_in_which_the_token_was_made() -> None:
    case = stories.in_review()
    moment = clock.now()
    member_of(case).post(path(case, vote="vote"), ballot())
    kept = Vote.objects.get().actor_snapshot
    assert kept is not None
    assert kept.acr == "urn:example:mfa"
    assert abs((kept.auth_time - moment).total_seconds()) < 60


def test_changes_are_requested_with_questions_about_fields() -> None:
    case = stories.in_review()
    chair = member_of(case)
    asked = {"questions": [{"field": "purpose", "text": "Which cohort?"}, {"text": "Who pays?"}]}
    assert fields(refused(chair.post(f"{path(case)}/return", {"questions": [{"field": "x", "text": "?"}]}), 422)) == {
        "field"
    }
    said = chair.post(f"{path(case)}/return", asked).json()
    assert said["next_action"] == "wait_for_applicant"
    assert [(one["field"], one["answer"]) for one in said["questions"]] == [("purpose", ""), ("", "")]
    assert only(chair.get("/reviews", {"stage": "with-applicant"}))["next_action"] == "wait_for_applicant"


def test_whoever_declares_a_conflict_reads_nothing_more() -> None:
    case, key = stories.in_review(), "leave"
    member = member_of(case, 1)
    for _ in range(2):
        gone = member.post(f"{path(case)}/recuse", {"reason": "We publish together."}, Idempotency_Key=key)
        assert (gone.status_code, gone.content) == (204, b"")
    assert Recusal.objects.count() == 1
    for answer in (
        member.get(path(case)),
        member.get(f"{path(case)}/messages"),
        member.post(f"{path(case)}/messages", {"text": "Still here."}),
        member.post(path(case, vote="vote"), ballot()),
        member.post(f"{path(case)}/recuse", {"reason": "Again."}),
    ):
        refused(answer, 403)
    assert member.get("/reviews").json()["items"] == []
    assert not Vote.objects.exists()


def test_a_member_who_left_reads_nothing() -> None:
    case = stories.in_review()
    member = member_of(case, 1)
    assert member.get(path(case)).status_code == 200
    CommitteeMember.objects.filter(person=member.person).update(ends_at=clock.now())
    for answer in (member.get(path(case)), member.post(path(case, vote="vote"), ballot())):
        refused(answer, 404)
    assert member.get("/reviews").json()["items"] == []


def test_messages_are_internal_unless_it_is_said_otherwise() -> None:
    case = stories.in_review()
    member, applicant = member_of(case, 1), Caller(case.applicant, "read")
    thread = f"{path(case)}/messages"
    internal = member.post(thread, {"text": "Is the cohort large enough?"})
    assert internal.status_code == 201
    assert internal.json()["internal"] is True
    assert internal.json()["author"] == member.person.code  # type: ignore[union-attr]
    for _ in range(2):
        member.post(thread, {"text": "Which cohort?", "internal": False}, Idempotency_Key="once")
    assert [one["text"] for one in member.get(thread).json()["items"]] == [
        "Which cohort?", "Is the cohort large enough?"
    ]  # fmt: skip
    read = applicant.get(f"/requests/{case.request.pk}/messages").json()["items"]
    assert [(one["text"], one["author"]) for one in read] == [("Which cohort?", "")]
    assert fields(refused(member.post(thread, {"text": "A", "committee": "another"}), 422)) == {"committee"}
    assert Message.objects.count() == 2


def test_a_deputy_reads_and_votes_but_not_the_thread() -> None:
    case, deputy = stories.in_review(), stories.person()
    away = case.committee_setup.members[0]
    today = clock.today()
    commands.name_deputy(
        case.committee_setup.membership_of(away), person=deputy, first_day=today, last_day=today, by=away
    )
    program = Caller(deputy, "review", "vote")
    assert program.get("/reviews").json()["items"] == []
    assert only(program.get("/reviews", {"stage": "as-deputy"}))["next_action"] == "declare"
    stories.declare(case.request, deputy)
    assert only(program.get("/reviews", {"stage": "as-deputy"}))["next_action"] == "vote"
    refused(program.get(f"{path(case)}/messages"), 403)
    voted = program.post(path(case, vote="vote"), ballot()).json()["items"][0]
    assert voted["votes"][0]["in_place_of"]["code"] == voted["votes_for"]["code"] == away.code
    assert only(program.get("/reviews", {"stage": "as-deputy"}))["next_action"] == "wait_for_members"


@pytest.mark.parametrize("who", ["applicant", "owner", "stranger", "elsewhere"])
def test_nobody_else_reads_a_case(who: str) -> None:
    case = stories.in_review()
    people: dict[str, Person] = {
        "applicant": case.applicant, "owner": case.published_dataset.owner, "stranger": stories.person(),
        "elsewhere": stories.committee_setup().chair,
    }  # fmt: skip
    program = Caller(people[who], "review", "vote")
    refused(program.get(path(case)), 404)
    refused(program.post(path(case, vote="vote"), ballot()), 404)
    assert program.get("/reviews").json()["items"] == []


def test_the_list_filters_and_pages() -> None:
    setup = stories.committee_setup()
    dataset = stories.published_dataset(committee_setup=setup)
    cases = [stories.submitted(published_dataset=dataset) for _ in range(3)]
    Item.objects.filter(request=cases[0].request).update(due_on="2026-01-01")
    Item.objects.filter(request=cases[1].request).update(due_on=None)
    chair = Caller(setup.chair, "review")

    def found(**query: Any) -> list[str]:
        return [one["id"] for one in chair.get("/reviews", query).json()["items"]]

    ids = [str(case.request.pk) for case in cases]
    assert found() == ids[::-1]
    assert found(due="overdue") == ids[:1]
    assert found(due="none") == ids[1:2]
    assert found(q=f"{cases[2].request.reference} recurrence") == ids[2:]
    assert found(committee="another") == found(stage="to-vote") == found(q="nothing") == []
    first = chair.get("/reviews", {"limit": 2}).json()
    rest = chair.get("/reviews", {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in rest["items"]] == ids[:1]
    assert rest["next_cursor"] is None
    refused(chair.get("/reviews", {"stage": "decided", "cursor": first["next_cursor"]}), 400)
    refused(chair.get("/reviews", {"stage": "mine"}), 422)


def test_statements_do_not_grow_with_the_list() -> None:
    """At most 8 for the list, the token's own included; a case as many however many votes it has."""
    setup = stories.committee_setup()
    dataset = stories.published_dataset(committee_setup=setup)
    case = stories.in_review(stories.submitted(published_dataset=dataset))
    chair = Caller(setup.chair, "review", "vote")
    chair.get("/reviews")
    with CaptureQueriesContext(
        connection,
    ) as one:
        chair.get("/reviews")
    with CaptureQueriesContext(connection) as read:
        chair.get(path(case))
    for _ in range(2):
        stories.submitted(published_dataset=dataset)
    chair.post(path(case, vote="vote"), ballot())
    with CaptureQueriesContext(connection) as several:
        chair.get("/reviews")
    with CaptureQueriesContext(connection) as again:
        chair.get(path(case))
    assert len(several) == len(one) <= 8, [each["sql"] for each in several]
    assert len(again) <= len(read) + 1 <= 32, len(again)


def test_a_new_condition_has_a_due_date_or_its_error_is_named() -> None:
    case = stories.in_review()
    chair, condition = member_of(case), {"choice": "conditional", "new_condition": "Send the protocol."}
    faulty = ballot(**condition, new_due="date")
    assert fields(refused(chair.post(path(case, vote="vote"), faulty), 422)) == {"new_due_on"}
    assert not Vote.objects.exists()
    due = {"new_due": "after_signing", "new_due_days": 30}
    voted = chair.post(path(case, vote="vote"), ballot(**condition, **due)).json()
    shown = voted["items"][0]["conditions"][0]
    assert (shown["due"], shown["due_days"], shown["due_on"], shown["adopted"]) == ("after_signing", 30, None, 1)
