"""A request before its committees: who may act, how it is decided, what may never happen."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands, queries, review_queue
from apps.access_requests.models import Item, Recusal, Round, Vote
from apps.access_requests.tasks import close_if_denied, report_lost_voters
from apps.audit.models import Event
from apps.committees import commands as committees
from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied, Invalid, WrongState
from apps.identity.commands.identities import merge_people
from apps.people.sign_in import SignIn
from tests import stories

pytestmark = pytest.mark.django_db
FRESHLY = {"signed_in": SignIn(issuer="https://idp.test", acr="", auth_time=datetime(2026, 11, 1, tzinfo=UTC))}


# ---------------------------------------------------------------------------------------------------- who may act
def test_only_members_of_the_committee_accept_return_and_recuse() -> None:
    case = stories.submitted()
    outsiders = [
        case.applicant,
        case.published_dataset.owner,
        stories.person(),
        stories.committee_setup().chair,
        stories.operator(),
    ]
    for by in outsiders:
        for act in (
            lambda by: commands.accept_for_review(case.request, by=by),
            lambda by: commands.request_changes(case.request, text="Why?", by=by),
            lambda by: commands.recuse(case.request, reason="None.", by=by),
        ):
            with pytest.raises(Denied, match="Only a member of the committee"):
                act(by)
    gone = case.committee_setup.members[0]
    gone.is_active = False
    with pytest.raises(Denied):
        commands.accept_for_review(case.request, by=gone)


def test_nobody_acts_on_a_request_they_are_part_of() -> None:
    """L35, T9, T10: neither as applicant nor as named member."""
    committee_setup = stories.committee_setup(members=3)
    chair, member = committee_setup.chair, committee_setup.members[0]
    case = stories.submitted(
        published_dataset=stories.published_dataset(committee_setup=committee_setup), applicant=chair, members=[member]
    )
    for part_of_it in (chair, member):
        with pytest.raises(Denied, match="you are part of"):
            commands.accept_for_review(case.request, by=part_of_it)
    commands.accept_for_review(case.request, by=committee_setup.members[1])
    for part_of_it in (chair, member):
        with pytest.raises(Denied, match="you are part of"):
            stories.vote(case, part_of_it)


def test_a_recusal_cannot_be_undone() -> None:
    case = stories.in_review()
    member = case.committee_setup.members[0]
    with pytest.raises(Invalid, check=lambda refused: refused.field == "reason"):
        commands.recuse(case.request, reason=" ", by=member)
    commands.recuse(case.request, reason="We publish together.", by=member)
    assert str(Recusal.objects.get()) == f"{member.pk} is recused from {case.request.pk}"
    for act in (
        lambda: stories.vote(case, member),
        lambda: commands.recuse(case.request, reason="Again.", by=member),
        lambda: commands.request_changes(case.request, text="Why?", by=member),
    ):
        with pytest.raises(Denied, match="conflict of interest"):
            act()


def test_only_eligible_voters_vote() -> None:
    case = stories.in_review()
    for by in (stories.person(), case.published_dataset.owner, stories.committee_setup().chair, stories.operator()):
        with pytest.raises(Denied, match="Only an eligible voter"):
            stories.vote(case, by)
    member = case.committee_setup.members[0]
    committees.remove_member(
        case.committee_setup.membership_of(member), reason="Left the hospital.", by=case.committee_setup.chair
    )
    with pytest.raises(Denied, match="Only an eligible voter"):
        stories.vote(case, member)


# ------------------------------------------------------------------------------------------------------- voting
def test_voting_starts_when_the_request_is_accepted_for_review() -> None:
    """T83."""
    case = stories.submitted()
    with pytest.raises(WrongState, match="nothing for you to vote on"):
        stories.vote(case, case.committee_setup.chair)


def test_a_voter_has_one_current_vote_a_round() -> None:
    """T90: a second vote supersedes the first, which stays; two first votes are refused by the database."""
    case = stories.in_review()
    chair = case.committee_setup.chair
    cast = stories.vote(case, chair)
    assert str(cast) == f"{chair.pk} on {case.item.pk}"
    changed = stories.vote(case, chair, "deny")
    assert list(Vote.objects.current().filter(voter=chair)) == [changed]
    assert (changed.supersedes, Vote.objects.filter(voter=chair).count()) == (cast, 2)
    counted = queries.decision_on(case.item, queries.fetch_eligible_voters(case.item))
    assert (counted.cast, counted.denials) == (1, 1)
    again = {"item": case.item, "round": case.round, "voter": chair, "choice": "deny", "reason": "Twice."}
    for superseded in (None, cast):
        with pytest.raises(IntegrityError), transaction.atomic():
            Vote.objects.create(supersedes=superseded, **again)


def test_a_vote_counts_on_the_snapshot_it_saw_and_on_no_other() -> None:
    """L34, L36, T86."""
    case = stories.returned()
    seen = case.round
    assert seen is not None
    assert case.question is not None
    commands.answer(case.question, text="All.", by=case.applicant)
    commands.submit(case.request, by=case.applicant)
    commands.accept_for_review(case.request, by=case.committee_setup.chair)
    with pytest.raises(WrongState, match="has changed since"):
        commands.vote(case.item, choice="approve", reason="Fine.", seen=seen, by=case.committee_setup.chair, **FRESHLY)


def test_a_vote_after_the_decision_is_refused() -> None:
    """T85."""
    case = stories.decided(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=2))
    )
    seen = Round.objects.get(request=case.request)
    with pytest.raises(WrongState, match="nothing for you to vote on"):
        commands.vote(
            case.item, choice="deny", reason="Late.", seen=seen, by=case.committee_setup.members[1], **FRESHLY
        )
    withdrawn = stories.in_review()
    seen = queries.open_round(withdrawn.request)
    assert seen is not None
    commands.withdraw(withdrawn.request, by=withdrawn.applicant)
    with pytest.raises(WrongState, match="nothing for you to vote on"):
        commands.vote(
            withdrawn.item, choice="deny", reason="Late.", seen=seen, by=withdrawn.committee_setup.chair, **FRESHLY
        )


@pytest.mark.parametrize(
    ("vote", "fields"),
    [
        ({"choice": "maybe"}, {"choice"}),
        ({"reason": "  "}, {"reason"}),
        ({"choice": "conditional", "new_condition": " "}, {"new_condition"}),
        ({"choice": "conditional", "conditions": [uuid4()]}, {"conditions"}),
        ({"choice": "approve", "new_condition": "Report once a year."}, {"choice"}),
        ({"choice": "deny", "conditions": [uuid4()]}, {"choice", "conditions", "denial_codes"}),
        ({"choice": "", "reason": ""}, {"choice", "reason"}),
    ],
)
def test_a_vote_has_a_choice_a_reason_and_named_conditions(vote: dict[str, Any], fields: set[str]) -> None:
    case = stories.in_review()
    seen = queries.open_round(case.request)
    assert seen is not None
    said: dict[str, Any] = {"choice": "approve", "reason": "Fine.", **vote}
    with pytest.raises(Invalid) as refused:
        commands.vote(case.item, seen=seen, by=case.committee_setup.chair, **FRESHLY, **said)
    assert set(refused.value.fields) == fields
    assert not Vote.objects.exists()


# ------------------------------------------------------------------------------------------------------ deciding
def test_a_majority_decides_with_the_reasons_and_without_names() -> None:
    case = stories.decided(choice="conditional")
    item = case.item
    assert (item.state, item.terms) == ("conditional", "Report once a year.")
    assert item.reason == "My reason to conditional."
    assert item.decided_in == case.round
    assert case.request.state == "decided"
    event = Event.objects.get(kind="request.item_decided")
    assert event.actor_id is None
    assert event.facts == {"outcome": "approve_with_conditions"}


def test_a_denial_gives_the_reasons_of_those_who_denied() -> None:
    case = stories.in_review()
    stories.vote(case, case.committee_setup.members[0], "approve")
    stories.vote(case, case.committee_setup.chair, "deny")
    stories.vote(case, case.committee_setup.members[1], "deny")
    assert (case.item.state, case.item.reason) == ("denied", "My reason to deny.")


def test_each_committee_decides_its_own_dataset() -> None:
    """L62: one verdict touches exactly its item."""
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    with pytest.raises(Denied, match="Only an eligible voter"):
        stories.vote(case, second.committee_setup.chair, published_dataset=first)
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=first)
    assert case.item_of(first).state == "approved"
    assert case.item_of(second).state == "open"
    assert case.reload().request.state == "in_review"
    for voter in second.committee_setup.everyone[:2]:
        stories.vote(case, voter, "deny", published_dataset=second)
    assert case.item_of(first).state == "approved"
    assert case.item_of(second).state == "denied"
    assert case.reload().request.state == "decided"


def test_without_eligible_voters_nothing_is_approved() -> None:
    """L35."""
    committee_setup = stories.committee_setup(members=1, quorum=1)
    stories.operator()  # who can add members
    case = stories.submitted(
        published_dataset=stories.published_dataset(committee_setup=committee_setup),
        applicant=committee_setup.chair,
        members=committee_setup.members,
    )
    assert not queries.eligible_voters(case.item).exists()
    for part_of_it in committee_setup.everyone:
        with pytest.raises(Denied):
            commands.accept_for_review(case.request, by=part_of_it)
    assert case.item.state == "open"


def test_returning_closes_the_round_and_asks_something() -> None:
    case = stories.in_review()
    with pytest.raises(Invalid, check=lambda refused: refused.field == "text"):
        commands.request_changes(case.request, text=" ", by=case.committee_setup.chair)
    stories.returned(case)
    assert case.request.state == "returned"
    assert queries.open_round(case.request) is None
    with pytest.raises(WrongState):
        commands.request_changes(case.request, text="Again?", by=case.committee_setup.chair)


def test_a_request_of_which_nothing_was_approved_is_closed() -> None:
    case = stories.decided(choice="deny")
    stories.drain()
    assert case.reload().request.state == "closed"
    assert case.request.ended_at is not None
    commands.close_denied(case.request, by=SYSTEM)
    assert Event.objects.filter(kind="request.closed").count() == 1


def test_a_request_of_which_something_was_approved_stays_open() -> None:
    case = stories.decided()
    commands.close_denied(case.request, by=SYSTEM)
    assert case.reload().request.state == "decided"
    commands.activate(case.request, by=SYSTEM)
    commands.activate(case.request, by=SYSTEM)
    assert case.reload().request.state == "active"
    assert Event.objects.filter(kind="request.activated").count() == 1


def test_an_event_without_a_subject_calls_for_nothing() -> None:
    close_if_denied(Event(kind="request.decided"))
    report_lost_voters(Event(kind="person.deactivated"))


@pytest.mark.parametrize(
    "broken", [{"reason": ""}, {"decided_at": None}, {"decided_in": None}, {"state": "conditional", "terms": ""}]
)
def test_the_database_keeps_a_decision_whole(broken: dict[str, object]) -> None:
    case = stories.decided()
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=case.item.pk).update(**broken)


# ------------------------------------------------------------------------------------- several accounts, one person
def test_an_account_that_was_merged_is_the_same_person() -> None:
    """T9, L35: who asked with one account neither votes, screens nor countersigns with the other, and it shows."""
    committee_setup = stories.committee_setup(members=3)
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=committee_setup),
        members=[named := stories.person()],
    )
    first, second, third = committee_setup.members
    merge_people(case.applicant, into=first, by=stories.operator(), reason="One person, two providers.")
    merge_people(named, into=second, by=stories.operator(), reason="One person, two providers.")
    case.reload()
    for same in (first, second):
        with pytest.raises(Denied, match="you are part of"):
            stories.vote(case, same)
        assert not review_queue.to_vote_of(same).exists()
    assert set(queries.eligible_voters(case.item).values_list("person_id", flat=True)) == {
        committee_setup.chair.pk,
        third.pk,
    }
    listed: Any = review_queue.with_items(review_queue.to_vote_of(third), third).get()
    shown = queries.listed_decision(listed.for_committee[0])
    assert shown.eligible == queries.decision_on(case.item, queries.fetch_eligible_voters(case.item)).eligible == 2


def test_a_recusal_counts_for_every_account_of_the_person() -> None:
    committee_setup, other = stories.committee_setup(members=2), stories.person()
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=committee_setup))
    member = committee_setup.members[0]
    commands.recuse(case.request, reason="We publish together.", by=member)
    merge_people(member, into=other, by=stories.operator(), reason="One person.")
    last = stories.person()
    merge_people(other, into=last, by=stories.operator(), reason="Three accounts, still one person.")
    committees.add_member(committee_setup.committee, person=last, by=CONSOLE)
    with pytest.raises(Denied, match="conflict of interest"):
        commands.accept_for_review(case.request, by=last)
    assert not review_queue.to_check_of(last).exists()


def test_an_owner_does_not_countersign_what_another_account_of_theirs_asked_for() -> None:
    agreement_setup = stories.signed()
    merge_people(agreement_setup.applicant, into=agreement_setup.owner, by=stories.operator(), reason="One person.")
    with pytest.raises(Denied, match="you are part of"):
        stories.countersign(agreement_setup.agreement, agreement_setup.owner)


def test_a_merge_of_the_applicant_into_a_voter_withdraws_the_request() -> None:
    case = stories.in_review()
    chair, first, second = case.committee_setup.everyone
    stories.vote(case, chair, "deny")
    stories.vote(case, first, "approve")
    merge_people(case.applicant, into=second, by=stories.operator(), reason="One person.")
    stories.drain()
    assert (case.item.state, case.reload().request.state) == ("open", "withdrawn")


def test_nobody_changes_the_members_who_decide_about_them() -> None:
    """L35, T9: as applicant, as named member, or by another account of theirs."""
    committee_setup, late = stories.committee_setup(members=3), stories.person()
    case = stories.submitted(
        published_dataset=stories.published_dataset(committee_setup=committee_setup), applicant=committee_setup.chair
    )
    membership = committee_setup.membership_of(committee_setup.members[0])
    for act in (
        lambda: commands.add_committee_member(committee_setup.committee, person=late, by=committee_setup.chair),
        lambda: commands.remove_committee_member(membership, reason="Left the hospital.", by=committee_setup.chair),
    ):
        with pytest.raises(Denied, match="deciding on a request that you are part of"):
            act()
    commands.withdraw(case.request, by=committee_setup.chair)
    commands.add_committee_member(committee_setup.committee, person=late, by=committee_setup.chair)
    commands.remove_committee_member(membership, reason="Left the hospital.", by=committee_setup.chair)
    other = stories.submitted(published_dataset=stories.published_dataset(committee_setup=committee_setup))
    merge_people(other.applicant, into=committee_setup.chair, by=stories.operator(), reason="One person.")
    with pytest.raises(Denied, match="deciding on a request that you are part of"):
        commands.remove_committee_member(
            committee_setup.membership_of(late), reason="Left the hospital.", by=committee_setup.chair
        )
