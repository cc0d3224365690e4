"""For whom a person votes: for themselves, or as a deputy in the place of a member."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, Subquery

from apps.access_requests.models import Item, Round, Vote
from apps.access_requests.models.review import OF_MEMBER
from apps.committees.models import CommitteeMember, Deputy
from apps.committees.queries_deputies import memberships_kept_by
from apps.people.models import Person
from apps.people.queries import accounts_of


def membership_for(person: Person, voters: Iterable[CommitteeMember]) -> CommitteeMember | None:
    """The one of these memberships for which the person may vote: their own, or the one that they keep as a deputy."""
    voters = list(voters)
    own = [member for member in voters if member.person_id == person.pk]
    if own:
        return own[0]
    kept = set(memberships_kept_by(person).filter(pk__in=[member.pk for member in voters]).values_list("pk", flat=True))
    return min((member for member in voters if member.pk in kept), key=lambda member: member.pk, default=None)


def voted_for_another(item: Item, person: Person, member_id: UUID) -> bool:
    """Whether the person, with whichever account, has voted on this item in the open round for another member."""
    cast = Vote.objects.alias(of_member=OF_MEMBER).filter(item=item, round__closed_at__isnull=True)
    return cast.filter(voter__in=accounts_of(person).values("pk")).exclude(of_member=member_id).exists()


def named_too_late(request_id: UUID, person: Person, members: Iterable[CommitteeMember]) -> set[UUID]:
    """Those of these memberships that the person keeps only because somebody other than the member named them in
    mid-round.

    Like somebody who is added to the committee in mid-round, such a deputy votes from the next round on.
    """
    kept = {member.pk for member in members if member.person_id != person.pk}
    if not kept:
        return set()
    begun = Round.objects.filter(request_id=request_id, closed_at__isnull=True).values("opened_at")[:1]
    named = Deputy.objects.current().filter(membership__in=kept, person__in=accounts_of(person))
    in_time = named.filter(Q(named_by=F("membership__person")) | Q(named_at__lte=Subquery(begun)))
    return kept - set(in_time.values_list("membership_id", flat=True))
