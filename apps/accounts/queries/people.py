"""Sets of people, their institutions, affiliations and desks."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from apps.accounts.models import (
    Affiliation,
    Desk,
    DeskClaim,
    Identity,
    Institution,
    InstitutionRole,
    Person,
)
from apps.accounts.models.claims import STANDING, confirmed
from apps.core import clock, roles


def row_of(person: Any) -> QuerySet[Person]:
    """The person's own row, to hang questions on."""
    return Person.objects.filter(pk=roles.person_id(person))


def institution_named(name: str) -> Institution | None:
    return Institution.objects.filter(name__iexact=name.strip()).first()


def desks_of(person: Any) -> QuerySet[Desk]:
    """The desks this person holds now."""
    held = Desk.objects.filter(confirmed(), person_id=roles.person_id(person), person__is_active=True)
    return held.filter(starts_at__lte=clock.sql_now(), ends_at__gt=clock.sql_now())


def desks_by_claim() -> QuerySet[DeskClaim]:
    """The mappings that stand, each with the desks it gives (`held`), lapsed ones included."""
    now = clock.sql_now()
    held = Desk.objects.filter(ends_at__gt=now).select_related("person__institution").annotate(counts=flag(confirmed()))
    fetched = DeskClaim.objects.filter(STANDING).select_related("provider")
    return fetched.prefetch_related(Prefetch("desks", queryset=held.order_by("starts_at"), to_attr="held"))


def desks_by_hand() -> QuerySet[Desk]:
    """The desks that operators gave, which all have an end, soonest first."""
    held = Desk.objects.filter(claim__isnull=True, ends_at__gt=clock.sql_now(), person__is_active=True)
    return held.select_related("person__institution").order_by("ends_at")


def flag(condition: Q) -> Case:
    """A condition as a yes or no beside each row."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def claimed_desks_of(person: Any) -> QuerySet[Desk]:
    """The desks that claims gave this person, also those that wait for the provider to say so again."""
    return Desk.objects.filter(person_id=roles.person_id(person), claim__isnull=False, ends_at__gt=clock.sql_now())


def holds_desk(person: Any, kind: str) -> bool:
    return desks_of(person).filter(kind=kind).exists()


def holders_of_desk(kind: str) -> QuerySet[Person]:
    """Everyone who holds a desk of this kind now."""
    held = Desk.objects.filter(kind=kind, starts_at__lte=clock.sql_now(), ends_at__gt=clock.sql_now())
    return Person.objects.filter(pk__in=held.values("person_id"), is_active=True).order_by("pk")


def institutions_signed_for(person: Any) -> QuerySet[Institution]:
    """The institutions this person answers for as signing official; those that no longer stand behind them do not."""
    held = Affiliation.objects.in_force().filter(person_id=roles.person_id(person), institution=OuterRef("pk"))
    return roles.held(person, [Institution.SIGNING_OFFICIAL], Institution).filter(Exists(held)).order_by("name", "pk")


def people_of(institutions: QuerySet[Institution]) -> QuerySet[Person]:
    """Everyone whose home is there, or for whom the institution has ever stood; accounts merged away are left out."""
    known = Affiliation.objects.filter(person=OuterRef("pk"), institution__in=institutions.order_by().values("pk"))
    at_home = Q(institution__in=institutions.order_by().values("pk"))
    return Person.objects.filter(at_home | Q(Exists(known)), merged_into__isnull=True).order_by("name", "pk")


def people_standing_at(institution: Institution) -> QuerySet[Person]:
    """The same for one institution, each with until when it stands behind them, whether it ended that, and when they
    were last here; one statement however many there are.
    """
    theirs = Affiliation.objects.filter(person=OuterRef("pk"), institution=institution)
    now = Affiliation.objects.in_force().filter(person=OuterRef("pk"), institution=institution)
    seen = Identity.objects.filter(person=OuterRef("pk")).order_by().values("person")
    return people_of(Institution.objects.filter(pk=institution.pk)).annotate(
        until=Subquery(now.order_by("-lapses_at").values("lapses_at")[:1]),
        was_until=Subquery(theirs.order_by("-starts_at", "-pk").values("lapses_at")[:1]),
        was_ended_at=Subquery(theirs.order_by("-starts_at", "-pk").values("ended_at")[:1]),
        last_here=Subquery(seen.annotate(last=Max("last_seen_at")).values("last")),
    )


def named(people: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Those of them whose name, address or colleague code holds every word."""
    for word in words.split()[:10]:
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(code__iexact=word))
    return people


def colleagues_by_code(codes: list[str]) -> QuerySet[Person]:
    """Active people by the colleague codes they gave away themselves; a break-glass account is nobody's colleague."""
    return Person.objects.filter(code__in=codes, is_active=True, is_break_glass=False)


def people_by_id(ids: Iterable[UUID]) -> QuerySet[Person]:
    """The people behind ids, for pages that name who did something."""
    return Person.objects.filter(pk__in=set(ids))


def affiliations_of(person: Any) -> QuerySet[Affiliation]:
    """The affiliations of this person that hold now."""
    return Affiliation.objects.in_force().filter(person_id=roles.person_id(person))


def affiliation_behind(person: Any) -> Affiliation | None:
    """Whose word stands behind the person in what they do now: their home's if it counts, else the latest other one."""
    home_first = Case(When(institution_id=F("person__institution_id"), then=0), default=1, output_field=IntegerField())
    held = affiliations_of(person).select_related("institution")
    return held.order_by(home_first, "-confirmed_at", "pk").first()


def latest_affiliations_of(person: Any) -> QuerySet[Affiliation]:
    """The newest word of each institution about this person, with whether it still counts."""
    counts = Affiliation.objects.in_force().filter(pk=OuterRef("pk"))
    rows = Affiliation.objects.filter(person_id=roles.person_id(person)).annotate(counts=Exists(counts))
    fetched = rows.select_related("institution", "provider", "affirmed_by")
    return fetched.order_by("institution", "-starts_at", "-pk").distinct("institution")


def officials_of(institutions: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Who signs for these institutions today, by institution; one statement."""
    stands = Affiliation.objects.in_force().filter(person=OuterRef("user"), institution=OuterRef("content_object"))
    rows = InstitutionRole.objects.filter(
        Exists(stands), content_object__in=set(institutions), user__is_active=True,
        permission__codename=Institution.SIGNING_OFFICIAL,
    )  # fmt: skip
    found: dict[UUID, list[Person]] = {}
    for row in rows.select_related("user").order_by("user__name", "pk"):
        found.setdefault(row.content_object_id, []).append(row.user)
    return found


def accounts_of(person: Any) -> QuerySet[Person]:
    """The person's account and those that were merged into it: several accounts of one person are one person."""
    me = roles.person_id(person)
    return Person.objects.filter(Q(pk=me) | Q(merged_into_id=me))
