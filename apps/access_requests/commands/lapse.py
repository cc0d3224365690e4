"""Verbs about the time that the applicant has to answer a returned request: set it, remind of it, end the request.

Nobody loses a request without a reminder at least `NOTICE` before, also if the tasks did not run, or the database was
restored, meanwhile.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import transaction

from apps.access_requests import queries_lapse
from apps.access_requests.commands.applicant import _withdraw
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest
from apps.access_requests.states import ItemState
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.people.rules import check_named

AT_ONCE = 200


@transaction.atomic
def remind_of_answers(*, by: Actor) -> int:
    """Record of which returned requests the time to answer ends soon, each once a return. Returns how many."""
    check_named(by, SYSTEM)
    found = list(queries_lapse.to_remind(clock.today()).select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    for request in found:
        AccessRequest.objects.filter(pk=request.pk).update(answer_reminded_at=clock.now())
        record(Kind.ANSWER_DUE_SOON, actor=by, subject=request, due=request.answer_until)
    return len(found)


@transaction.atomic
def lapse(request: AccessRequest, *, by: Actor) -> None:
    """Withdraw what is undecided of a returned request whose time to answer is over. What is decided stays.

    Does nothing if the applicant has sent the answers meanwhile.
    """
    check_named(by, SYSTEM)
    request = _lock(request)
    if queries_lapse.to_lapse(clock.now()).filter(pk=request.pk).exists():
        _withdraw(request, by=by, lapsed=True)


def _answer_window(request: AccessRequest, committees: Collection[UUID]) -> date | None:
    """The last day to answer, if one of these committees returns the request today; None without a limit.

    There is none while an appeal is reviewed: it can be made only once, so no task ends it.
    """
    if request.items.filter(appeal__outcome="", appeal__round__isnull=False).exists():
        return None
    items = request.items.filter(committee__in=committees, state=ItemState.OPEN).select_related("committee")
    mine = {one.committee_id: one.committee for one in items}
    days = [queries_lapse.last_day_to_answer(one, clock.now()) for one in mine.values()]
    return None if None in days else max((day for day in days if day is not None), default=None)
