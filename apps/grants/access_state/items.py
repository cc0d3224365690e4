"""The state of one dataset in a request: before the decision, after it, and until everybody has signed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from apps.access_requests import effect
from apps.access_requests.models import AccessRequest
from apps.access_requests.states import ItemState, RequestState
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.audit.kinds import Kind
from apps.core import roles
from apps.grants.access_state.appeals import after_denial, review_began, under_appeal
from apps.grants.access_state.conditions import held_by_conditions
from apps.grants.access_state.facts import Facts, Who
from apps.grants.access_state.grants import of_grant
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn
from apps.people.models import Person

PREPARED_BY = "Gatehouse"


def of_item(item: Any, who: Who, facts: Facts) -> AccessState | None:
    """The state of one dataset in a request; None if the person is named in the request but not in what was decided."""
    item, request = effect.announced(item, facts.now), item.request
    same = {"dataset": item.dataset, "request": request, "at": facts.now}
    if request.state == RequestState.WITHDRAWN or item.state == ItemState.WITHDRAWN:
        since = request.ended_at or request.decided_at
        return AccessState(State.WITHDRAWN, since=since, action=_see(request), **same)
    if request.state == RequestState.DRAFT:
        mine = who.is_viewer
        action = Action(Do.CONTINUE_DRAFT, request) if mine else _see(request)
        turn = Turn.YOU if mine else Turn.OTHERS
        return AccessState(State.DRAFT, turn=turn, since=request.created_at, action=action, **same)
    if item.state == ItemState.DENIED:
        mine = who.is_viewer and request.applicant_id == who.person.pk
        cause, until = after_denial(item, facts.now, mine=mine)
        return AccessState(
            State.DENIED, cause=cause, since=item.decided_at, until=until, by=item.committee.name, reason=item.reason,
            action=_see(request), **same,
        )  # fmt: skip
    if item.state == ItemState.OPEN:
        return _undecided(item, who, same)
    return _of_agreement(item, who, facts, same)


def _see(request: AccessRequest) -> Action:
    return Action(Do.VIEW_REQUEST, request)


def _undecided(item: Any, who: Who, same: Mapping[str, Any]) -> AccessState:
    request = item.request
    if request.state == RequestState.RETURNED:
        mine = who.is_viewer and request.applicant_id == who.person.pk
        same = {**same, "since": item.asked_at or request.submitted_at, "by": item.committee.name}
        if not mine:
            return AccessState(
                State.CHANGES_REQUESTED, cause="others", turn=Turn.OTHERS, waiting_for=(str(request.applicant),),
                action=_see(request), **same,
            )  # fmt: skip
        return AccessState(
            State.CHANGES_REQUESTED, cause="" if item.unanswered else "answered", turn=Turn.YOU,
            number=item.unanswered or 0, action=Action(Do.ANSWER, request), **same,
        )  # fmt: skip
    in_review = request.state == RequestState.IN_REVIEW
    cause = "divided" if in_review and item.reported == Kind.VOTES_DIVIDED else under_appeal(item)
    return AccessState(
        State.IN_REVIEW if in_review else State.SUBMITTED, turn=Turn.OTHERS, cause=cause, since=review_began(item),
        due=item.due_on, waiting_for=(item.committee.name,), action=_see(request), **same,
    )  # fmt: skip


def _of_agreement(item: Any, who: Who, facts: Facts, same: Mapping[str, Any]) -> AccessState | None:
    agreement: Agreement | None = getattr(item, "agreement", None)
    if agreement is None:
        return AccessState(
            State.PREPARING, cause=_approval(item) or "agreement", turn=Turn.OTHERS, since=item.decided_at,
            waiting_for=(PREPARED_BY,), action=_see(item.request), **same,
        )  # fmt: skip
    given = facts.grants.get((agreement.pk, who.person.pk))
    if given is not None:
        return of_grant(given, who, facts)
    named = str(who.person.pk) in (item.approved_members or ()) and who.person.pk in facts.members.get(
        item.request_id, set()
    )
    if item.request.applicant_id != who.person.pk and not named:
        return None
    same = {**same, "agreement": agreement, "last_day": agreement.ends_on}
    see = Action(Do.VIEW_AGREEMENT, agreement)
    if agreement.state == AgreementState.TERMINATED:
        return AccessState(
            State.TERMINATED, since=agreement.ended_at, reason=agreement.ended_because, action=see, **same
        )
    if agreement.ends_on < facts.now.date():
        over = datetime.combine(agreement.ends_on, datetime.min.time(), tzinfo=UTC) + timedelta(days=1)
        return AccessState(State.EXPIRED, since=over, action=see, **same)
    return _to_be_signed(item, agreement, who, facts, same)


def _to_be_signed(item: Any, agreement: Agreement, who: Who, facts: Facts, same: Mapping[str, Any]) -> AccessState:
    """Who signs next: the person themselves; else the applicant; else an owner who is not part of the request."""
    signed = (agreement.pk, who.person.pk) in facts.signed
    if signed and agreement.state == AgreementState.EXECUTED:
        return AccessState(
            State.PREPARING, cause="access", turn=Turn.OTHERS, since=agreement.executed_at, waiting_for=(PREPARED_BY,),
            action=Action(Do.VIEW_AGREEMENT, agreement), **same,
        )  # fmt: skip
    if item.signing_held:
        return held_by_conditions(State.AWAITING_SIGNATURES, item, who, unreported=item.signing_unreported, same=same)
    if not signed and who.is_viewer:
        return AccessState(
            State.AWAITING_SIGNATURES, turn=Turn.YOU, cause=_approval(item), since=agreement.offered_at,
            waiting_for=(str(who.person),), action=Action(Do.SIGN, agreement), **same,
        )  # fmt: skip
    by_applicant = agreement.state == AgreementState.OFFERED
    owners = _countersigners(item, facts)
    waiting = (str(item.request.applicant),) if by_applicant else _names(owners or facts.owners.get(item.dataset_id))
    me = roles.person_id(facts.viewer)
    mine = not by_applicant and any(one.pk == me for one in owners)
    since = facts.signed.get((agreement.pk, item.request.applicant_id)) or agreement.offered_at
    return AccessState(
        State.AWAITING_SIGNATURES, turn=Turn.YOU if mine else Turn.OTHERS, cause="countersign" if mine else "others",
        since=since, waiting_for=waiting,
        action=Action(Do.COUNTERSIGN if mine else Do.VIEW_AGREEMENT, agreement), **same,
    )  # fmt: skip


def _approval(item: Any) -> str:
    """The cause that tells an approval with conditions apart."""
    return "conditional" if item.state == ItemState.CONDITIONAL else ""


def _names(owners: list[Person] | None) -> tuple[str, ...]:
    """Whom a countersignature waits for. Owners who may not countersign name another owner; an official of the
    institution or the operator does where there is none.
    """
    return tuple(str(one) for one in owners or ()) or (gettext("the institution of the dataset or the operator"),)


def _countersigners(item: Any, facts: Facts) -> list[Person]:
    """The owners who may countersign: nobody who is part of the request."""
    named = {str(item.request.applicant_id), *(item.approved_members or ())}
    named |= {str(one) for one in facts.members.get(item.request_id, set())}
    owners = facts.owners.get(item.dataset_id, [])
    return [one for one in owners if str(one.pk) not in named and not one.is_break_glass]
