"""Verbs of the committee, and what follows from decisions: accept for review, request changes."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from apps.access_requests import obstacles, queries, rules, rules_questions
from apps.access_requests.commands.lapse import _answer_window
from apps.access_requests.commands.locks import _close_round, _lock
from apps.access_requests.models import AccessRequest, Question
from apps.access_requests.rules_after import check_none_can_be_undone
from apps.access_requests.states import ACCEPTED
from apps.access_requests.voting_rules import rules_in
from apps.audit.queries import timeline_of
from apps.audit.record import Kind, record
from apps.committees.decisions import Blocked, too_few
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.text import typed
from apps.people.rules import check_named, check_person


@transaction.atomic
def accept_for_review(request: AccessRequest, *, by: Actor) -> None:
    """A committee member found the request complete; voting may begin."""
    by = check_person(by)
    request = _lock(request)
    rules.check_is_committee_member(by, request)
    request.move("accept_for_review")
    record(Kind.REQUEST_ACCEPTED_FOR_REVIEW, actor=by, subject=request)


@transaction.atomic
def request_changes(
    request: AccessRequest, *, text: str, field: str = "", further: Sequence[tuple[str, str]] = (), by: Actor
) -> Question:
    """Back to the applicant with questions; the round ends, its votes no longer count. The first one is returned.

    A question about a `field` unlocks only that (apps.access_requests.questions); `further` are fields with questions.
    """
    by = check_person(by)
    request = _lock(request)
    rules.check_is_committee_member(by, request)
    asked = [(about, typed(said, field="text").strip()) for about, said in ((field, text), *further)]
    rules_questions.check_questions(asked)
    request.check_can("return")
    check_none_can_be_undone(request)
    current = _close_round(request)
    question, *_rest = [
        Question.objects.create(request=request, round=current, asked_by=by, field=about, text=said)
        for about, said in asked
    ]
    returning = set(committees_of(by).values_list("pk", flat=True))
    request.move("return", answer_until=_answer_window(request, returning), answer_reminded_at=None)
    record(Kind.REQUEST_RETURNED, actor=by, subject=request, round=current.number)
    return question


@transaction.atomic
def record_committees_without_quorum(request: AccessRequest, *, by: Actor) -> None:
    """Write down which committees have too few left who may decide on the request; the same shortage once a round,
    and again if somebody can do something about it now who was not notified of it.
    """
    check_named(by, SYSTEM)
    request = _lock(request)
    current = queries.open_round(request)
    if current is None:
        return
    for committee, left in queries.committees_without_quorum(request).items():
        helpers = obstacles.who_adds_members(committee)
        facts: dict[str, Any] = {"round": current.number, "left": left, "quorum": rules_in(current, committee).quorum}
        facts["help"] = helpers.help.value
        if not too_few(left, facts["quorum"]):
            facts["why"] = Blocked.NO_CHAIR.value
        about = [committee.pk, *sorted(person.pk for person in helpers.people)]
        same = timeline_of(request.pk).filter(kind=Kind.QUORUM_MISSING, about__contains=about, facts__contains=facts)
        if not same.exists():
            record(Kind.QUORUM_MISSING, actor=by, subject=request, about=about, **facts)


@transaction.atomic
def activate(request: AccessRequest, *, by: Actor) -> None:
    """The first grant is out: the project runs. Already active is fine (a consequence may run twice)."""
    check_named(by, SYSTEM)
    request = _lock(request)
    if request.can("activate"):
        request.move("activate")
        record(Kind.REQUEST_ACTIVATED, actor=by, subject=request)


@transaction.atomic
def close_denied(request: AccessRequest, *, by: Actor) -> None:
    """Every item was denied: nothing follows, the request is closed."""
    check_named(by, SYSTEM)
    request = _lock(request)
    if request.can("close") and not request.items.filter(state__in=ACCEPTED).exists():
        request.move("close", ended_at=clock.now())
        record(Kind.REQUEST_CLOSED, actor=by, subject=request)


@transaction.atomic
def close_over(request: AccessRequest, *, by: Actor) -> None:
    """Every agreement of the request has ended, so that nothing can follow any more: the request is closed."""
    check_named(by, SYSTEM)
    request = _lock(request)
    if request.can("close"):
        request.move("close", ended_at=clock.now())
        record(Kind.REQUEST_CLOSED, actor=by, subject=request)
