"""Verbs of the applicant after a denial: appeal it, withdraw the appeal, revise and resubmit."""

from datetime import date

from django.db import transaction

from apps.access_requests.commands.applicant import copy
from apps.access_requests.commands.decide import _close_if_decided, _settle, _start_waiting_appeals, _withdraw_appeal
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Appeal, Item
from apps.access_requests.rules import check_any_can_be_requested
from apps.access_requests.rules_after import (
    check_appeal_text,
    check_can_appeal,
    check_can_revise,
    check_can_withdraw_appeal,
)
from apps.access_requests.states import ItemState, RequestState
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor
from apps.core.text import typed
from apps.datasets.models import Dataset
from apps.people.rules import check_person

REVIEWED = (RequestState.DECIDED, RequestState.ACTIVE, RequestState.CLOSED)


@transaction.atomic
def appeal(item: Item, *, text: str, by: Actor) -> Appeal:
    """Appeal the denial of this item. Its review starts now, or when the other datasets of the request are decided."""
    by = check_person(by)
    item = _locked(item)
    check_can_appeal(by, item, clock.now())
    text = typed(text, field="text").strip()
    check_appeal_text(text)
    assert item.decided_in is not None
    assert item.decided_at is not None
    made = Appeal.objects.create(
        item=item, text=text, appealed_by=by, denied_in=item.decided_in, denied_at=item.decided_at,
        denied_reason=item.reason, denied_codes=item.denial_codes or [],
    )  # fmt: skip
    record(Kind.DECISION_APPEALED, actor=by, subject=item, about=[item.request_id, item.dataset_id])
    if item.request.state in REVIEWED or item.request.state == RequestState.IN_REVIEW:
        _start_waiting_appeals(item.request)
    return made


@transaction.atomic
def withdraw_appeal(item: Item, *, by: Actor) -> None:
    """End the appeal without a decision; the denial stands, and cannot be appealed again."""
    by = check_person(by)
    item = _locked(item)
    check_can_withdraw_appeal(by, item)
    _withdraw_appeal(item, by=by)
    if item.request.can("decide"):
        _close_if_decided(item.request)


@transaction.atomic
def revise(request: AccessRequest, *, starts_on: date, by: Actor) -> AccessRequest:
    """A new draft with what this request says, for its denied datasets that can be requested now; linked to it."""
    by = check_person(by)
    request = _lock(request)
    _settle(request)
    check_can_revise(by, request)
    denied = Dataset.objects.filter(items__request=request, items__state=ItemState.DENIED).select_related("committee")
    chosen = check_any_can_be_requested(by, denied)
    drafted = copy(request, starts_on=starts_on, by=by)
    drafted.items.exclude(dataset__in=chosen).delete()
    AccessRequest.objects.filter(pk=drafted.pk).update(revises=request)
    drafted.revises = request
    return drafted


def _locked(item: Item) -> Item:
    """The locked item of the locked request, after every decision whose time has come has taken effect."""
    request = _lock(item.request)
    _settle(request)
    locked = Item.objects.select_for_update(of=["self"]).select_related("committee").get(pk=item.pk)
    locked.request = request
    return locked
