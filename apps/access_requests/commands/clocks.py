"""Verbs about the clock of a review: set its date, extend it once, put it on the fast track, remind of it."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from apps.access_requests import queries_clocks as clocks
from apps.access_requests import rules_clocks as rules
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Item, ReviewClock, Round
from apps.access_requests.queries_clocks import Stage
from apps.access_requests.states import ItemState
from apps.audit.record import Kind, record
from apps.committees.clocks.terms import ClockRule
from apps.committees.models import Committee
from apps.core.actors import SYSTEM, Actor
from apps.core.text import typed
from apps.people.models import Person
from apps.people.rules import check_named, check_person

AT_ONCE = 200
FAR_AHEAD = timedelta(days=60)  # no reminder comes earlier
ORDER = ["", *(stage.value for stage in Stage)]


def _set_clocks(request: AccessRequest, *, fresh: Collection[UUID] = ()) -> None:
    """Set the date of each committee that decides in the open round. The caller holds the lock on the request.

    A clock keeps its rule from round to round; it starts again for the committees in `fresh`, as for an appeal.
    """
    rounds = list(Round.objects.filter(request=request).order_by("number"))
    earlier = clocks.newest_clocks(request)
    undecided = request.items.filter(state=ItemState.OPEN)
    for committee in Committee.objects.filter(items__in=undecided).distinct().order_by("pk"):
        before = None if committee.pk in fresh else earlier.get(committee.pk)
        _set_clock(committee, before, rounds)


def _set_clock(committee: Committee, before: ReviewClock | None, rounds: list[Round]) -> None:
    rule = committee.clock_rule()
    current = rounds[-1]
    row = ReviewClock(round=current, first_round=current, committee=committee, rule={}, is_extended=False)
    if before is not None:
        kept = clocks.rule_of(before)
        rule = kept.with_closing_days(rule.closed) if kept is not None else rule
        row.first_round, row.is_extended = before.first_round, before.is_extended
    _save(row, rule, rounds)


def _save(row: ReviewClock, rule: ClockRule, rounds: list[Round]) -> None:
    """Store the row with its date, which the items of the committee show from now on."""
    row.rule = rule.stored()
    row.due_on = clocks.computed_due(row, rounds, rule, extended=row.is_extended)
    row.save(force_insert=True)
    items = Item.objects.filter(request=row.round.request_id, committee=row.committee_id, state=ItemState.OPEN)
    items.update(due_on=row.due_on, due_stage="")


@transaction.atomic
def set_missing_clocks(*, by: Actor) -> int:
    """Set the date of reviews that a previous release started. Returns of how many requests; a second run sets none."""
    check_named(by, SYSTEM)
    found = list(clocks.without_clock().select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    for request in found:
        rounds = list(Round.objects.filter(request=request).order_by("number"))
        known = clocks.newest_clocks(request)
        undecided = request.items.filter(state=ItemState.OPEN, due_on__isnull=True)
        for committee in Committee.objects.filter(items__in=undecided).distinct().order_by("pk"):
            before = known.get(committee.pk)
            if before is None or before.round_id != rounds[-1].pk:
                _set_clock(committee, before, rounds)
        record(Kind.REVIEW_DATE_SET, actor=by, subject=request)
    return len(found)


@transaction.atomic
def extend_review(request: AccessRequest, *, committee: Committee, reason: str, by: Actor) -> ReviewClock:
    """Extend the review of this committee once, for a reason that is sent to the applicant; before its due day."""
    by = check_person(by)
    request = _lock(request)
    rules.check_is_chair(by, request, committee)
    row = clocks.newest_clocks(request).get(committee.pk)
    rule = clocks.rule_of(row) if row is not None else None
    rules.check_can_extend(row, rule, clocks.today_of_clocks())
    reason = typed(reason, field="reason").strip()
    rules.check_clock_reason(reason)
    assert row is not None
    assert rule is not None
    changed = _change(row, rule, ReviewClock.Change.EXTENDED, reason, by=by)
    record(
        Kind.REVIEW_EXTENDED, actor=by, subject=request, about=[committee, changed], before=row.due_on,
        due=changed.due_on,
    )  # fmt: skip
    return changed


@transaction.atomic
def use_fast_track(request: AccessRequest, *, committee: Committee, reason: str, by: Actor) -> ReviewClock:
    """Decide by the shorter period of the committee's fast track, counted from the same submission."""
    by = check_person(by)
    request = _lock(request)
    rules.check_is_chair(by, request, committee)
    row = clocks.newest_clocks(request).get(committee.pk)
    rule = clocks.rule_of(row) if row is not None else None
    rules.check_can_use_fast_track(row, rule, committee.clock_rule(fast=True), clocks.today_of_clocks())
    reason = typed(reason, field="reason").strip()
    rules.check_clock_reason(reason)
    assert row is not None
    assert rule is not None
    faster = clocks.on_fast_track(rule, committee)
    changed = _change(row, faster, ReviewClock.Change.FAST, reason, by=by)
    record(
        Kind.REVIEW_ON_FAST_TRACK, actor=by, subject=request, about=[committee, changed], before=row.due_on,
        due=changed.due_on,
    )  # fmt: skip
    return changed


def _change(row: ReviewClock, rule: ClockRule, change: ReviewClock.Change, reason: str, *, by: Person) -> ReviewClock:
    """Another date for the same clock, with its reason."""
    rounds = list(Round.objects.filter(request=row.round.request_id).order_by("number"))
    changed = ReviewClock(
        round=rounds[-1], first_round=row.first_round, committee_id=row.committee_id, change=change, reason=reason,
        is_extended=row.is_extended or change == ReviewClock.Change.EXTENDED, set_by=by,
    )  # fmt: skip
    _save(changed, rule, rounds)
    return changed


@transaction.atomic
def notify_of_due_dates(*, by: Actor) -> int:
    """Record whose due day is near, is today or has passed, each once: a run that comes late records the last stage
    only. Returns how many were recorded.
    """
    check_named(by, SYSTEM)
    today = clocks.today_of_clocks()
    found = clocks.due_by(today + FAR_AHEAD).select_for_update(skip_locked=True, of=("self",))
    near: dict[tuple[UUID, UUID], tuple[AccessRequest, Stage]] = {}
    for item in found[: AT_ONCE * 10]:
        stage = clocks.stage_of(item, today)
        if stage is not None and ORDER.index(stage.value) > ORDER.index(item.due_stage):
            near[item.request_id, item.committee_id] = (item.request, stage)
    for (_request, committee), (request, stage) in near.items():
        items = Item.objects.filter(request=request, committee=committee, state=ItemState.OPEN)
        items.update(due_stage=stage.value)
        _record_stage(request, committee, stage, by=by)
    return len(near)


def _record_stage(request: AccessRequest, committee: UUID, stage: Stage, *, by: Actor) -> None:
    if stage == Stage.SOON:
        record(Kind.REVIEW_DUE_SOON, actor=by, subject=request, about=[committee])
    elif stage == Stage.DUE:
        record(Kind.REVIEW_DUE, actor=by, subject=request, about=[committee])
    else:
        record(Kind.REVIEW_OVERDUE, actor=by, subject=request, about=[committee])
