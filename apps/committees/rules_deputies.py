"""Who may be named as a deputy, by whom, and for how long."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from apps.committees.models import CommitteeMember, Deputy
from apps.committees.queries_deputies import deputies_in
from apps.committees.rules import check_can_manage_committee
from apps.core import clock
from apps.core.errors import Denied, Invalid
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass

LONGEST = timedelta(days=366)


def check_can_name_deputy(by: Person, membership: CommitteeMember) -> None:
    """The member, or whoever may manage the committee; not for a membership that an institution's sign-in confirms."""
    check_not_break_glass(by)
    if not CommitteeMember.objects.active().filter(pk=membership.pk).exists():
        raise Denied(_("This person is no longer a committee member."))
    if membership.person_id != by.pk:
        check_can_manage_committee(by, membership.committee)
    if not by.is_active:
        raise Denied(_("Your account is not active."))
    if membership.claim_id is not None:
        raise Denied(_("This membership comes from a sign-in at an institution, so it cannot have a deputy."))


def check_deputy(membership: CommitteeMember, person: Person, first_day: date, last_day: date) -> None:
    """An active person outside the committee, free in these days; the days are not past and at most a year."""
    fields: dict[str, str] = {}
    if not person.is_active or person.is_break_glass:
        fields["code"] = _("This person's account is not active.")
    mine = accounts_of(person).values("pk")
    inside = CommitteeMember.objects.not_ended().filter(committee_id=membership.committee_id, person_id__in=mine)
    if membership.person_id == person.pk or inside.exists():
        fields["code"] = _(
            "This person is a member of the committee, so they cannot be a deputy. A person has only one vote."
        )
    if last_day < max(first_day, clock.today()) or last_day - first_day > LONGEST:
        fields["last_day"] = _(
            "Enter a day that is not in the past, not before the first day, and at most a year after it."
        )
    elif overlapping(membership, person, first_day, last_day):
        fields["first_day"] = _(
            "On some of these days the member already has a deputy, or the person is already a deputy in this "
            "committee. Choose other days."
        )
    if fields:
        raise Invalid(_("The deputy was not named."), fields=fields)


def overlapping(membership: CommitteeMember, person: Person, first_day: date, last_day: date) -> bool:
    """Whether the member has a deputy, or the person is one in this committee, on one of these days."""
    same_days = [
        one
        for one in deputies_in(membership.committee)
        if one.starts_at.date() <= last_day and first_day <= one.last_day
    ]
    return any(one.membership_id == membership.pk or one.person_id == person.pk for one in same_days)


def check_can_end_deputy(by: Person, deputy: Deputy) -> None:
    """The member, the deputy, or whoever may manage the committee."""
    check_not_break_glass(by)
    if by.pk not in (deputy.membership.person_id, deputy.person_id) or not by.is_active:
        check_can_manage_committee(by, deputy.membership.committee)
