"""Who assigns committee members to a request, and whom."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.access_requests import rules
from apps.access_requests.models import AccessRequest, Recusal
from apps.access_requests.queries import concerned_by
from apps.access_requests.queries_assignments import ASSIGNABLE
from apps.access_requests.states import ItemState
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import chaired_by, committees_of
from apps.core.errors import Denied, Invalid, WrongState
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass


def check_can_assign(
    by: Person, request: AccessRequest, committee: Committee, members: Iterable[CommitteeMember]
) -> None:
    """The chair assigns members, and a member themself, while the committee has something to decide."""
    members = list(members)
    check_for_committee(by, request, committee)
    if any(one.person_id != by.pk for one in members) and not is_chair(by, committee):
        raise Denied(_("Only the chair can assign other members."))
    if not is_assignable(request, committee):
        raise WrongState(_("Your committee has no undecided dataset in this request, so nobody can be assigned."))
    if not members:
        raise Invalid(_("Nobody was assigned."), fields={"members": _("Choose at least one member.")})
    for one in members:
        check_can_be_assigned(one, request, committee)


def check_can_unassign(by: Person, request: AccessRequest, member: CommitteeMember) -> None:
    """The chair, or the member themself."""
    check_for_committee(by, request, member.committee)
    if member.person_id != by.pk and not is_chair(by, member.committee):
        raise Denied(_("Only the chair can remove the assignment of another member."))


def check_for_committee(by: Person, request: AccessRequest, committee: Committee) -> None:
    """A member of this committee of the request who declared that they have no conflict of interest."""
    check_not_break_glass(by)
    if not by.is_active or not committees_of(by).filter(pk=committee.pk, items__request=request).exists():
        raise Denied(_("Only a member of the committee for this request can do this."))
    rules.check_no_conflict(by, request)
    rules.check_declared(by, request)


def is_chair(person: Person, committee: Committee) -> bool:
    return chaired_by(person).filter(pk=committee.pk).exists()


def is_assignable(request: AccessRequest, committee: Committee) -> bool:
    """Whether the committee has something to decide in the request, now or after the applicant answers."""
    undecided = request.items.filter(committee=committee, state=ItemState.OPEN)
    return request.state in ASSIGNABLE and undecided.exists()


def check_can_be_assigned(member: CommitteeMember, request: AccessRequest, committee: Committee) -> None:
    """A current member of the committee, no part of the request, who declared no conflict of interest."""
    current = CommitteeMember.objects.appointed().filter(pk=member.pk, committee=committee)
    accounts = accounts_of(member.person).values("pk")
    part = concerned_by(request).filter(pk__in=accounts).exists()
    if part or not current.exists() or Recusal.objects.filter(request=request, person_id__in=accounts).exists():
        named = {"name": member.person}
        raise Invalid(_("Nobody was assigned."), fields={"members": _("%(name)s cannot review this request.") % named})
