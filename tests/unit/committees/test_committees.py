"""Committees and their seats."""

from datetime import timedelta

import pytest

from apps.accounts import commands as accounts
from apps.audit.models import Event
from apps.committees import commands, queries
from apps.committees.models import Committee, Seat
from apps.core import clock
from apps.core.errors import Denied, Invalid
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_chair_comes_first_and_everybody_seated_is_on_the_bench() -> None:
    bench = stories.bench()
    assert [seat.person for seat in queries.seats_of(bench.committee)][0] == bench.chair
    assert set(queries.bench_of(bench.committee)) == set(bench.everyone)
    assert queries.committees_of(bench.members[0]).get() == bench.committee
    assert queries.chaired_by(bench.chair).get() == bench.committee
    assert not queries.chaired_by(bench.members[0]).exists()
    assert str(bench.committee) == "Cancer data committee"
    assert str(bench.seat_of(bench.chair)) == f"{bench.chair.pk} in {bench.committee.pk}"


def test_a_seat_counts_from_its_beginning_until_its_end() -> None:
    bench = stories.bench()
    seat = bench.seat_of(bench.members[0])
    commands.unseat(seat, by=bench.chair)
    seat.refresh_from_db()
    assert bench.members[0] not in queries.bench_of(bench.committee)
    held = Seat.objects.held(seat.ends_at - timedelta(microseconds=1)).filter(pk=seat.pk)
    assert held.exists()
    assert not Seat.objects.held(seat.ends_at).filter(pk=seat.pk).exists()
    assert not Seat.objects.held(seat.starts_at - timedelta(seconds=1)).filter(pk=seat.pk).exists()


def test_a_deactivated_person_sits_nowhere() -> None:
    """T16."""
    bench = stories.bench()
    accounts.deactivate(bench.chair, by=stories.operator())
    assert bench.chair not in queries.bench_of(bench.committee)
    assert not queries.chaired_by(bench.chair).exists()


def test_the_chair_leads_and_an_operator_may_help() -> None:
    bench, boss = stories.bench(), stories.operator()
    commands.seat(bench.committee, person=stories.person(), by=bench.chair)
    commands.seat(bench.committee, person=stories.person(), by=boss)
    for anyone in (bench.members[0], stories.person(), stories.bench().chair):
        with pytest.raises(Denied, match="Only the committee's chair"):
            commands.seat(bench.committee, person=stories.person(), by=anyone)
        with pytest.raises(Denied, match="Only the committee's chair"):
            commands.unseat(bench.seat_of(bench.members[1]), by=anyone)
        with pytest.raises(Denied, match="Only the committee's chair"):
            commands.set_accepting(bench.committee, accepting=True, by=anyone)


def test_only_an_operator_founds_a_committee() -> None:
    def found(by: object) -> Committee:
        return commands.found("New", slug="new", institution=None, about="", quorum=1, by=by)  # type: ignore[arg-type]

    with pytest.raises(Denied, match="Only an operator"):
        found(stories.person())
    assert found(stories.operator()).quorum == 1


def test_nobody_sits_twice_there_is_one_chair_and_the_seated_are_active() -> None:
    bench = stories.bench()
    with pytest.raises(Invalid, match="has a seat in the committee already"):
        commands.seat(bench.committee, person=bench.members[0], by=bench.chair)
    with pytest.raises(Invalid, match="has a chair already"):
        commands.seat(bench.committee, person=stories.person(), is_chair=True, by=bench.chair)
    with pytest.raises(Invalid, match="not active"):
        commands.seat(bench.committee, person=stories.deactivated(), by=bench.chair)


def test_a_seat_ends_once() -> None:
    bench = stories.bench()
    seat = bench.seat_of(bench.members[0])
    commands.unseat(seat, by=bench.chair)
    commands.unseat(seat, by=bench.chair)
    assert Event.objects.filter(kind="committee.seat_ended").count() == 1


def test_a_person_may_return_to_a_seat() -> None:
    bench = stories.bench()
    commands.unseat(bench.seat_of(bench.members[0]), by=bench.chair)
    commands.seat(bench.committee, person=bench.members[0], by=bench.chair)
    assert bench.members[0] in queries.bench_of(bench.committee)


def test_a_closed_committee_says_why() -> None:
    bench = stories.bench()
    with pytest.raises(Invalid, match="why no requests are accepted") as refused:
        commands.set_accepting(bench.committee, accepting=False, closed_because="  ", by=bench.chair)
    assert refused.value.field == "closed_because"
    commands.set_accepting(bench.committee, accepting=False, closed_because=" Summer. ", by=bench.chair)
    bench.committee.refresh_from_db()
    assert (bench.committee.accepting, bench.committee.closed_because) == (False, "Summer.")
    commands.set_accepting(bench.committee, accepting=True, closed_because="ignored", by=bench.chair)
    bench.committee.refresh_from_db()
    assert (bench.committee.accepting, bench.committee.closed_because) == (True, "")
    assert clock.now() >= bench.committee.created_at


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"slug": "Not an address"}, {"slug"}),
        ({"quorum": 0}, {"quorum"}),
        ({"name": "", "slug": "", "quorum": -1}, {"name", "slug", "quorum"}),
    ],
)
def test_a_committee_has_a_name_an_address_and_a_quorum(wrong: dict[str, object], fields: set[str]) -> None:
    facts: dict[str, object] = {"name": "New", "slug": "new", "quorum": 2, **wrong}
    with pytest.raises(Invalid) as refused:
        commands.found(
            str(facts["name"]), slug=str(facts["slug"]), institution=None, about="", quorum=int(str(facts["quorum"])),
            by=None,
        )  # fmt: skip
    assert set(refused.value.fields) == fields


def test_an_address_is_used_once() -> None:
    with pytest.raises(Invalid):
        commands.found("Again", slug=stories.bench().committee.slug, institution=None, about="", quorum=1, by=None)


def test_an_operator_hands_the_chair_to_somebody_else() -> None:
    bench, new = stories.bench(), stories.person()
    with pytest.raises(Denied, match="Only an operator"):
        commands.hand_over_chair(bench.committee, person=new, by=bench.chair)
    commands.hand_over_chair(bench.committee, person=new, by=stories.operator())
    assert queries.chaired_by(new).get() == bench.committee
    assert bench.chair not in queries.bench_of(bench.committee)
