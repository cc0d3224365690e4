"""Who votes in whose place."""

from django.db.models import Exists, OuterRef, QuerySet

from apps.committees.models import Committee, CommitteeMember, Deputy
from apps.core.actors import Viewer
from apps.people.queries import accounts_of


def memberships_kept_by(person: Viewer) -> QuerySet[CommitteeMember]:
    """The memberships in whose place this person may vote now.

    Not in a committee of which the person is a member, with whichever account: nobody has two votes. A deputy's member
    ends with the member's.
    """
    me = accounts_of(person).values("pk")
    named = Deputy.objects.current().filter(membership=OuterRef("pk"), person_id__in=me)
    own = CommitteeMember.objects.not_ended().filter(committee=OuterRef("committee"), person_id__in=me)
    return CommitteeMember.objects.active().filter(Exists(named)).exclude(Exists(own))


def deputies_in(committee: Committee) -> QuerySet[Deputy]:
    """The deputies of this committee whose time is not over, of members whose membership has not ended."""
    members = CommitteeMember.objects.not_ended().filter(committee=committee)
    found = Deputy.objects.not_over().filter(membership__in=members)
    return found.select_related("person__institution", "membership__person").order_by("starts_at")
