"""Sets of people, desks and tokens."""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Prefetch, Q, QuerySet, Value, When

from apps.accounts.models import (
    Affiliation,
    Desk,
    DeskClaim,
    Identity,
    Institution,
    Person,
    PersonalToken,
    PersonSession,
    Provider,
    Terms,
    TermsAcceptance,
)
from apps.accounts.models.claims import STANDING, confirmed
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


def institutions_signed_for(person: Any) -> QuerySet[Institution]:
    """The institutions this person answers for as signing official."""
    return roles.held(person, [Institution.SIGNING_OFFICIAL], Institution)


def people_of_institutions_signed_for(person: Any) -> QuerySet[Person]:
    """Everyone whose home institution this person answers for."""
    return Person.objects.filter(institution__in=institutions_signed_for(person)).order_by("name", "pk")


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
    found = PersonSession.objects.alive().select_related("person__institution", "provider")
    found = found.filter(key_digest=digest(key))
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


def affiliations_of_all(people: QuerySet[Person]) -> QuerySet[Affiliation]:
    """The affiliations of these people that hold now, the longest last."""
    return Affiliation.objects.in_force().filter(person__in=people).order_by("lapses_at", "pk")


def accounts_of(person: Any) -> QuerySet[Person]:
    """The person's account and those that were merged into it: several accounts of one person are one person."""
    me = roles.person_id(person)
    return Person.objects.filter(Q(pk=me) | Q(merged_into_id=me))
