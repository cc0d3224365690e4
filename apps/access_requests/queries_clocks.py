"""The clock of a committee in one request: its date, its stretches, how many days are left; and whose day is near."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.access_requests.models import AccessRequest, Item, ReviewClock, Round
from apps.access_requests.queries import concerns
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.committees.clocks.calendars import NoDate
from apps.committees.clocks.days import Pause, Stretch, Unit, day_of, due_on, left, pauses_between, stretches, used
from apps.committees.clocks.terms import ClockRule, stored_rule
from apps.committees.models import Committee
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.actors import Viewer

Times = tuple[datetime, datetime | None]


class Stage(StrEnum):
    """What people are notified of as the due day comes nearer, in this order."""

    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class ClockOnDay:
    """The clock of one committee in one request, as it is on a day.

    `due_on` is None while the clock is paused, or if no date could be computed. `used` and `left` count the days of
    the rule's unit (working days, or calendar days); both and `lines` are empty if they cannot be counted.
    """

    row: ReviewClock
    rule: ClockRule | None
    due_on: date | None
    paused: bool
    stopped: bool
    lines: Sequence[Stretch] = ()
    used: int | None = None
    left: int | None = None

    @property
    def in_working_days(self) -> bool:
        return self.rule is not None and self.rule.unit == Unit.WORKING_DAYS

    @property
    def overdue(self) -> int:
        """By how many days the due day has passed; 0 if it has not."""
        return max(0, -self.left) if self.left is not None else 0


def newest_clocks(request: AccessRequest) -> dict[UUID, ReviewClock]:
    """The row that counts, by committee."""
    rows = ReviewClock.objects.filter(round__request=request).select_related("first_round").order_by("set_at", "pk")
    return {row.committee_id: row for row in rows}


def clocks_of(
    request: AccessRequest, items: Iterable[Item], today: date, *, rounds: Iterable[Round] | None = None
) -> dict[UUID, ClockOnDay]:
    """The clock of each committee of these items of the request, by committee. Two statements, one with its rounds."""
    theirs: dict[UUID, list[Item]] = {}
    for item in items:
        theirs.setdefault(item.committee_id, []).append(item)
    newest = newest_clocks(request)
    known = Round.objects.filter(request=request) if rounds is None else rounds
    ordered = sorted(known, key=lambda one: one.number)
    return {
        committee: _clock(newest[committee], request, mine, ordered, today)
        for committee, mine in theirs.items()
        if committee in newest
    }


def _clock(row: ReviewClock, request: AccessRequest, items: list[Item], rounds: list[Round], today: date) -> ClockOnDay:
    is_open = any(item.state == ItemState.OPEN for item in items) and request.ended_at is None
    paused = is_open and request.state == RequestState.RETURNED
    due = row.due_on if not paused else None
    try:
        rule = stored_rule(row.rule)
        until = today if is_open else _ended(request, items, rule, today)
        start, pauses = course(row, rounds, rule, open_end=paused)
        counted = (rule.unit, rule.days)
        return ClockOnDay(
            row, rule, due, paused, not is_open,
            lines=stretches(start, until, *counted, pauses),
            used=used(start, until, *counted, pauses),
            left=left(until, due, *counted) if due is not None else None,
        )  # fmt: skip
    except NoDate:
        return ClockOnDay(row, None, due, paused, not is_open)


def _ended(request: AccessRequest, items: list[Item], rule: ClockRule, today: date) -> date:
    """The day of the last decision, or of the withdrawal."""
    ends = [item.decided_at or request.ended_at for item in items]
    known = [moment for moment in ends if moment is not None]
    return day_of(max(known), rule.time_zone) if known else today


def course(
    row: ReviewClock, rounds: Iterable[Round], rule: ClockRule, *, open_end: bool = False
) -> tuple[date, list[Pause]]:
    """The day on which the clock started and its pauses; `rounds` of the request are in their order.

    Raises:
        NoDate: the time zone of the rule is unknown.
    """
    times: list[Times] = [(one.opened_at, one.closed_at) for one in rounds if one.number >= row.first_round.number]
    return day_of(row.first_round.opened_at, rule.time_zone), pauses_between(times, rule.time_zone, open_end=open_end)


def computed_due(
    row: ReviewClock, rounds: Iterable[Round], rule: ClockRule, *, extended: bool
) -> date | None:  # fmt: skip
    """The due day by this rule; None if it cannot be computed."""
    try:
        start, pauses = course(row, rounds, rule)
        return due_on(start, rule.period(extended=extended), rule.days, pauses)
    except NoDate:
        return None


def rule_of(row: ReviewClock) -> ClockRule | None:
    """The rule with which this clock started; None if it cannot be read."""
    try:
        return stored_rule(row.rule)
    except NoDate:
        return None


def on_fast_track(rule: ClockRule, committee: Committee) -> ClockRule:
    """The same rule with the amounts of the committee's fast track."""
    offered = committee.clock_rule(fast=True)
    return replace(rule, amount=offered.amount, extension=offered.extension, fast=True)


def without_clock() -> QuerySet[AccessRequest]:
    """Requests under review with a dataset to decide for which this round has no clock: the previous release does not
    set one.
    """
    current = Round.objects.filter(request=OuterRef("request_id"), closed_at__isnull=True)
    set_now = ReviewClock.objects.filter(
        round__request=OuterRef("request_id"), round__closed_at__isnull=True, committee=OuterRef("committee_id")
    )
    items = Item.objects.filter(Exists(current), ~Exists(set_now), state=ItemState.OPEN, due_on__isnull=True)
    waiting = AccessRequest.objects.filter(state__in=UNDER_REVIEW)
    return waiting.filter(Exists(items.filter(request=OuterRef("pk")))).order_by("pk")


def due_by(day: date) -> QuerySet[Item]:
    """Undecided datasets before their committees that are due by this day, without those that everybody knows are
    overdue; the earliest first.
    """
    items = Item.objects.filter(state=ItemState.OPEN, request__state__in=UNDER_REVIEW, due_on__lte=day)
    return items.exclude(due_stage=Stage.OVERDUE.value).select_related("request", "committee").order_by("due_on", "pk")


def due_before(person: Viewer) -> QuerySet[Item]:
    """What the committees of this person must decide, by due day; nothing of requests that the person is part of or
    recused from.
    """
    mine = committees_of(person).values("pk")
    items = Item.objects.filter(committee__in=mine, state=ItemState.OPEN, request__state__in=UNDER_REVIEW)
    dated = items.filter(due_on__isnull=False).exclude(concerns(person))
    return dated.select_related("request").order_by("due_on", "request__reference", "pk")


def stage_of(item: Item, today: date) -> Stage | None:
    """What is to be said of the item's due day today; None if it is not near.

    The reminder comes as many days before as the committee chose, counted as its clock counts.
    """
    due = item.due_on
    if due is None:
        return None
    if today >= due:
        return Stage.DUE if today == due else Stage.OVERDUE
    try:
        rule = item.committee.clock_rule()
        remaining = left(today, due, rule.unit, rule.days)
    except NoDate:
        remaining = (due - today).days
    return Stage.SOON if remaining <= item.committee.remind_days else None


def due_of(item: Item) -> date | None:
    """The day by which the item's committee means to decide; None before and after, and while the clock is paused."""
    runs = item.state == ItemState.OPEN and item.request.state in UNDER_REVIEW
    return item.due_on if runs else None


def today_of_clocks() -> date:
    """The day on which all clocks are read: today in UTC, as all days of agreements and access are."""
    return clock.today()
