"""Who sits where."""

from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.models import Person
from apps.accounts.models.claims import STANDING, confirmed
from apps.accounts.queries import flag
from apps.committees.models import Committee, Seat, SeatClaim
from apps.core import roles


def with_benches(found: QuerySet[Committee]) -> QuerySet[Committee]:
    """Committees with `seated`, the number of their seats held now."""
    held = Seat.objects.held().filter(committee=OuterRef("pk")).order_by().values("committee")
    count = Subquery(held.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return found.annotate(seated=Coalesce(count, 0))


def seats_of(committee: Committee) -> QuerySet[Seat]:
    """The seats held in this committee now, the chair first."""
    return Seat.objects.held().filter(committee=committee).select_related("person").order_by("-is_chair", "starts_at")


def committees_of(person: Any) -> QuerySet[Committee]:
    """The committees in which this person sits now, and may act."""
    held = Seat.objects.in_force().filter(person_id=roles.person_id(person))
    return Committee.objects.filter(pk__in=held.values("committee_id"))


def chaired_by(person: Any) -> QuerySet[Committee]:
    held = Seat.objects.in_force().filter(person_id=roles.person_id(person), is_chair=True)
    return Committee.objects.filter(pk__in=held.values("committee_id"))


def led_by(person: Any) -> Exists:
    """The condition "this person chairs it", for use in a query on committees."""
    held = Seat.objects.in_force().filter(person_id=roles.person_id(person), is_chair=True)
    return Exists(held.filter(committee=OuterRef("pk")))


def bench_of(committee: Committee) -> QuerySet[Person]:
    """The people seated in this committee now."""
    return Person.objects.filter(pk__in=Seat.objects.held().filter(committee=committee).values("person_id"))


def seats_by_claim() -> QuerySet[SeatClaim]:
    """The mappings that stand, each with the seats it gives (`held`), lapsed ones included."""
    held = Seat.objects.held().select_related("person__institution").annotate(counts=flag(confirmed()))
    fetched = SeatClaim.objects.filter(STANDING).select_related("provider", "committee")
    return fetched.prefetch_related(Prefetch("seats", queryset=held.order_by("starts_at"), to_attr="held"))


def claimed_seats_of(person: Any) -> QuerySet[Seat]:
    """The seats that claims gave this person, also those that wait for the provider to say so again."""
    mine = Seat.objects.held().filter(person_id=roles.person_id(person), claim__isnull=False)
    return mine.select_related("committee")


def public() -> QuerySet[Committee]:
    """Every committee: who decides about data is no secret."""
    return Committee.objects.select_related("institution").order_by("name")
