"""Sets of what a sign-in rests on and brings: providers, identities, sessions, terms, visas."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import (
    Exists,
    OuterRef,
    Q,
    QuerySet,
)
from django.urls import reverse

from apps.accounts.models import (
    Identity,
    LogoutWord,
    PersonSession,
    Provider,
    Terms,
    TermsAcceptance,
    Visa,
    VisaIssuer,
)
from apps.accounts.models.visas import ACCEPTED_TERMS
from apps.accounts.queries.tokens import digest
from apps.core import clock, roles
from apps.core.prepared import Prepared


def current_terms() -> Terms | None:
    """The version of the terms that counts today: the newest."""
    return Terms.objects.order_by("-version").first()


def terms_of_version(version: int) -> Terms | None:
    return Terms.objects.filter(version=version).first()


def address_of_terms(terms: Terms) -> str:
    """Where this version stands for ever; a visa that names the address speaks of this version."""
    return f"{settings.PORTAL_ADDRESS}{reverse('terms_version', args=[terms.version])}"


def terms_at(address: str) -> Terms | None:
    """The terms that count today if that is their address, letter by letter (GA4GH Passport 1.2, URL claims)."""
    terms = current_terms()
    return terms if terms is not None and address_of_terms(terms) == address else None


def accepted_terms(person: Any, at: datetime | None = None) -> Q:
    """The condition on terms that the person has accepted them: here, or at home as a visa says that counts."""
    moment, me = clock.sql_now(at), roles.person_id(person)
    here = TermsAcceptance.objects.filter(person_id=me, terms_id=OuterRef("pk"), accepted_at__lte=moment)
    at_home = counting_visas_of(person, ACCEPTED_TERMS, at).filter(terms_id=OuterRef("pk"))
    return Q(Exists(here)) | Q(Exists(at_home))


def has_accepted_terms(person: Any) -> bool:
    """Whether the terms that count today are among those the person has accepted; one statement."""
    current = Terms.objects.order_by("-version").values("pk")[:1]
    return Terms.objects.filter(accepted_terms(person), pk=current).exists()


def visa_issuers() -> QuerySet[VisaIssuer]:
    """Those whose signature on visas is believed today."""
    return VisaIssuer.objects.filter(ended_at__isnull=True)


def visas_of(person: Any) -> QuerySet[Visa]:
    """What the person's passports held at their last sign-ins, honoured or not; `asked_at` is this moment."""
    theirs = Visa.objects.filter(identity__person_id=roles.person_id(person), gone_at__isnull=True)
    return theirs.select_related("trusted").annotate(asked_at=clock.sql_now())


def counting_visas_of(person: Any, kind: str, at: datetime | None = None) -> QuerySet[Visa]:
    """The visas of one type that count for the person at the moment."""
    return Visa.objects.counting(at).filter(type=kind, identity__person_id=roles.person_id(person))


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


def _living(key_digest: str) -> QuerySet[PersonSession]:
    living = PersonSession.objects.alive().asked().select_related("person__institution", "provider")
    return living.filter(key_digest=key_digest)


_living_of = Prepared(_living, str)


def session_of_key(key: str) -> PersonSession | None:
    """The living session under this key, with its person, by one indexed look-up of its digest; None if there is none.

    `asked_at` is the moment of the question, so that nobody needs to ask for the time as well.
    """
    found: PersonSession | None = _living_of.first(digest(key))
    return found


def sessions_of(person: Any) -> QuerySet[PersonSession]:
    """Where this person is signed in now, last used first."""
    return PersonSession.objects.alive().filter(person_id=roles.person_id(person)).order_by("-seen_at", "pk")


def all_sessions_of(person: Any) -> QuerySet[PersonSession]:
    """The same with those that have ended."""
    return PersonSession.objects.filter(person_id=roles.person_id(person))


def signed_out_since(
    provider: Provider, *, subject: str, sid: str, asked_at: datetime | None, issued_at: datetime | None
) -> bool:
    """Whether the provider has said that they signed out: heard after they set out, and said after it vouched."""
    now = clock.now()
    words = LogoutWord.objects.filter(provider=provider, issued_at__gte=issued_at or now, at__gte=asked_at or now)
    about = Q(sid=sid, subject__in=["", subject]) if sid else Q(subject=subject)
    return words.filter(about | Q(subject=subject, sid="")).exists()
