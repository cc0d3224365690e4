"""Which shared work a request names now, and which its newest round names."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.access_requests import shared_work
from apps.access_requests.models import AccessRequest, Membership, Round, SharedWork
from apps.committees.models import CommitteeMember
from apps.people.models import Person
from apps.people.queries import accounts_of


def named_now(request: AccessRequest) -> QuerySet[SharedWork]:
    """What the applicant names now of people who are on the request, the oldest first."""
    members = Membership.objects.filter(request=request).values("person_id")
    parties = Q(party=request.applicant_id) | Q(party__in=members)
    rows = SharedWork.objects.filter(parties, request=request, removed_at__isnull=True)
    return rows.select_related("party").order_by("added_at", "pk")


def named_in_snapshot(request: AccessRequest) -> list[str]:
    """The ids of the rows, for the round that is frozen now."""
    return sorted(str(pk) for pk in named_now(request).values_list("pk", flat=True))


def named_in(seen: Round | None) -> list[SharedWork]:
    """The rows that a round names, removed ones too; no statement if it names none."""
    ids: list[UUID] = shared_work.ids_in(seen.snapshot) if seen is not None else []
    return list(SharedWork.objects.filter(pk__in=ids).select_related("party").order_by("added_at", "pk")) if ids else []


def asked_about(request: AccessRequest) -> list[SharedWork]:
    """What the newest round names: a declaration about conflicts is about it too."""
    return named_in(Round.objects.filter(request=request).order_by("-number").first())


def naming(works: Sequence[SharedWork], person: Person) -> list[SharedWork]:
    """Those that name the person, by whichever of their accounts; no statement if there are none."""
    accounts = list(accounts_of(person)) if works else []
    return [one for one in works if any(shared_work.names(one.colleague, each) for each in accounts)]


def members_among(works: Sequence[SharedWork], committees: set[UUID]) -> set[UUID]:
    """The ids of the rows that name a present member of one of these committees; no statement if there are none."""
    if not works or not committees:
        return set()
    found = CommitteeMember.objects.active().filter(committee__in=committees).select_related("person")
    people = {one.person for one in found}
    return {one.pk for one in works if any(shared_work.names(one.colleague, each) for each in people)}
