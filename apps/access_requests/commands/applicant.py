"""Verbs of the applicant: draft, change, choose, name, answer, submit, withdraw."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from apps.access_requests import fields, rules
from apps.access_requests import snapshot as access_requests_snapshot
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Item, Membership, Question, Round, Vote
from apps.access_requests.states import ItemState
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.core.text import is_blank, typed
from apps.datasets.models import Dataset
from apps.people.queries import colleagues_by_code
from apps.people.rules import check_person


@transaction.atomic
def draft(datasets: list[Dataset], *, by: Actor) -> AccessRequest:
    """A new request for these datasets, with nothing said yet."""
    by = check_person(by)
    for dataset in datasets:
        rules.check_can_request(by, dataset)
    request = AccessRequest.objects.create(applicant=by)
    _set_items(request, datasets)
    record(Kind.REQUEST_DRAFTED, actor=by, subject=request, about=datasets)
    return request


@transaction.atomic
def change(request: AccessRequest, *, by: Actor, revision: int | None = None, **changes: Any) -> AccessRequest:
    """Keep what the applicant typed (incomplete is fine while it is a draft); a stale window is refused."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    rules.check_revision(request, revision)
    _apply(request, changes)
    request.revision += 1
    request.changed_at = clock.now()
    request.save(update_fields=[*fields.stored(), "revision", "changed_at"])
    return request


def _apply(request: AccessRequest, changes: dict[str, Any]) -> None:
    for name in fields.stored():
        if name in changes:
            value = changes[name]
            setattr(request, name, typed(value, field=name) if isinstance(value, str) else value)
    begin, end = request.starts_on, request.ends_on
    if begin is not None and end is not None and end <= begin:
        raise Invalid(_("The end date must be after the start date."), field="ends_on")


@transaction.atomic
def choose_datasets(request: AccessRequest, *, datasets: list[Dataset], by: Actor) -> None:
    """Ask for exactly these datasets; an item already decided stays."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    for dataset in datasets:
        rules.check_can_request(by, dataset)
    if not datasets:
        raise Invalid(str(fields.DATASETS.missing), field=fields.DATASETS.name)
    _set_items(request, datasets)


@transaction.atomic
def add_dataset(request: AccessRequest, *, dataset: Dataset, by: Actor) -> None:
    """Ask for this dataset as well; a window that still shows the request without it gets an error when it saves."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    rules.check_can_request(by, dataset)
    _set_items(request, [*Dataset.objects.filter(items__request=request), dataset])
    AccessRequest.objects.filter(pk=request.pk).update(revision=request.revision + 1, changed_at=clock.now())


@transaction.atomic
def name_members(request: AccessRequest, *, codes: list[str], by: Actor) -> None:
    """The colleagues who will use the data too, by the colleague codes they gave the applicant."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    wanted = {code.strip().upper() for code in codes if code.strip()}
    found = {person.code: person for person in colleagues_by_code(sorted(wanted))}
    unknown = sorted(wanted - set(found))
    if unknown:
        raise Invalid(
            _("No colleague has the code %(code)s. Ask them to check the code on their Account page.")
            % {"code": unknown[0]},
            field="members",
        )
    people = [person for person in found.values() if person.pk != request.applicant_id]
    removed = Membership.objects.filter(request=request).exclude(person__in=people)
    for membership in removed:
        record(Kind.PROJECT_MEMBER_REMOVED, actor=by, subject=request, about=[membership.person_id])
    removed.delete()
    for person in people:
        _membership, added = Membership.objects.get_or_create(request=request, person=person)
        if added:
            record(Kind.PROJECT_MEMBER_ADDED, actor=by, subject=request, about=[person])


@transaction.atomic
def answer(question: Question, *, text: str, by: Actor) -> None:
    """The applicant answers what the committee asked."""
    by = check_person(by)
    request = _lock(question.request)
    rules.check_can_edit(by, request)
    text = typed(text, field="answer")
    if is_blank(text):
        raise Invalid(_("Write an answer for the committee."), field="answer")
    Question.objects.filter(pk=question.pk).update(answer=text.strip(), answered_at=clock.now())
    record(Kind.QUESTION_ANSWERED, actor=by, subject=request, about=[question])


@transaction.atomic
def submit(request: AccessRequest, *, by: Actor) -> Round:
    """Hand the request to the committees: what they will read is frozen now."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_submit(by, request)
    _open_items(request)
    number = request.rounds.count() + 1
    snapshot = access_requests_snapshot.snapshot_of(request)
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    opened = Round.objects.create(
        request=request, number=number, snapshot=snapshot, sha256=hashlib.sha256(text.encode()).hexdigest()
    )
    request.move("submit", submitted_at=clock.now())
    about = [item.dataset_id for item in request.items.all()]
    record(Kind.REQUEST_SUBMITTED, actor=by, subject=request, about=about, round=number, sha256=opened.sha256)
    return opened


@transaction.atomic
def withdraw(request: AccessRequest, *, by: Actor) -> None:
    """The applicant takes the request back before it is decided."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_withdraw(by, request)
    request.move("withdraw", ended_at=clock.now())
    Round.objects.filter(request=request, closed_at__isnull=True).update(closed_at=clock.now())
    record(Kind.REQUEST_WITHDRAWN, actor=by, subject=request)


def _set_items(request: AccessRequest, datasets: list[Dataset]) -> None:
    dropped = request.items.filter(state=ItemState.OPEN).exclude(dataset__in=datasets)
    if Vote.objects.filter(item__in=dropped).exists():
        raise Invalid(
            _("A committee has already voted on one of these datasets. It cannot be removed from this request."),
            field="datasets",
        )
    dropped.delete()
    for dataset in datasets:
        Item.objects.get_or_create(request=request, dataset=dataset, defaults={"committee": dataset.committee})


def _open_items(request: AccessRequest) -> None:
    """What is open goes to the committee of the dataset today; it may have changed since the draft."""
    today = Dataset.objects.filter(pk=OuterRef("dataset_id")).values("committee_id")
    request.items.filter(state=ItemState.OPEN).update(committee_id=Subquery(today))
