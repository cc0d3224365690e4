"""Sets of people, desks and tokens."""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, When

from apps.accounts.models import (
    Affiliation,
    Desk,
    Identity,
    Institution,
    InstitutionRole,
    Person,
    PersonalToken,
    PersonSession,
    Provider,
    Terms,
    TermsAcceptance,
)
from apps.core import clock, roles


def row_of(person: Any) -> QuerySet[Person]:
    """The person's own row, to hang questions on."""
    return Person.objects.filter(pk=roles.person_id(person))


def institution_named(name: str) -> Institution | None:
    return Institution.objects.filter(name__iexact=name.strip()).first()


def current_terms() -> Terms | None:
    """The version of the terms that counts today: the newest."""
    return Terms.objects.order_by("-version").first()


def has_accepted_terms(person: Any) -> bool:
    terms = current_terms()
    return terms is not None and TermsAcceptance.objects.filter(person_id=person.pk, terms=terms).exists()


def desks_of(person: Any) -> QuerySet[Desk]:
    """The desks this person holds now."""
    held = Desk.objects.filter(person_id=roles.person_id(person), person__is_active=True)
    return held.filter(starts_at__lte=clock.sql_now(), ends_at__gt=clock.sql_now())


def holds_desk(person: Any, kind: str) -> bool:
    return desks_of(person).filter(kind=kind).exists()


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


def digest(secret: str) -> str:
    """What is stored of a token: its SHA-256 (FIPS 180-4), lower-case hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_for(secret: str) -> PersonalToken | None:
    """The living token a script showed, found by one indexed look-up of its digest; None if there is none."""
    return PersonalToken.objects.alive().select_related("person").filter(digest=digest(secret)).first()


def colleagues_by_code(codes: list[str]) -> QuerySet[Person]:
    """Active people by the colleague codes they gave away themselves."""
    return Person.objects.filter(code__in=codes, is_active=True)


def people_by_id(ids: Iterable[UUID]) -> QuerySet[Person]:
    """The people behind ids, for pages that name who did something."""
    return Person.objects.filter(pk__in=set(ids))


def tokens_of(person: Any) -> QuerySet[PersonalToken]:
    """Every token this person ever made, newest first."""
    return PersonalToken.objects.filter(person_id=roles.person_id(person)).order_by("-created_at")


def providers() -> QuerySet[Provider]:
    """The providers that people may sign in with today."""
    return Provider.objects.active().select_related("institution")


def provider_by_issuer(issuer: str) -> Provider | None:
    return providers().filter(issuer=issuer).first()


def providers_matching(words: str) -> QuerySet[Provider]:
    """Those whose name or institution holds every word, or that serve the domain of an e-mail address, exactly.

    People are never looked up: the answer is the same whoever has an account here.
    """
    found = providers()
    domain = words.rpartition("@")[2].strip().lower()
    if "@" in words or ("." in domain and " " not in domain):
        return found.filter(domains__contains=[domain])
    for word in words.split()[:10]:
        found = found.filter(Q(name__icontains=word) | Q(institution__name__icontains=word))
    return found


def identities_of(person: Any) -> QuerySet[Identity]:
    """The identities this person signs in with, oldest first."""
    of_theirs = Identity.objects.filter(person_id=roles.person_id(person))
    return of_theirs.select_related("provider").order_by("linked_at", "pk")


def session_of_key(key: str) -> PersonSession | None:
    """The living session under this key, with its person, by one indexed look-up of its digest; None if there is none.

    `asked_at` is the moment of the question, so that nobody needs to ask for the time as well.
    """
    found = PersonSession.objects.alive().select_related("person__institution").filter(key_digest=digest(key))
    return found.annotate(asked_at=clock.sql_now()).first()


def sessions_of(person: Any) -> QuerySet[PersonSession]:
    """Where this person is signed in now, last used first."""
    return PersonSession.objects.alive().filter(person_id=roles.person_id(person)).order_by("-seen_at", "pk")


def all_sessions_of(person: Any) -> QuerySet[PersonSession]:
    """The same with those that have ended."""
    return PersonSession.objects.filter(person_id=roles.person_id(person))


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
