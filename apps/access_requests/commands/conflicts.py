"""Verbs about conflicts of interest: a person declares that they have one, or that they have none."""

from django.db import transaction

from apps.access_requests import queries_conflicts, queries_shared_work, rules, rules_conflicts
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, NoConflictDeclaration, Recusal
from apps.audit.record import Kind, record
from apps.core.actors import Actor
from apps.core.text import typed
from apps.people.rules import check_person


@transaction.atomic
def declare_no_conflict(request: AccessRequest, *, seen: str, by: Actor) -> None:
    """A member, a deputy or an outside reviewer has no conflict of interest with the people on the request.

    `seen` is `rules_conflicts.seen_of` the people and the shared work that the question was about. What suggested a
    conflict all the same is a fact of the event. Declaring the same again does nothing.
    """
    by = check_person(by)
    request = _lock(request)
    rules_conflicts.check_can_answer(by, request)
    people = queries_conflicts.people_to_judge(request)
    works = queries_shared_work.asked_about(request)
    rules_conflicts.check_people_seen([*people, *works], seen)
    if queries_conflicts.has_declared(by, request):
        return
    suggested = {one.why.value for one in queries_conflicts.suggestions(by, request, people, works)}
    NoConflictDeclaration.objects.create(request=request, person=by, people=sorted(one.pk for one in (*people, *works)))
    record(Kind.NO_CONFLICT_DECLARED, actor=by, subject=request, suggested="+".join(sorted(suggested)))


@transaction.atomic
def recuse(request: AccessRequest, *, reason: str, by: Actor) -> None:
    """A member declares a conflict; they are no longer an eligible voter on this request, and any vote of theirs no
    longer counts. Nothing is decided by it: the next vote that is cast or confirmed is counted without theirs.
    """
    by = check_person(by)
    request = _lock(request)
    rules_conflicts.check_can_recuse(by, request)
    reason = typed(reason, field="reason").strip()
    rules.check_says_conflict(reason)
    Recusal.objects.create(request=request, person=by, reason=reason)
    record(Kind.MEMBER_RECUSED, actor=by, subject=request)
