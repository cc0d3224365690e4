"""Verbs about reviewers: assign members of a committee to a request, end an assignment. Neither decides an item."""

from collections.abc import Sequence

from django.db import transaction

from apps.access_requests import rules_assignments
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Assignment
from apps.audit.record import Kind, record
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.core.actors import Actor
from apps.people.rules import check_person


@transaction.atomic
def assign(
    request: AccessRequest, *, committee: Committee, members: Sequence[CommitteeMember], by: Actor
) -> list[Assignment]:
    """Assign these members to review the request; whoever is assigned already stays it. Returns the new assignments."""
    by = check_person(by)
    request = _lock(request)
    rules_assignments.check_can_assign(by, request, committee, members)
    known = set(request.assignments.filter(ended_at__isnull=True).values_list("membership_id", flat=True))
    new = []
    for member in members:
        if member.pk not in known:
            new.append(Assignment.objects.create(request=request, membership=member, assigned_by=by))
            record(Kind.REVIEWER_ASSIGNED, actor=by, subject=request, about=[committee.pk, member.person_id])
    return new


@transaction.atomic
def unassign(assignment: Assignment, *, by: Actor) -> None:
    """The member is no longer assigned; ending it twice does nothing."""
    by = check_person(by)
    request = _lock(assignment.request)
    member = assignment.membership
    rules_assignments.check_can_unassign(by, request, member)
    ended = Assignment.objects.filter(pk=assignment.pk, ended_at__isnull=True)
    if ended.update(ended_at=clock.now(), ended_by=by):
        record(Kind.REVIEWER_UNASSIGNED, actor=by, subject=request, about=[member.committee_id, member.person_id])
