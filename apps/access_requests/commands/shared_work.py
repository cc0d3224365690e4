"""Verbs about shared work: the applicant names with whom people on the request wrote or worked, and takes it back."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction

from apps.access_requests import queries_shared_work, rules_shared_work
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, SharedWork
from apps.access_requests.shared_work import YEARS, Work
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor
from apps.core.text import typed
from apps.people.models import Person
from apps.people.rules import check_person


@transaction.atomic
def add_shared_work(request: AccessRequest, *, work: Work, by: Actor) -> None:
    """Name one more; naming the same again does nothing."""
    by = check_person(by)
    request = _lock(request)
    rules_shared_work.check_can_name(by, request)
    now = list(queries_shared_work.named_now(request))
    _keep(request, [*map(_as_named, now), work], now, by=by)


@transaction.atomic
def remove_shared_work(row: SharedWork, *, by: Actor) -> None:
    """Take one back; a round that names it keeps it."""
    by = check_person(by)
    request = _lock(row.request)
    rules_shared_work.check_can_name(by, request)
    now = list(queries_shared_work.named_now(request))
    _keep(request, [_as_named(one) for one in now if one.pk != row.pk], now, by=by)


@transaction.atomic
def keep_shared_work(request: AccessRequest, *, works: Iterable[Work], by: Actor) -> None:
    """Name exactly these; what is named already stays the same row."""
    by = check_person(by)
    request = _lock(request)
    rules_shared_work.check_can_name(by, request)
    _keep(request, list(works), list(queries_shared_work.named_now(request)), by=by)


def _keep(request: AccessRequest, works: list[Work], now: list[SharedWork], *, by: Person) -> None:
    """The caller holds the lock on the request. A row of somebody who left the request stays until they come back."""
    wanted = list(dict.fromkeys(_typed(one) for one in works))
    known = {_as_named(one): one for one in now}
    added = [one for one in wanted if one not in known]
    removed = [row.pk for one, row in known.items() if one not in wanted]
    for one in added:
        rules_shared_work.check_work(request, one)
    rules_shared_work.check_how_many(wanted)
    if not added and not removed:
        return
    rows = SharedWork.objects.filter(pk__in=removed)
    if request.rounds.exists():
        rows.update(removed_at=clock.now())
    else:
        rows.delete()
    SharedWork.objects.bulk_create(
        SharedWork(request=request, party_id=one.party, colleague=one.colleague, work=one.work, year=one.year)
        for one in added
    )
    request.revision += 1
    AccessRequest.objects.filter(pk=request.pk).update(revision=request.revision, changed_at=clock.now())
    record(Kind.SHARED_WORK_CHANGED, actor=by, subject=request, added=len(added), removed=len(removed))


def _typed(one: Work) -> Work:
    colleague, work = typed(one.colleague, field="colleague"), typed(one.work, field="work")
    return replace(one, colleague=" ".join(colleague.split()), work=" ".join(work.split()))


def _as_named(row: SharedWork) -> Work:
    return Work(row.party_id, row.colleague, row.work, row.year)


def _copy_shared_work(request: AccessRequest, drafted: AccessRequest) -> None:
    """A copy names the same, as far as the year is still asked for."""
    first = clock.today().year - YEARS
    for row in queries_shared_work.named_now(request).filter(year__gte=first):
        SharedWork.objects.create(
            request=drafted, party=row.party, colleague=row.colleague, work=row.work, year=row.year
        )
