"""Who may change a committee."""

import re
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from apps.committees import queries
from apps.committees.models import Committee, CommitteeMember, CommitteeMemberClaim
from apps.core import clock
from apps.core.actors import NamedActor, Viewer
from apps.core.errors import Denied, Invalid
from apps.core.text import is_blank
from apps.people.models import Person, PlatformRole
from apps.people.queries import has_platform_role
from apps.people.rules import check_not_break_glass, check_person

LONGEST_UNDO = 60  # minutes
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?\Z", re.ASCII)


def check_can_manage_committee(by: Viewer, committee: Committee, *named: NamedActor) -> None:
    """The chair, an operator, or one of the named actors that the command admits."""
    if by in named:
        return
    check_not_break_glass(check_person(by))
    chairs = queries.chaired_by(by).filter(pk=committee.pk).exists()
    if not chairs and not has_platform_role(by, PlatformRole.Kind.OPERATOR):
        raise Denied(_("Only the chair or an operator can change this committee."))


def check_can_become_member(person: Person, committee: Committee, *, is_chair: bool = False) -> None:
    """The person is active and not yet a member here; a committee has one chair at a time."""
    check_can_join(person)
    current = CommitteeMember.objects.not_ended().filter(committee=committee)
    if current.filter(person_id=person.pk).exists():
        raise Invalid(_("This person is already a member of the committee."), field="code")
    if is_chair and current.filter(is_chair=True).exists():
        raise Invalid(_("The committee already has a chair."), field="is_chair")


def check_can_join(person: Person) -> None:
    """The account is active and not an emergency account."""
    check_not_break_glass(person)
    if not person.is_active:
        raise Invalid(_("This person's account is not active."), field="code")


def check_can_chair(person: Person, committee: Committee) -> None:
    """The person may join the committee and is not its chair already."""
    check_can_join(person)
    chairs = CommitteeMember.objects.appointed().filter(committee=committee, is_chair=True)
    if chairs.filter(person_id=person.pk).exists():
        raise Invalid(_("This person is already the chair of the committee."), field="code")


def check_can_remove_member(by: Viewer, membership: CommitteeMember) -> None:
    """Whoever may manage the committee, and never the chair: a committee without one cannot break a tie.

    An operator names another chair instead: `hand_over_chair`.
    """
    check_can_manage_committee(by, membership.committee)
    if membership.is_chair:
        raise Denied(_("The chair cannot be removed. An operator can appoint another chair."))


def check_end(reason: str, last_day: date | None) -> None:
    """There is a reason, and the last day as a member is not past."""
    fields: dict[str, str] = {}
    if is_blank(reason):
        fields["reason"] = _("Enter a reason. The members can read it in the history of the affected requests.")
    if last_day is not None and last_day < clock.today():
        fields["last_day"] = _("The last day cannot be in the past.")
    if fields:
        raise Invalid(_("The member was not removed."), fields=fields)


def check_chair_reason(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(
            _("Enter a reason. The members can read it in the history of the affected requests."), field="reason"
        )


def has_no_chair(committee_id: UUID) -> bool:
    return not CommitteeMember.objects.not_ended().filter(committee_id=committee_id, is_chair=True).exists()


def check_same_role(rule: CommitteeMemberClaim, is_chair: bool) -> None:
    """One value gives one role in a committee: member or chair."""
    if rule.is_chair != is_chair:
        raise Invalid(_("This value is already mapped to another role in the committee. End that mapping first."))


def check_closing_reason(accepting: bool, closed_because: str) -> None:
    """A committee that accepts no requests gives a reason."""
    if not accepting and is_blank(closed_because):
        raise Invalid(
            _("Enter in one sentence why no requests are accepted. Applicants can read it."), field="closed_because"
        )


def check_contact(contact: str) -> str:
    """An e-mail address or an https address, without spaces around it; empty for none."""
    contact = contact.strip()
    check = URLValidator(schemes=["https"]) if "://" in contact else validate_email
    try:
        if contact:
            check(contact)
    except ValidationError:
        raise Invalid(
            _("Enter an e-mail address or the address of a web page that starts with https://."), field="contact"
        ) from None
    return contact


def check_after_decision(undo_minutes: int, appeal_days: int) -> None:
    """A decision can be undone for at most an hour, and a denial appealed for a day to a year."""
    fields: dict[str, str] = {}
    if not 0 <= undo_minutes <= LONGEST_UNDO:
        fields["undo_minutes"] = _("Enter 0 to 60 minutes.")
    if not 1 <= appeal_days <= 365:
        fields["appeal_days"] = _("Enter 1 to 365 days.")
    if fields:
        raise Invalid(_("The settings were not saved."), fields=fields)


def check_committee(name: str, quorum: int, review_days: int, contact: str) -> dict[str, str]:
    """The sentences, by field, about what is wrong with the details of a committee; none if nothing is."""
    fields: dict[str, str] = {}
    if is_blank(name):
        fields["name"] = _("Enter a name for the committee.")
    if quorum < 1:
        fields["quorum"] = _("The quorum must be at least one vote.")
    if not 1 <= review_days <= 365:
        fields["review_days"] = _("The target review time must be 1 to 365 days.")
    try:
        check_contact(contact)
    except Invalid as refusal:
        fields |= refusal.fields
    return fields


def check_changed_committee(name: str, quorum: int, review_days: int, contact: str) -> None:
    """The details of a committee that exists are complete."""
    fields = check_committee(name, quorum, review_days, contact)
    if fields:
        raise Invalid(_("The committee was not changed."), fields=fields)


def check_new_committee(name: str, slug: str, quorum: int, review_days: int = 28, contact: str = "") -> None:
    """There is a name, a short name that no other committee has, and a quorum of at least one vote."""
    fields = check_committee(name, quorum, review_days, contact)
    if not SLUG.match(slug) or Committee.objects.filter(slug=slug).exists():
        fields["slug"] = _("Use only a-z, 0-9 and hyphens in the short name. It must be unique.")
    if fields:
        raise Invalid(_("The committee was not created."), fields=fields)
