"""Verbs about outside reviewers: invite one, end one, recommend. None of them decides an item."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from apps.access_requests import queries, rules_outside
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, OutsideReviewer, Recommendation, Round
from apps.audit.record import Kind, record
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import Actor
from apps.core.text import typed
from apps.people.models import Person
from apps.people.rules import check_person


@transaction.atomic
def invite_outside_reviewer(
    request: AccessRequest, *, committee: Committee, person: Person, reason: str, last_day: date, by: Actor
) -> OutsideReviewer:
    """The person reads this request for the committee until the last day (UTC), once they declared no conflict."""
    by = check_person(by)
    request = _lock(request)
    rules_outside.check_can_invite(by, request, committee)
    reason = typed(reason, field="reason").strip()
    rules_outside.check_invitation(request, person, reason, last_day)
    ends_at = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=UTC)
    invited = {"request": request, "committee": committee, "person": person, "reason": reason}
    reviewer = OutsideReviewer.objects.create(**invited, invited_by=by, ends_at=ends_at)
    about = [committee.pk, person.pk, reviewer.pk]
    record(Kind.OUTSIDE_REVIEWER_INVITED, actor=by, subject=request, about=about)
    return reviewer


@transaction.atomic
def end_outside_reviewer(reviewer: OutsideReviewer, *, by: Actor) -> None:
    """The person reads the request no longer, from now on; ending it twice does nothing."""
    by = check_person(by)
    request = _lock(reviewer.request)
    rules_outside.check_leads_case(by, request, reviewer.committee)
    if OutsideReviewer.objects.not_over().filter(pk=reviewer.pk).update(ended_at=clock.now(), ended_by=by):
        about = [reviewer.committee_id, reviewer.person_id, reviewer.pk]
        record(Kind.OUTSIDE_REVIEWER_ENDED, actor=by, subject=request, about=about)


@transaction.atomic
def recommend(reviewer: OutsideReviewer, *, says: str, text: str, seen: Round, by: Actor) -> Recommendation:
    """What the reviewer recommends to the committee, on the round `seen`; a later one is added, none is replaced."""
    by = check_person(by)
    request = _lock(reviewer.request)
    rules_outside.check_can_recommend(by, reviewer, queries.open_round(request), seen)
    text = typed(text, field="text").strip()
    rules_outside.check_recommendation(says, text)
    given = Recommendation.objects.create(reviewer=reviewer, round=seen, says=says, text=text)
    record(Kind.RECOMMENDATION_GIVEN, actor=by, subject=request, about=[reviewer.committee_id], round=seen.number)
    return given
