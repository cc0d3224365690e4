"""What the votes lead to: the item is decided, the decision takes effect, the request is decided; or it is undone.

Everybody who calls holds the lock on request and item (`locks.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.access_requests import denials, due_dates, effect, queries
from apps.access_requests.commands.approval_pauses import _pause_after_undo
from apps.access_requests.commands.clocks import _set_clock
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Appeal, Item, Round, UndoneDecision, Vote
from apps.access_requests.models.review import OF_MEMBER
from apps.access_requests.queries_checklists import checklists_to_keep
from apps.access_requests.queries_clocks import newest_clocks
from apps.access_requests.reversals import end_appeal, reopen, restore_denial
from apps.access_requests.rules_after import check_can_undo, check_why_undone
from apps.access_requests.states import ItemState, RequestState
from apps.access_requests.voting_rules import kept_rules
from apps.audit.record import Kind, record
from apps.committees.decisions import Outcome
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.text import typed
from apps.people.rules import check_named, check_person

OUTCOMES = {ItemState.APPROVED: Outcome.APPROVE, ItemState.CONDITIONAL: Outcome.APPROVE_WITH_CONDITIONS,
            ItemState.DENIED: Outcome.DENY}  # fmt: skip


def _decide_if_clear(item: Item, voters: Sequence[CommitteeMember]) -> None:
    """Decide the item if the votes of its eligible voters do; the caller holds the lock on request and item."""
    request = item.request
    decision = queries.decision_on(item, voters)
    current = queries.open_round(request)
    if not decision.outcome or current is None or request.state != RequestState.IN_REVIEW:
        return
    winning = list(
        Vote.objects.counted()
        .alias(of_member=OF_MEMBER)
        .filter(item=item, round=current, of_member__in=decision.winners)
    )
    winning.sort(key=lambda vote: (vote.cast_at, vote.pk))
    reason = "\n\n".join(dict.fromkeys(vote.reason for vote in winning))
    adopted = (
        list(item.conditions.filter(pk__in=decision.conditions))
        if decision.outcome == Outcome.APPROVE_WITH_CONDITIONS
        else []
    )
    now = clock.now()
    facts = {"decided_at": now, "decided_in": current, "reason": reason, "terms": due_dates.terms_of(adopted)}
    facts["adopted"] = [condition.pk for condition in adopted] or None
    facts |= _effect_of(item, decision.outcome, winning, now)
    item.move(decision.outcome.value, **facts)
    if item.takes_effect_at is None:
        _take_effect(item)
    else:
        record(
            Kind.DECISION_REACHED, actor=SYSTEM, subject=item, about=[request.pk, item.dataset_id],
            outcome=decision.outcome.value, takes_effect_at=item.takes_effect_at,
        )  # fmt: skip


def _effect_of(item: Item, outcome: Outcome, winning: Sequence[Vote], now: datetime) -> dict[str, Any]:
    """When the decision takes effect; of a denial its reasons from the list, and until when it can be appealed."""
    window = timedelta(minutes=item.committee.undo_minutes)
    facts: dict[str, Any] = {"takes_effect_at": now + window if window else None}
    if outcome == Outcome.DENY:
        codes = [code for vote in winning for code in vote.denial_codes or ()]
        again = Appeal.objects.filter(item=item).exists()
        until = None if again else (now + window).date() + timedelta(days=item.committee.appeal_days)
        facts |= {"denial_codes": denials.in_order(codes), "appeal_until": until}
    return facts


def _take_effect(item: Item) -> None:
    """The decision is final: from here on everybody concerned may know, and what follows from it follows."""
    Item.objects.filter(pk=item.pk).update(takes_effect_at=None)
    item.takes_effect_at = None
    end_appeal(item, Appeal.Outcome.REJECTED if item.state == ItemState.DENIED else Appeal.Outcome.GRANTED)
    outcome = OUTCOMES[ItemState(item.state)].value
    about = [item.request_id, item.dataset_id]
    record(Kind.ITEM_DECIDED, actor=SYSTEM, subject=item, about=about, outcome=outcome)
    _close_if_decided(item.request)


def _close_if_decided(request: AccessRequest) -> None:
    """The request is decided when every dataset is, and no decision can be undone any more."""
    waiting = request.items.filter(state=ItemState.OPEN) | request.items.filter(takes_effect_at__isnull=False)
    if not waiting.exists():
        now = clock.now()
        Round.objects.filter(request=request, closed_at__isnull=True).update(closed_at=now)
        request.move("decide", decided_at=now)
        record(Kind.REQUEST_DECIDED, actor=SYSTEM, subject=request)
        _start_waiting_appeals(request)


def _start_waiting_appeals(request: AccessRequest) -> None:
    """Review the appeals that wait: their items are open again, in a new round on the snapshot submitted last.

    The round of an earlier appeal that is still open is theirs too: nobody has voted on their items in it.
    """
    waiting = list(Appeal.objects.filter(item__request=request, outcome="", round__isnull=True).select_related("item"))
    current = queries.open_round(request)
    if not waiting or (current is not None and not current.appeals.exists()):
        return
    if current is None:
        request.move("appeal", ended_at=None)
        last = request.rounds.order_by("-number")[0]
        committees = [item.committee for item in request.items.select_related("committee")]
        current = Round.objects.create(
            request=request, number=last.number + 1, snapshot=last.snapshot, sha256=last.sha256,
            voting_rules=kept_rules(committees), checklists=checklists_to_keep(committees),
        )  # fmt: skip
    for appeal in waiting:
        appeal.item.move("appeal", **effect.UNDECIDED)
        Appeal.objects.filter(pk=appeal.pk).update(round=current)
    _start_clocks(request, current, {appeal.item.committee_id for appeal in waiting})
    about = [appeal.item.dataset_id for appeal in waiting]
    record(Kind.APPEAL_STARTED, actor=SYSTEM, subject=request, about=about, round=current.number)


def _start_clocks(request: AccessRequest, current: Round, committees: set[UUID]) -> None:
    """The review of an appeal has its own date; a second appeal to the committee in the same round has the same."""
    newest = newest_clocks(request).values()
    known = {row.committee_id: row.due_on for row in newest if row.round_id == current.pk}
    for committee in Committee.objects.filter(pk__in=committees - set(known)).order_by("pk"):
        _set_clock(committee, None, list(request.rounds.order_by("number")))
    for pk, due_on in known.items():
        request.items.filter(committee=pk, state=ItemState.OPEN).update(due_on=due_on, due_stage="")


def _withdraw_appeal(item: Item, *, by: Actor) -> None:
    """The appeal ends without a decision: the denial stands as it was."""
    appeal = Appeal.objects.get(item=item, outcome="")
    appeal.item = item
    restore_denial(appeal)
    about, started = [item.request_id, item.dataset_id], appeal.round_id is not None
    record(Kind.APPEAL_WITHDRAWN, actor=by, subject=item, about=about, started=started)


@transaction.atomic
def take_effect(request: AccessRequest, *, by: Actor) -> None:
    """Carry out the decisions of this request whose time to undo is over; those that wait longer stay as they are."""
    check_named(by, SYSTEM)
    _settle(_lock(request))


def _settle(request: AccessRequest) -> None:
    """What `take_effect` does, for a command that holds the lock on the request and needs the present state."""
    due = request.items.select_for_update(of=["self"]).filter(takes_effect_at__lte=clock.now())
    for item in due.select_related("committee").order_by("pk"):
        item.request = request
        _take_effect(item)


def _end_what_is_open(request: AccessRequest, *, by: Actor, keep_appeals: bool = False) -> bool:
    """Before the request is withdrawn: what has taken effect stays, a decision that has not is undone, an appeal ends
    and leaves its denial; with `keep_appeals` one that waits goes on. Whether anything is left to
    withdraw; if not, the request is decided.
    """
    _settle(request)
    appealed = request.items.select_for_update(of=["self"]).filter(appeal__outcome="").order_by("pk")
    for item in appealed.filter(appeal__round__isnull=False) if keep_appeals else appealed:
        _withdraw_appeal(item, by=by)
    for item in request.items.select_for_update(of=["self"]).filter(takes_effect_at__isnull=False).order_by("pk"):
        reopen(item)
    decided = request.items.filter(decided_at__isnull=False)
    if decided.exists() and not request.items.filter(state=ItemState.OPEN).exists():
        if request.can("decide"):
            _close_if_decided(request)
        return False
    return request.can("withdraw")


@transaction.atomic
def undo_decision(item: Item, *, why: str, by: Actor) -> UndoneDecision:
    """Undo a decision before it takes effect: the vote is open again in the same round, with the votes cast.

    It decides nothing by itself. The next vote that is cast or changed is counted with the others.
    """
    by = check_person(by)
    request = _lock(item.request)
    item = Item.objects.select_for_update(of=["self"]).select_related("committee").get(pk=item.pk)
    item.request = request
    voters = queries.fetch_eligible_voters(item)
    check_can_undo(by, item, voters, clock.now())
    why = typed(why, field="why").strip()
    check_why_undone(why)
    assert item.decided_in is not None
    assert item.decided_at is not None
    undone = UndoneDecision.objects.create(
        item=item, round=item.decided_in, outcome=item.state, reason=item.reason, terms=item.terms,
        denial_codes=item.denial_codes or [], decided_at=item.decided_at, undone_by=by, why=why,
    )  # fmt: skip
    reopen(item)
    cast = Vote.objects.counted().annotate(of_member=OF_MEMBER).filter(item=item, round=undone.round)
    asked = cast.filter(of_member__in=[one.person_id for one in voters]).values_list("of_member", flat=True)
    Item.objects.filter(pk=item.pk).update(asked_to_confirm=sorted(asked))
    record(Kind.DECISION_UNDONE, actor=by, subject=item, about=[request.pk, item.dataset_id])
    _pause_after_undo(item, by=by)
    return undone
