"""Who is an eligible voter of an item, whose vote counts, and who no longer does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.expressions import ArraySubquery

from apps.access_requests import queries
from apps.access_requests.models import Condition, Item, Round
from apps.audit.record import Kind, record
from apps.committees.decisions import Choice
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.people.models import Person
from tests.factories import rows
from tests.unit.access_requests.reviews import DAY, Review, closed_account, member, request

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def counted(one: Review) -> set[Person]:
    """The eligible voters, by each of the ways they are asked for."""
    alone = {membership.person for membership in queries.eligible_voters(one.item)}
    listed = Item.objects.annotate(who=ArraySubquery(queries.voters_listed().values("person_id"))).get(pk=one.item.pk)
    listed_order = sorted(queries.eligible_voters(one.item), key=lambda membership: membership.pk)
    by_request = queries.committees_of_request(one.request)
    by_committee = by_request.get(one.committee.pk, [])
    assert set(by_request) <= {one.committee.pk}
    fetched = queries.fetch_eligible_voters(one.item)
    assert listed.who == [membership.person_id for membership in listed_order]  # type: ignore[attr-defined]
    assert {membership.person for membership in by_committee} == alone == {one.person for one in fetched}
    return alone


Change = Callable[[Review, CommitteeMember], object]
LEAVES: dict[str, Change] = {
    "applicant": lambda one, who: type(one.request).objects.filter(pk=one.request.pk).update(applicant=who.person),
    "applicant's other account": lambda one, who: Person.objects.filter(pk=one.applicant.pk).update(
        merged_into=who.person, is_active=False
    ),
    "member": lambda one, who: one.name(who.person),
    "member's other account": lambda one, who: one.name(closed_account(who.person)),
    "recused": lambda one, who: one.recuse(who.person),
    "recused with another account": lambda one, who: one.recuse(closed_account(who.person)),
    "ended": lambda one, who: CommitteeMember.objects.filter(pk=who.pk).update(ends_at=clock.now()),
    "account closed": lambda one, who: Person.objects.filter(pk=who.person_id).update(is_active=False),
    "added after the round opened": lambda one, who: CommitteeMember.objects.filter(pk=who.pk).update(
        starts_at=one.round.opened_at + TICK
    ),
}
STAYS: dict[str, Change] = {
    "nothing": lambda one, who: None,
    "named in another request": lambda one, who: Review().name(who.person),
    "recused from another request": lambda one, who: Review().recuse(who.person),
    "applicant of another request": lambda one, who: Review(applicant=who.person),
    "another round began earlier": lambda one, who: Review().opened(
        clock.now() - 300 * DAY, number=2, closed_at=clock.now()
    ),
    "another open round began earlier": lambda one, who: Round.objects.create(
        request=request(rows.person()), number=1, snapshot={}, sha256="", opened_at=clock.now() - 300 * DAY
    ),
    "ends later": lambda one, who: CommitteeMember.objects.filter(pk=who.pk).update(ends_at=clock.now() + DAY),
    "added as the round opened": lambda one, who: CommitteeMember.objects.filter(pk=who.pk).update(
        starts_at=one.round.opened_at
    ),
    "became chair later": lambda one, who: CommitteeMember.objects.filter(pk=who.pk).update(
        member_since=one.round.opened_at - DAY, starts_at=one.round.opened_at + DAY
    ),
    "has another account": lambda one, who: closed_account(who.person),
}


@pytest.mark.parametrize("what", LEAVES)
def test_who_is_part_of_it_or_no_member_does_not_count(what: str) -> None:
    one = Review()
    member(rows.committee())
    who = one.members[1]
    LEAVES[what](one, who)
    one.item = Item.objects.get(pk=one.item.pk)
    one.request = one.item.request
    assert counted(one) == {each.person for each in one.members} - {who.person}


@pytest.mark.parametrize("what", STAYS)
def test_what_has_nothing_to_do_with_it_changes_nothing(what: str) -> None:
    one = Review()
    STAYS[what](one, one.members[1])
    assert counted(one) == {each.person for each in one.members}


def test_before_a_round_is_open_every_member_counts() -> None:
    one = Review()
    late = member(one.committee, starts_at=clock.now() - DAY)
    assert late.person not in counted(one)
    Round.objects.filter(pk=one.round.pk).update(closed_at=clock.now())
    assert counted(one) == {each.person for each in one.members}


def test_the_chair_comes_first_then_the_oldest_members() -> None:
    one, now = Review(), clock.now()
    CommitteeMember.objects.filter(committee=one.committee, is_chair=True).update(starts_at=now - 50 * DAY)
    newest = member(one.committee, starts_at=now - 60 * DAY)
    oldest = member(one.committee, starts_at=now - 200 * DAY)
    found = queries.committees_of_request(one.request)[one.committee.pk]
    assert (found[0].is_chair, found[1], found[-1]) == (True, oldest, newest)


# ------------------------------------------------------------------------------------------------- who left
def lost(one: Review, *people: Person) -> set[Person]:
    asked = [each.pk for each in people] or [each.pk for each in one.voters]
    return {each.person for each in queries.lost_voters(one.request, one.round, people=[*asked, None])}


def test_a_voter_who_left_since_the_round_opened_is_lost() -> None:
    one = Review()
    assert lost(one) == set()
    chair, first, second = one.members
    Person.objects.filter(pk=first.person_id).update(is_active=False)
    CommitteeMember.objects.filter(pk=second.pk).update(ends_at=clock.now())
    assert lost(one) == {first.person, second.person}
    assert lost(one, first.person, chair.person) == {first.person}
    found = list(queries.lost_voters(one.request, one.round, people=[each.pk for each in one.voters]))
    assert found == sorted([first, second], key=lambda each: each.pk)
    Review().recuse(first.person)
    assert lost(one) == {first.person, second.person}, "recused from another request"
    one.recuse(first.person)
    assert lost(one) == {second.person}, "who is recused is not lost"
    Item.objects.filter(pk=one.item.pk).update(state="withdrawn")
    assert lost(one) == set(), "nothing awaits a decision"


def test_who_did_not_count_when_the_round_opened_is_not_lost() -> None:
    one, opened = Review(), Review().round
    late = member(one.committee, starts_at=one.round.opened_at + TICK)
    before = member(one.committee, ends_at=one.round.opened_at)
    as_it_opened = member(one.committee, starts_at=one.round.opened_at)
    just_after = member(one.committee, ends_at=one.round.opened_at + TICK)
    elsewhere = member(rows.committee())
    CommitteeMember.objects.filter(pk__in=[late.pk, as_it_opened.pk]).update(ends_at=clock.now())
    assert opened.pk != one.round.pk
    everyone = [each.person for each in (late, before, as_it_opened, just_after, elsewhere)]
    assert lost(one, *everyone) == {as_it_opened.person, just_after.person}


def test_the_applicant_and_a_renewed_membership_are_not_lost() -> None:
    one = Review()
    chair, first, _second = one.members
    CommitteeMember.objects.filter(pk=first.pk).update(ends_at=clock.now() - DAY)
    member(one.committee, first.person, starts_at=clock.now() - DAY, member_since=one.round.opened_at - DAY)
    assert lost(one) == set(), "they are a member again, and since before the round"
    type(one.request).objects.filter(pk=one.request.pk).update(applicant=chair.person)
    one.request.refresh_from_db()
    assert lost(one) == set()


def test_a_member_of_two_committees_is_lost_to_the_one_they_left() -> None:
    one = Review()
    first = one.members[1]
    member(rows.committee(), first.person)
    second = rows.committee()
    Item.objects.create(request=one.request, dataset=rows.dataset("controlled", second), committee=second)
    member(second, first.person)
    CommitteeMember.objects.filter(pk=first.pk).update(ends_at=clock.now())
    found = queries.lost_voters(one.request, one.round, people=[first.person_id])
    assert list(found) == [first]


# ------------------------------------------------------------------------------------------------- ended memberships
def test_memberships_that_reached_their_last_day_in_the_last_week() -> None:
    operator, committee = rows.person(), rows.committee()

    def ended(ago: timedelta, by: Person | None = operator) -> CommitteeMember:
        one = member(committee, ends_at=clock.now() - ago, ended_by=by)
        record(Kind.COMMITTEE_MEMBER_REMOVED, actor=operator, subject=one, about=[committee.pk])
        record(Kind.COMMITTEE_MEMBER_ADDED, actor=operator, subject=one, about=[committee.pk])
        return one

    with clock.freeze(clock.now()):
        week = 7 * DAY
        found = [ended(ago) for ago in (timedelta(), DAY, week - TICK)]
        for ago in (-TICK, week, week + TICK):
            ended(ago)
        ended(DAY, by=None)
        events = list(queries.ends_of_memberships())
        assert [event.subject_id for event in events] == [one.pk for one in found]
        assert {event.kind for event in events} == {Kind.COMMITTEE_MEMBER_REMOVED}


def test_why_the_memberships_of_people_ended() -> None:
    one, now = Review(), clock.now()
    _chair, first, second = one.members
    CommitteeMember.objects.filter(pk=first.pk).update(ends_at=now - 9 * DAY, end_reason="First.")
    again = member(one.committee, first.person, starts_at=now - 8 * DAY)
    ended = {(one.committee.pk, first.person_id): "First."}
    people = [first.person_id, second.person_id]
    assert queries.ends_of(one.request, people) == ended
    CommitteeMember.objects.filter(pk=again.pk).update(ends_at=now - 2 * DAY, end_reason="Second.")
    CommitteeMember.objects.filter(pk=second.pk).update(ends_at=now, end_reason="Other.")
    member(rows.committee(), first.person, ends_at=now, end_reason="Elsewhere.")
    assert queries.ends_of(one.request, [first.person_id]) == {(one.committee.pk, first.person_id): "Second."}
    assert len(queries.ends_of(one.request, people)) == 2


def test_committees_that_cannot_decide_have_fewer_voters_than_their_quorum() -> None:
    one = Review()
    Committee.objects.filter(pk=one.committee.pk).update(quorum=3)
    assert queries.committees_without_quorum(one.request) == {}
    one.recuse(one.members[2].person)
    assert queries.committees_without_quorum(one.request) == {one.committee: 2}
    one.decide()
    assert queries.committees_without_quorum(one.request) == {}


# ------------------------------------------------------------------------------------------------- votes
def choices(decision: Any) -> dict[Any, str]:
    return {voter: str(choice) for voter, choice in decision.votes.items()}


def test_the_votes_that_count_are_the_current_ones_of_the_open_round() -> None:
    one, other = Review(), Review()
    chair, first, second = (each.person for each in one.members)
    past = one.opened(clock.now() - 50 * DAY, number=9, closed_at=clock.now() - 40 * DAY)
    earlier = one.vote(second, "deny", round=past, cast_at=clock.now() - 45 * DAY)
    replaced = one.vote(chair, "deny", cast_at=clock.now() - 3 * DAY)
    current = one.vote(chair, "approve", supersedes=replaced, cast_at=clock.now() - 2 * DAY)
    last = one.vote(first, "deny", cast_at=clock.now() - DAY)
    other.vote(other.voters[0])
    decision = queries.decision_on(one.item, queries.fetch_eligible_voters(one.item))
    assert choices(decision) == {chair.pk: Choice.APPROVE, first.pk: Choice.DENY}
    assert (decision.chair, decision.quorum, decision.voters) == (
        chair.pk,
        one.committee.quorum,
        frozenset({chair.pk, first.pk, second.pk}),
    )
    assert decision.rule == one.committee.rule
    assert list(queries.votes_on(one.request)) == [earlier, replaced, current, last]
    alike = [one.vote(second, cast_at=last.cast_at), last]
    assert list(queries.votes_on(one.request))[3:] == sorted(alike, key=lambda each: each.pk)
    assert queries.current_vote(one.item, chair) == current
    assert queries.current_vote(one.item, rows.person()) is None
    assert queries.current_vote(other.item, chair) is None
    Round.objects.filter(pk=one.round.pk).update(closed_at=clock.now())
    assert queries.current_vote(one.item, chair) is None
    assert choices(queries.decision_on(one.item, [])) == {}


def test_without_a_chair_nobody_breaks_a_tie_and_conditions_are_those_adopted() -> None:
    one = Review()
    CommitteeMember.objects.filter(committee=one.committee).update(is_chair=False)
    voters = queries.fetch_eligible_voters(one.item)
    proposed = Condition.objects.create(item=one.item, text="Once a year.", proposed_by=voters[0].person)
    vote = one.vote(voters[0].person, "conditional", adopts=[proposed.pk])
    decision = queries.decision_of(one.committee.voting_rules, voters, [vote], period_over=True)
    assert decision.chair is None
    assert decision.adopted == {voters[0].person_id: frozenset({proposed.pk})}
    listed: Any = one.item
    listed.voters = [{"person": each.person_id, "is_chair": False} for each in voters]
    listed.kept_rules = None
    listed.votes_cast = [{"voter": vote.voter_id, "choice": vote.choice, "adopts": vote.adopts}]
    assert queries.listed_decision(listed) == decision


# ------------------------------------------------------------------------------------------------- who may confirm
def may_confirm(one: Review) -> set[Person]:
    return set(queries.who_may_confirm(one.item, queries.fetch_eligible_voters(one.item)))


def test_who_let_a_voter_leave_does_not_confirm_until_another_votes() -> None:
    one = Review()
    chair, first, second = one.members
    everyone = {each.person for each in one.members}
    assert may_confirm(one) == everyone
    CommitteeMember.objects.filter(pk=second.pk).update(ends_at=clock.now(), ended_by=chair.person)
    assert may_confirm(one) == {first.person}
    one.vote(chair.person)
    assert may_confirm(one) == {first.person}, "their own vote changes nothing"
    one.vote(first.person)
    assert may_confirm(one) == {chair.person, first.person}


def test_only_what_ended_in_this_committee_since_the_last_vote_counts() -> None:
    one = Review()
    chair, first, second = one.members

    def lets(*, ends_at: Any, by: Person = chair.person, of: CommitteeMember = second) -> bool:
        CommitteeMember.objects.filter(pk=of.pk).update(ends_at=ends_at, ended_by=by)
        return queries.let_a_voter_leave(one.item, chair.person_id)

    with clock.freeze(clock.now()):
        opened, now = one.round.opened_at, clock.now()
        assert [lets(ends_at=at) for at in (opened, opened + TICK, now, now + TICK)] == [False, True, True, False]
        assert not lets(ends_at=now, by=first.person)
        assert not lets(ends_at=now, of=member(rows.committee()))
        vote = one.vote(first.person, cast_at=now - DAY)
        assert [lets(ends_at=at) for at in (vote.cast_at, vote.cast_at + TICK)] == [False, True]
        past = one.opened(now - 50 * DAY, number=9, closed_at=now - 40 * DAY)
        one.vote(second.person, round=past, cast_at=now - timedelta(minutes=1))
        Review().vote(first.person, cast_at=now)
        assert lets(ends_at=now - timedelta(hours=1)), "votes of another round or item change nothing"
        one.vote(second.person, cast_at=now - timedelta(minutes=30))
        assert not lets(ends_at=now - timedelta(hours=1)), "the last vote"
        Round.objects.filter(pk=one.round.pk).update(closed_at=now)
        assert not lets(ends_at=now)


@pytest.mark.parametrize("kind", [Kind.PERSON_DEACTIVATED, Kind.PEOPLE_MERGED])
def test_who_closed_the_account_of_a_voter_does_not_confirm(kind: Kind) -> None:
    one = Review()
    chair, first, second = one.members
    record(kind, actor=chair.person, subject=rows.person(), about=[rows.person().pk])
    record(Kind.PERSON_REACTIVATED, actor=chair.person, subject=second.person, about=[])
    assert may_confirm(one) == {each.person for each in one.members}
    record(kind, actor=chair.person, subject=second.person, about=[second.person_id])
    assert may_confirm(one) == {first.person, second.person}
    one.vote(first.person)
    assert chair.person in may_confirm(one)


def test_without_an_open_round_nobody_let_a_voter_leave() -> None:
    one, other = Review("returned"), Review()
    Round.objects.filter(pk=one.round.pk).update(closed_at=clock.now())
    chair, _first, second = one.members
    CommitteeMember.objects.filter(pk=second.pk).update(ends_at=clock.now(), ended_by=chair.person)
    assert not queries.let_a_voter_leave(one.item, chair.person_id)
    assert other.round.closed_at is None
