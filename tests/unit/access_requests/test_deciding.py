"""A request before its committees: who may act, how it is decided, what may never happen."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands, queries
from apps.access_requests.models import Item, Recusal, Round, Vote
from apps.access_requests.tasks import close_if_denied, recount_votes
from apps.accounts import commands as accounts
from apps.accounts.visas import SignIn
from apps.audit.models import Event
from apps.committees import commands as committees
from apps.core.errors import Denied, Invalid, WrongState
from tests import stories

pytestmark = pytest.mark.django_db
FRESHLY = {"signed_in": SignIn(issuer="https://idp.test", acr="", auth_time=datetime(2026, 11, 1, tzinfo=UTC))}


# ---------------------------------------------------------------------------------------------------- who may act
def test_only_members_of_the_committee_screen_return_and_step_aside() -> None:
    case = stories.submitted()
    outsiders = [case.applicant, case.shelf.owner, stories.person(), stories.bench().chair, stories.operator()]
    for by in outsiders:
        for act in (
            lambda by: commands.screen(case.request, by=by),
            lambda by: commands.return_with_question(case.request, text="Why?", by=by),
            lambda by: commands.step_aside(case.request, reason="None.", by=by),
        ):
            with pytest.raises(Denied, match="Only a member of the committee"):
                act(by)
    gone = case.bench.members[0]
    gone.is_active = False
    with pytest.raises(Denied):
        commands.screen(case.request, by=gone)


def test_nobody_acts_on_a_request_they_are_part_of() -> None:
    """L35, T9, T10: neither as applicant nor as named member."""
    bench = stories.bench(members=3)
    chair, member = bench.chair, bench.members[0]
    case = stories.submitted(shelf=stories.shelf(bench=bench), applicant=chair, members=[member])
    for part_of_it in (chair, member):
        with pytest.raises(Denied, match="you are part of"):
            commands.screen(case.request, by=part_of_it)
    commands.screen(case.request, by=bench.members[1])
    for part_of_it in (chair, member):
        with pytest.raises(Denied, match="you are part of"):
            stories.vote(case, part_of_it)


def test_who_stepped_aside_stays_aside() -> None:
    case = stories.in_review()
    member = case.bench.members[0]
    with pytest.raises(Invalid, match="what the conflict is"):
        commands.step_aside(case.request, reason=" ", by=member)
    commands.step_aside(case.request, reason="We publish together.", by=member)
    assert str(Recusal.objects.get()) == f"{member.pk} steps aside from {case.request.pk}"
    for act in (
        lambda: stories.vote(case, member),
        lambda: commands.step_aside(case.request, reason="Again.", by=member),
        lambda: commands.return_with_question(case.request, text="Why?", by=member),
    ):
        with pytest.raises(Denied, match="You stepped aside"):
            act()


def test_only_the_seated_vote() -> None:
    case = stories.in_review()
    for by in (stories.person(), case.shelf.owner, stories.bench().chair, stories.operator()):
        with pytest.raises(Denied, match="Only a seated member"):
            stories.vote(case, by)
    member = case.bench.members[0]
    committees.unseat(case.bench.seat_of(member), by=case.bench.chair)
    with pytest.raises(Denied, match="Only a seated member"):
        stories.vote(case, member)


# ------------------------------------------------------------------------------------------------------- voting
def test_voting_begins_when_the_request_is_found_complete() -> None:
    """T83."""
    case = stories.submitted()
    with pytest.raises(WrongState, match="nothing to vote on"):
        stories.vote(case, case.bench.chair)


def test_a_vote_is_cast_once_a_round() -> None:
    """T90."""
    case = stories.in_review()
    cast = stories.vote(case, case.bench.chair)
    assert str(cast) == f"{case.bench.chair.pk} on {case.item.pk}"
    for choice in ("approve", "deny"):
        with pytest.raises(WrongState, match="voted already"):
            stories.vote(case, case.bench.chair, choice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(item=case.item, round=case.round, voter=case.bench.chair, choice="deny", reason="Twice.")


def test_a_vote_counts_on_the_snapshot_it_saw_and_on_no_other() -> None:
    """L34, L36, T86."""
    case = stories.returned()
    seen = case.round
    assert seen is not None
    assert case.question is not None
    commands.answer(case.question, text="All.", by=case.applicant)
    commands.submit(case.request, by=case.applicant)
    commands.screen(case.request, by=case.bench.chair)
    with pytest.raises(WrongState, match="has changed since you read it"):
        commands.vote(case.item, choice="approve", reason="Fine.", seen=seen, by=case.bench.chair, **FRESHLY)


def test_a_vote_after_the_decision_is_refused() -> None:
    """T85."""
    case = stories.decided(shelf=stories.shelf(bench=stories.bench(members=2)))
    seen = Round.objects.get(request=case.request)
    with pytest.raises(WrongState, match="nothing to vote on"):
        commands.vote(case.item, choice="deny", reason="Late.", seen=seen, by=case.bench.members[1], **FRESHLY)
    withdrawn = stories.in_review()
    seen = queries.open_round(withdrawn.request)
    assert seen is not None
    commands.withdraw(withdrawn.request, by=withdrawn.applicant)
    with pytest.raises(WrongState, match="nothing to vote on"):
        commands.vote(withdrawn.item, choice="deny", reason="Late.", seen=seen, by=withdrawn.bench.chair, **FRESHLY)


@pytest.mark.parametrize(
    ("vote", "fields"),
    [
        ({"choice": "maybe"}, {"choice"}),
        ({"reason": "  "}, {"reason"}),
        ({"choice": "conditional", "terms": " "}, {"terms"}),
        ({"choice": "", "reason": ""}, {"choice", "reason"}),
    ],
)
def test_a_vote_has_a_choice_a_reason_and_named_conditions(vote: dict[str, str], fields: set[str]) -> None:
    case = stories.in_review()
    seen = queries.open_round(case.request)
    assert seen is not None
    said = {"choice": "approve", "reason": "Fine.", **vote}
    with pytest.raises(Invalid) as refused:
        commands.vote(case.item, seen=seen, by=case.bench.chair, **FRESHLY, **said)
    assert set(refused.value.fields) == fields
    assert not Vote.objects.exists()


def test_terms_are_kept_for_conditional_votes_only() -> None:
    case = stories.in_review()
    seen = queries.open_round(case.request)
    assert seen is not None
    said = {"choice": "approve", "reason": "Fine.", "terms": "x"}
    cast = commands.vote(case.item, seen=seen, by=case.bench.chair, **FRESHLY, **said)
    assert cast.terms == ""


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
    stories.vote(case, case.bench.members[0], "approve")
    stories.vote(case, case.bench.chair, "deny")
    stories.vote(case, case.bench.members[1], "deny")
    assert (case.item.state, case.item.reason) == ("denied", "My reason to deny.")


def test_each_committee_decides_its_own_dataset() -> None:
    """L62: one verdict touches exactly its item."""
    first, second = stories.shelf(), stories.shelf()
    case = stories.in_review(shelves=[first, second])
    with pytest.raises(Denied, match="Only a seated member"):
        stories.vote(case, second.bench.chair, shelf=first)
    for voter in first.bench.everyone[:2]:
        stories.vote(case, voter, shelf=first)
    assert case.item_of(first).state == "approved"
    assert case.item_of(second).state == "open"
    assert case.reload().request.state == "in_review"
    for voter in second.bench.everyone[:2]:
        stories.vote(case, voter, "deny", shelf=second)
    assert case.item_of(first).state == "approved"
    assert case.item_of(second).state == "denied"
    assert case.reload().request.state == "decided"


def test_an_empty_bench_blocks_and_never_approves() -> None:
    """L35."""
    bench = stories.bench(members=1, quorum=1)
    case = stories.submitted(shelf=stories.shelf(bench=bench), applicant=bench.chair, members=bench.members)
    assert not queries.bench_for(case.item).exists()
    for part_of_it in bench.everyone:
        with pytest.raises(Denied):
            commands.screen(case.request, by=part_of_it)
    commands.recount(case.request, by=None)
    assert case.item.state == "open"


def test_who_steps_aside_may_leave_a_majority_behind() -> None:
    case = stories.in_review(shelf=stories.shelf(bench=stories.bench(members=3)))
    chair, first, second, third = case.bench.everyone
    stories.vote(case, chair)
    stories.vote(case, first)
    assert case.item.state == "open"  # two of four
    commands.step_aside(case.request, reason="A cousin.", by=third)
    assert case.item.state == "approved"  # two of three
    assert case.reload().request.state == "decided"


@pytest.mark.parametrize("leaves", ["seat ends", "account closes"])
def test_who_leaves_the_bench_leaves_no_vote_one_short(leaves: str) -> None:
    """R5: everybody left has voted, so nobody else could ever decide it."""
    case = stories.in_review()
    chair, first, second = case.bench.everyone
    stories.vote(case, chair, "deny")
    stories.vote(case, first, "approve")
    assert case.item.state == "open"
    if leaves == "seat ends":
        committees.unseat(case.bench.seat_of(second), by=chair)
    else:
        accounts.deactivate(second, by=stories.operator())
    stories.drain()
    assert case.item.state == "denied"  # one against one: the chair's vote breaks the tie
    recount_votes(Event.objects.filter(kind__in=["committee.seat_ended", "person.deactivated"]).latest("id"))
    assert Event.objects.filter(kind="request.item_decided").count() == 1


def test_returning_closes_the_round_and_asks_something() -> None:
    case = stories.in_review()
    with pytest.raises(Invalid, match="Ask the applicant something"):
        commands.return_with_question(case.request, text=" ", by=case.bench.chair)
    stories.returned(case)
    assert case.request.state == "returned"
    assert queries.open_round(case.request) is None
    with pytest.raises(WrongState):
        commands.return_with_question(case.request, text="Again?", by=case.bench.chair)


def test_a_request_of_which_nothing_was_approved_is_closed() -> None:
    case = stories.decided(choice="deny")
    stories.drain()
    assert case.reload().request.state == "closed"
    assert case.request.ended_at is not None
    commands.close_denied(case.request, by=None)
    assert Event.objects.filter(kind="request.closed").count() == 1


def test_a_request_of_which_something_was_approved_stays_open() -> None:
    case = stories.decided()
    commands.close_denied(case.request, by=None)
    assert case.reload().request.state == "decided"
    commands.activate(case.request, by=None)
    commands.activate(case.request, by=None)
    assert case.reload().request.state == "active"
    assert Event.objects.filter(kind="request.activated").count() == 1


def test_an_event_without_a_subject_calls_for_nothing() -> None:
    close_if_denied(Event(kind="request.decided"))
    recount_votes(Event(kind="person.deactivated"))


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
    bench = stories.bench(members=3)
    case = stories.in_review(shelf=stories.shelf(bench=bench), members=[named := stories.person()])
    first, second, third = bench.members
    accounts.merge_people(case.applicant, into=first, by=stories.operator(), reason="One person, two providers.")
    accounts.merge_people(named, into=second, by=stories.operator(), reason="One person, two providers.")
    case.reload()
    for same in (first, second):
        with pytest.raises(Denied, match="you are part of"):
            stories.vote(case, same)
        assert not queries.desk_of(same).exists()
    assert set(queries.bench_for(case.item).values_list("person_id", flat=True)) == {bench.chair.pk, third.pk}
    shown = queries.desk_of(third).get()
    assert shown.bench == queries.tally(case.item).seated == 2


def test_who_stepped_aside_with_one_account_stays_aside_with_the_other() -> None:
    bench, other = stories.bench(members=2), stories.person()
    case = stories.in_review(shelf=stories.shelf(bench=bench))
    member = bench.members[0]
    commands.step_aside(case.request, reason="We publish together.", by=member)
    accounts.merge_people(member, into=other, by=stories.operator(), reason="One person.")
    last = stories.person()
    accounts.merge_people(other, into=last, by=stories.operator(), reason="Three accounts, still one person.")
    committees.seat(bench.committee, person=last, by=None)
    with pytest.raises(Denied, match="You stepped aside"):
        commands.screen(case.request, by=last)
    assert not queries.desk_of(last).exists()


def test_an_owner_does_not_countersign_what_another_account_of_theirs_asked_for() -> None:
    deal = stories.signed()
    accounts.merge_people(deal.applicant, into=deal.owner, by=stories.operator(), reason="One person.")
    with pytest.raises(Denied, match="you are part of"):
        stories.countersign(deal.agreement, deal.owner)


def test_a_merge_that_takes_somebody_off_the_bench_counts_again() -> None:
    case = stories.in_review()
    chair, first, second = case.bench.everyone
    stories.vote(case, chair, "deny")
    stories.vote(case, first, "approve")
    accounts.merge_people(case.applicant, into=second, by=stories.operator(), reason="One person.")
    stories.drain()
    assert case.item.state == "denied"


def test_nobody_changes_the_bench_that_decides_about_them() -> None:
    """L35, T9: as applicant, as named member, or by another account of theirs."""
    bench, late = stories.bench(members=3), stories.person()
    case = stories.submitted(shelf=stories.shelf(bench=bench), applicant=bench.chair)
    seat = bench.seat_of(bench.members[0])
    for act in (
        lambda: commands.seat_member(bench.committee, person=late, by=bench.chair),
        lambda: commands.unseat_member(seat, by=bench.chair),
    ):
        with pytest.raises(Denied, match="is deciding on a request you are part of"):
            act()
    commands.withdraw(case.request, by=bench.chair)
    commands.seat_member(bench.committee, person=late, by=bench.chair)
    commands.unseat_member(seat, by=bench.chair)
    other = stories.submitted(shelf=stories.shelf(bench=bench))
    accounts.merge_people(other.applicant, into=bench.chair, by=stories.operator(), reason="One person.")
    with pytest.raises(Denied, match="is deciding on a request you are part of"):
        commands.unseat_member(bench.seat_of(late), by=bench.chair)
