"""Who may change a committee."""

import re
from uuid import UUID

from django.utils.translation import gettext as _

from apps.committees import queries
from apps.committees.models import Committee, CommitteeMember, CommitteeMemberClaim
from apps.core.actors import NamedActor, Viewer
from apps.core.errors import Denied, Invalid
from apps.core.text import is_blank
from apps.people.models import Person, PlatformRole
from apps.people.queries import has_platform_role
from apps.people.rules import check_not_break_glass, check_person

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
    check_not_break_glass(person)
    if not person.is_active:
        raise Invalid(_("This person's account is not active."), field="code")
    current = CommitteeMember.objects.filter(committee=committee, ends_at__isnull=True)
    if current.filter(person_id=person.pk).exists():
        raise Invalid(_("This person is already a member of the committee."), field="code")
    if is_chair and current.filter(is_chair=True).exists():
        raise Invalid(_("The committee already has a chair."), field="is_chair")


def check_can_remove_member(by: Viewer, membership: CommitteeMember) -> None:
    """Whoever may manage the committee; the chair's own membership only an operator may end.

    A committee without a chair cannot break a tie, so the chair does not leave it like that: `hand_over_chair`.
    """
    check_can_manage_committee(by, membership.committee)
    if membership.is_chair and not has_platform_role(by, PlatformRole.Kind.OPERATOR):
        raise Denied(_("Only an operator can replace the chair."))


def has_no_chair(committee_id: UUID) -> bool:
    return not CommitteeMember.objects.filter(committee_id=committee_id, ends_at__isnull=True, is_chair=True).exists()


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


def check_new_committee(name: str, slug: str, quorum: int) -> None:
    """There is a name, a short name that no other committee has, and a quorum of at least one vote."""
    fields: dict[str, str] = {}
    if is_blank(name):
        fields["name"] = _("Enter a name for the committee.")
    if not SLUG.match(slug) or Committee.objects.filter(slug=slug).exists():
        fields["slug"] = _("Use only a-z, 0-9 and hyphens in the short name. It must be unique.")
    if quorum < 1:
        fields["quorum"] = _("The quorum must be at least one vote.")
    if fields:
        raise Invalid(_("The committee was not created."), fields=fields)
