"""Case 1: nothing but a vote decides. Removal, closed account, merge, claim, hand-over and recusal only change who
votes.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.access_requests import commands, queries, review_queue
from apps.access_requests.commands import votes
from apps.access_requests.models import Item, Vote
from apps.access_requests.tasks import report_ended_memberships
from apps.audit.models import Event
from apps.audit.queries import timeline_of
from apps.audit.record import Kind
from apps.committees import commands as committees
from apps.committees.models import CommitteeMember, CommitteeMemberClaim
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied, DomainError, WrongState
from apps.identity.commands.identities import deactivate, merge_people, reactivate
from apps.notifications.models import Notification
from apps.people.commands.people import give_platform_role
from apps.people.models import Person, Provider
from tests import stories

pytestmark = pytest.mark.django_db
Case = stories.Case


def remove(case: Case, person: Person, by: Person | None = None) -> None:
    membership = case.committee_setup.membership_of(person)
    commands.remove_committee_member(membership, reason="Left the hospital.", by=by or case.committee_setup.chair)


def hand_over(case: Case, person: Person) -> None:
    commands.name_chair(case.committee_setup.committee, person=person, reason="Rotation.", by=stories.operator())


def claim_ends(case: Case, person: Person) -> None:
    """The membership comes from a claim, and the claim no longer does."""
    committee = case.committee_setup.committee
    provider, _new = Provider.objects.get_or_create(slug="north", name="North", issuer="https://north.test")
    facts = {"provider": provider, "claim": "groups", "value": f"{person.pk}", "committee": committee}
    rule = CommitteeMemberClaim.objects.create(**facts)
    membership = CommitteeMember.objects.not_ended().filter(committee=committee, person=person)
    membership.update(claim=rule, confirmed_until=clock.now() + timedelta(minutes=5))
    committees.end_member_claim(rule, by=CONSOLE)


WAYS: dict[str, Callable[[Case, Person], Any]] = {
    "removed": remove,
    "account closed": lambda _case, person: deactivate(person, by=stories.operator()),
    "merged": lambda case, person: merge_people(
        case.members[0], into=person, by=stories.operator(), reason="One person, two providers."
    ),
    "claim ended": claim_ends,
    "recused": lambda case, person: commands.recuse(case.request, reason="We publish together.", by=person),
}


def split() -> Case:
    """Chair denies, the first member approves, the second has not voted: one vote is missing."""
    case = stories.in_review(members=[stories.person()])
    chair, first, _second = case.committee_setup.everyone
    stories.vote(case, chair, "deny")
    stories.vote(case, first, "approve")
    assert case.item.state == "open"
    return case


def confirm(case: Case, by: Person) -> Vote:
    seen = queries.open_round(case.request)
    assert seen is not None
    return commands.confirm_vote(case.item, seen=seen, signed_in=stories.fresh_sign_in(), by=by)


def notified(kind: str) -> set[tuple[Person, str]]:
    return {(one.reader, one.path) for one in Notification.objects.filter(kind=kind).select_related("reader")}


@pytest.mark.parametrize("way", WAYS)
def test_losing_a_voter_decides_nothing_until_a_voter_confirms(way: str) -> None:
    """Case 1: everybody left has voted; a member is asked, and the vote that they confirm decides."""
    case = split()
    chair, first, second = case.committee_setup.everyone
    WAYS[way](case, second)
    stories.drain()
    assert case.item.state == "open"
    assert queries.decision_on(case.item, queries.fetch_eligible_voters(case.item)).outcome == "deny"
    asked = {first} if way == "removed" else {chair, first}
    assert set(case.item.asked_to_confirm) == {person.pk for person in asked}
    assert notified(Kind.CONFIRMATION_NEEDED) == {(one, f"/review/{case.request.pk}/") for one in asked}
    assert review_queue.to_vote_of(first).get() == case.request
    cast = confirm(case, first)
    assert (case.item.state, cast.supersedes is not None) == ("denied", True)
    assert Event.objects.filter(kind=Kind.ITEM_DECIDED).count() == 1


def test_control_counting_after_a_removal_would_decide() -> None:
    """Case 1: the recount there was once decides what the commands leave open; the test above would see it."""
    case = split()
    remove(case, case.committee_setup.members[1])
    item = Item.objects.select_related("request", "committee").get(pk=case.item.pk)
    votes._decide_if_clear(item, queries.fetch_eligible_voters(item))
    assert case.item.state == "denied"


def test_whoever_removed_a_member_cannot_decide_with_a_vote_cast_before() -> None:
    """Case 1: neither by confirming it nor by changing it; after the vote of another member they can."""
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=4))
    )
    chair, first, second, third, fourth = case.committee_setup.everyone
    stories.vote(case, chair, "approve")
    stories.vote(case, first, "deny")
    remove(case, third)
    remove(case, fourth)
    stories.vote(case, chair, "deny")
    assert case.item.state == "open", "two of three deny, by the hand of whoever removed two others"
    with pytest.raises(WrongState):
        confirm(case, chair)
    stories.vote(case, second, "approve")
    assert case.item.state == "denied", "the next vote of another member counts them"


def test_a_removal_before_a_vote_counts_from_the_start_of_the_round_and_between_rounds_not_at_all() -> None:
    """Without a round there is no vote that the removal could decide; in the next round nobody is held back by it."""
    case = stories.in_review()
    chair, first, second = case.committee_setup.everyone
    remove(case, first)
    assert queries.let_a_voter_leave(case.item, chair.pk)
    assert not queries.let_a_voter_leave(case.item, second.pk), "they removed nobody"
    question = commands.request_changes(case.request, text="Which variables?", by=chair)
    assert queries.open_round(case.request) is None
    assert not queries.let_a_voter_leave(case.item, chair.pk)
    commands.answer(question, text="Age and stage.", by=case.applicant)
    commands.submit(case.reload().request, by=case.applicant)
    assert queries.open_round(case.request) is not None
    assert not queries.let_a_voter_leave(case.item, chair.pk)


def test_a_change_after_the_vote_of_another_member_counts_again() -> None:
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=4, quorum=2))
    )
    chair, first, second, third, fourth = case.committee_setup.everyone
    stories.vote(case, chair, "approve")
    remove(case, fourth)
    stories.vote(case, first, "deny")
    stories.vote(case, second, "deny")
    assert case.item.state == "open"
    stories.vote(case, chair, "deny")
    assert case.item.state == "denied"


@pytest.mark.parametrize("act", ["account closed", "merged"])
def test_an_operator_who_closes_an_account_cannot_decide_with_their_own_vote(act: str) -> None:
    case = stories.in_review()
    chair, first, second = case.committee_setup.everyone
    give_platform_role(chair, kind="operator", days=30, by=CONSOLE)
    stories.vote(case, chair, "deny")
    stories.vote(case, first, "approve")
    if act == "merged":
        merge_people(second, into=stories.person(), by=chair, reason="One person.")
    else:
        deactivate(second, by=chair)
    stories.drain()
    assert case.item.asked_to_confirm == [first.pk]
    with pytest.raises(Denied):
        confirm(case, chair)
    stories.vote(case, chair, "deny")
    assert case.item.state == "open"
    confirm(case, first)
    assert case.item.state == "denied"


def test_the_operators_are_notified_if_nobody_else_can_confirm() -> None:
    """Case 1: the only voter left is whoever removed the others; another round is the way out."""
    operator = stories.operator()
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=1, quorum=1))
    )
    chair, first = case.committee_setup.everyone
    stories.vote(case, chair, "deny")
    remove(case, first)
    stories.drain()
    assert (case.item.state, case.item.asked_to_confirm) == ("open", [])
    assert {who for who, _path in notified(Kind.CONFIRMATION_NEEDED)} == {operator}
    with pytest.raises(Denied):
        confirm(case, chair)
    commands.request_changes(case.request, text="Which variables?", by=chair)
    assert case.reload().request.state == "returned"


def test_a_vote_is_confirmed_only_if_that_is_needed() -> None:
    case = split()
    chair, first, second = case.committee_setup.everyone
    for voter in (chair, first, second):
        with pytest.raises(WrongState):
            confirm(case, voter)
    with pytest.raises(Denied):
        confirm(case, stories.person())


def test_the_history_names_who_left_and_asks_once() -> None:
    """Case 1: one line for each person who can no longer vote, with whoever ended it; the same again adds nothing."""
    case = split()
    chair, _first, second = case.committee_setup.everyone
    remove(case, second)
    stories.drain()
    event = timeline_of(case.request.pk).get(kind=Kind.VOTER_LEFT)
    assert (event.actor_id, event.about) == (chair.pk, [case.committee_setup.committee.pk, second.pk])
    deactivate(second, by=stories.operator())
    reactivate(second, by=stories.operator())
    stories.drain()
    assert timeline_of(case.request.pk).filter(kind=Kind.VOTER_LEFT).count() == 1
    assert timeline_of(case.request.pk).filter(kind=Kind.CONFIRMATION_NEEDED).count() == 1
    assert queries.ends_of(case.request, [second.pk]) == {
        (case.committee_setup.committee.pk, second.pk): "Left the hospital."
    }


def test_a_last_day_that_passes_asks_for_a_confirmation() -> None:
    """Case 1: the membership ends by the calendar, and nothing is decided by it either."""
    case = split()
    chair, first, second = case.committee_setup.everyone
    tomorrow = clock.today() + timedelta(days=1)
    membership = case.committee_setup.membership_of(second)
    commands.remove_committee_member(membership, reason="Her term ends.", last_day=tomorrow, by=chair)
    stories.drain()
    assert queries.decision_on(case.item, queries.fetch_eligible_voters(case.item)).eligible == 3
    assert not timeline_of(case.request.pk).filter(kind=Kind.VOTER_LEFT).exists()
    CommitteeMember.objects.filter(pk=membership.pk).update(ends_at=timezone.now())
    for _twice in range(2):
        report_ended_memberships()
    stories.drain()
    assert (case.item.state, case.item.asked_to_confirm) == ("open", [first.pk])
    assert timeline_of(case.request.pk).filter(kind=Kind.VOTER_LEFT).count() == 1
    confirm(case, first)
    assert case.item.state == "denied"


def test_a_member_who_becomes_the_chair_still_votes_and_decides_nothing() -> None:
    case = split()
    chair, first, second = case.committee_setup.everyone
    hand_over(case, first)
    stories.drain()
    assert case.item.state == "open"
    voters = queries.fetch_eligible_voters(case.item)
    assert {one.person for one in voters} == {first, second}
    assert queries.decision_on(case.item, voters).chair == first.pk
    assert chair.pk not in {one.person_id for one in voters}
    stories.vote(case, second, "deny")
    assert case.item.state == "approved", "one against one: the side of the chair"


def test_tied_and_divided_votes_are_reported_to_the_voters() -> None:
    """Nobody waits in vain: who can act is notified, once for the same votes."""
    place = stories.published_dataset(committee_setup=stories.committee_setup(members=2, quorum=2))
    case = stories.submitted(stories.draft(published_dataset=place, members=[place.committee_setup.chair]))
    first, second = place.committee_setup.members
    commands.accept_for_review(case.request, by=first)
    stories.vote(case, first, "approve")
    stories.vote(case, second, "deny")
    stories.drain()
    event = timeline_of(case.request.pk).get(kind=Kind.VOTES_DIVIDED)
    assert event.facts["why"] == "tie_without_chair"
    assert {who for who, _path in notified(Kind.VOTES_DIVIDED)} == {first, second}
    commands.report_open_votes(case.request, by=SYSTEM)
    assert timeline_of(case.request.pk).filter(kind=Kind.VOTES_DIVIDED).count() == 1
    stories.vote(case, second, "conditional")
    stories.drain()
    assert timeline_of(case.request.pk).filter(kind=Kind.VOTES_DIVIDED).last().facts["why"] == "conditions_divided"
    stories.vote(case, first, "conditional")
    assert (case.item.state, case.item.terms) == ("conditional", "Report once a year.")


# --------------------------------------------------------------------------------------------- all orders, generated
Course = tuple[int, int, list[tuple[str, int]]]
generated = settings(deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def courses(draw: st.DrawFn, longest: int) -> Course:
    """A committee (members beside the chair, quorum), and votes and losses in some order, by place of the person."""
    members = draw(st.integers(1, 4))
    steps = st.tuples(st.sampled_from(["approve", "deny", "conditional", *WAYS, "hand over"]), st.integers(0, members))
    return members, draw(st.integers(1, 3)), draw(st.lists(steps, min_size=1, max_size=longest))


def _step(case: Case, what: str, person: Person) -> None:
    """One step, if it is possible; a refusal changes nothing either."""
    with suppress(DomainError, CommitteeMember.DoesNotExist), transaction.atomic():
        if what in {"approve", "deny", "conditional"}:
            stories.vote(case, person, what)
        elif what == "hand over":
            hand_over(case, person)
        else:
            WAYS[what](case, person)


def _play(course: Course) -> None:
    """Play the course; the state of the item may change in the step of a vote only."""
    members, quorum, steps = course
    setup = stories.committee_setup(members=members, quorum=quorum)
    place = stories.published_dataset(committee_setup=setup)
    case = stories.in_review(published_dataset=place, members=[stories.person()])
    for what, place in steps:
        before = case.item.state
        voted = Vote.objects.count()
        if before != "open":
            break
        _step(case, what, setup.everyone[place])
        if Vote.objects.count() == voted:
            assert case.item.state == before, (what, place)
        decided = case.item.state
        stories.drain()
        assert case.item.state == decided, (what, place)


@settings(generated, max_examples=6)
@given(courses(longest=5))
def test_no_sequence_of_member_changes_decides_an_item(course: Course) -> None:
    """Case 1: the state of an item changes in the step of a vote only, also after the consequences are carried.

    Six courses of at most five steps; `make test-all` plays 25 of at most eight. The tests above have each kind of
    change once, after two votes.
    """
    _play(course)


@pytest.mark.exhaustive
@settings(generated, max_examples=25)
@given(courses(longest=8))
def test_no_long_sequence_of_member_changes_decides_an_item(course: Course) -> None:
    """Case 1: the whole of what the test above samples."""
    _play(course)


def test_who_declared_a_conflict_removes_no_voter_of_the_case_and_names_no_chair() -> None:
    """Case 15: otherwise a chair with a conflict decides by choosing who is left."""
    setup = stories.committee_setup(members=4)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    first, second, third, fourth = setup.members
    commands.recuse(case.request, reason="We publish together.", by=setup.chair)
    for voter in (first, second):
        stories.vote(case, voter)
    absent = CommitteeMember.objects.get(committee=setup.committee, person=third)
    with pytest.raises(Denied, match="conflict of interest"):
        commands.remove_committee_member(absent, reason="Never there.", by=setup.chair)
    stories.vote(case, fourth, "deny")
    assert case.reload().item.state == "open", "with the third member removed, this vote to deny would have approved"
    page = stories.client_for(setup.chair).get(f"/committees/{setup.committee.slug}/members/{absent.pk}/remove/")
    assert page.status_code == 403
    stories.vote(case, third, "deny")
    chair = CommitteeMember.objects.get(committee=setup.committee, person=setup.chair)
    assert chair.ends_at is None
    other = CommitteeMember.objects.get(committee=setup.committee, person=first)
    commands.remove_committee_member(other, reason="Leaves.", by=stories.operator())
