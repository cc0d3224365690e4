"""Verbs about deputies: name one, end one. Neither decides an item."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from apps.access_requests import rules
from apps.audit.record import Kind, record
from apps.committees import rules_deputies
from apps.committees.models import Committee, CommitteeMember, Deputy
from apps.core import clock
from apps.core.actors import Actor
from apps.people.models import Person
from apps.people.rules import check_person


@transaction.atomic
def name_deputy(membership: CommitteeMember, *, person: Person, first_day: date, last_day: date, by: Actor) -> Deputy:
    """The person votes in the member's place from the first to the last day (UTC), while the member has not voted.

    Nobody names a deputy of somebody else in a committee that is deciding about them, or on a request in which they
    declared a conflict of interest.
    """
    by = check_person(by)
    Committee.objects.select_for_update().get(pk=membership.committee_id)
    rules_deputies.check_can_name_deputy(by, membership)
    if membership.person_id != by.pk:
        rules.check_can_remove_voters(by, membership.committee)
    rules_deputies.check_deputy(membership, person, first_day, last_day)
    now = clock.now()
    starts_at = max(now, datetime.combine(first_day, time(), tzinfo=UTC))
    ends_at = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=UTC)
    deputy = Deputy.objects.create(
        membership=membership, person=person, starts_at=starts_at, ends_at=ends_at, named_by=by
    )
    about = [membership.committee_id, membership.person_id, person.pk]
    record(Kind.DEPUTY_NAMED, actor=by, subject=deputy, about=about)
    return deputy


@transaction.atomic
def end_deputy(deputy: Deputy, *, by: Actor) -> None:
    """The deputy votes no longer; a vote that they cast stays the member's until the member votes."""
    by = check_person(by)
    Committee.objects.select_for_update().get(pk=deputy.membership.committee_id)
    rules_deputies.check_can_end_deputy(by, deputy)
    if Deputy.objects.not_over().filter(pk=deputy.pk).update(ended_at=clock.now(), ended_by=by):
        about = [deputy.membership.committee_id, deputy.membership.person_id, deputy.person_id]
        record(Kind.DEPUTY_ENDED, actor=by, subject=deputy, about=about)
