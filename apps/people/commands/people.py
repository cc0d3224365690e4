"""Commands about people: create them, accept terms, assign and end platform roles."""

import hashlib
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock, roles
from apps.core.actors import CONSOLE, SYSTEM, Actor
from apps.core.editing import check_unchanged
from apps.core.text import typed
from apps.people.commands.affiliations import extend_affiliation
from apps.people.models import Identity, Institution, Person, PlatformRole, Provider, Terms, TermsAcceptance
from apps.people.queries import current_terms, platform_roles_of
from apps.people.rules import (
    check_active,
    check_another_operator,
    check_can_enter_name,
    check_can_have_platform_role,
    check_can_set_up,
    check_entered_name,
    check_named,
    check_not_break_glass,
    check_person,
    check_platform_role_period,
    check_same,
    check_terms,
    check_time_zone,
)


@transaction.atomic
def get_or_create_person(
    issuer: str,
    *,
    subject: str,
    name: str,
    email: str,
    email_verified: bool,
    by: Actor,
    provider: Provider | None = None,
    institution: Institution | None = None,
    claims: dict[str, Any] | None = None,
    scoped: str = "",
) -> Person:
    """The person with this identity (issuer, subject), created at the first sign-in. E-mail addresses never decide."""
    check_named(by, SYSTEM)
    identity = Identity.objects.select_related("person").filter(issuer=issuer, subject=subject).first()
    if identity is None:
        person = Person.objects.create_person(name=name, email=email, email_verified=email_verified)
        identity, made = Identity.objects.get_or_create(issuer=issuer, subject=subject, defaults={"person": person})
        if not made:  # two first sign-ins at once: the other one won, ours leaves nothing behind
            person.delete()
            return identity.person
        record(Kind.PERSON_CREATED, actor=person, subject=person)
    person = identity.person
    seen = {"last_seen_at": clock.now()} | ({"provider": provider, "claims": claims} if provider and claims else {})
    Identity.objects.filter(pk=identity.pk).update(**seen)
    changes: dict[str, Any] = {"name": name, "name_entered": False} if name else {}
    changes |= {"email": email, "email_verified": email_verified} if email else {}
    if claims and claims.get("orcid"):
        changes["orcid"] = claims["orcid"]
    if institution is not None:
        changes["institution"] = institution
    Person.objects.filter(pk=person.pk).update(**changes)
    if institution is not None:
        extend_affiliation(person, institution=institution, provider=provider, scoped=scoped, by=SYSTEM)
    person.refresh_from_db()
    return person


@transaction.atomic
def publish_terms(text: str, *, text_da: str, seen: str = "", by: Actor) -> Terms:
    """A new version of the terms for registered data, and everybody has to accept again.

    `seen` is the fingerprint of `{"version": n}` that the editor opened, or empty to skip that check.
    """
    check_can_set_up(by, CONSOLE)
    text, text_da = typed(text, field="text").strip(), typed(text_da, field="text_da").strip()
    check_terms(text, text_da)
    latest = current_terms()
    check_unchanged({"version": latest.version if latest else 0}, seen)
    terms = Terms.objects.create(
        version=latest.version + 1 if latest else 1,
        text=text,
        text_da=text_da,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    record(Kind.TERMS_PUBLISHED, actor=by, subject=terms, version=terms.version, sha256=terms.sha256)
    return terms


@transaction.atomic
def accept_terms(terms: Terms, *, by: Actor) -> TermsAcceptance:
    """The person accepts this version; accepting twice changes nothing."""
    by = check_person(by)
    check_active(by)
    check_not_break_glass(by)
    acceptance, made = TermsAcceptance.objects.get_or_create(person=by, terms=terms)
    if made:
        record(Kind.TERMS_ACCEPTED, actor=by, subject=terms, version=terms.version, sha256=terms.sha256)
    return acceptance


@transaction.atomic
def give_platform_role(person: Person, *, kind: str, days: int, by: Actor) -> PlatformRole:
    """The person has a platform role (auditor, operator) for so many days from now, whatever was assigned before."""
    check_can_set_up(by, CONSOLE)
    check_can_have_platform_role(person)
    check_platform_role_period(days)
    return _give_platform_role(person, kind=kind, days=days, by=by)


def _give_platform_role(person: Person, *, kind: str, days: int, by: Actor) -> PlatformRole:
    now = clock.now()
    ends_at = now + timedelta(days=days)
    before = PlatformRole.objects.filter(person=person, kind=kind, claim__isnull=True, ends_at__gt=now)
    before.filter(starts_at__lt=now).update(ends_at=now)
    role = PlatformRole.objects.create(person=person, kind=kind, ends_at=ends_at)
    record(Kind.PLATFORM_ROLE_GIVEN, actor=by, subject=person, role=kind, until=ends_at)
    return role


@transaction.atomic
def appoint_signing_official(person: Person, *, institution: Institution, by: Actor) -> None:
    """The person is a signing official of the institution, as long as they are affiliated with it."""
    check_can_set_up(by, CONSOLE)
    roles.assign(person, Institution.SIGNING_OFFICIAL, institution)
    extend_affiliation(person, institution=institution, by=SYSTEM)
    record(Kind.ROLE_GIVEN, actor=by, subject=person, about=[institution], role=Institution.SIGNING_OFFICIAL)


@transaction.atomic
def end_platform_role(person: Person, *, kind: str, by: Actor) -> None:
    """The person's platform role of this kind ends now."""
    check_can_set_up(by, CONSOLE)
    now = clock.now()
    if kind == PlatformRole.Kind.OPERATOR and by != CONSOLE:  # the command line can appoint another operator
        list(PlatformRole.objects.select_for_update().filter(kind=kind, ends_at__gt=now).order_by("pk"))
        check_another_operator(person)
    if platform_roles_of(person).filter(kind=kind).update(ends_at=now):
        record(Kind.PLATFORM_ROLE_ENDED, actor=by, subject=person, role=kind)


@transaction.atomic
def dismiss_signing_official(person: Person, *, institution: Institution, by: Actor) -> None:
    """The person is no longer a signing official of the institution."""
    check_can_set_up(by, CONSOLE)
    if roles.has_role(person, [Institution.SIGNING_OFFICIAL], institution):
        roles.remove(person, Institution.SIGNING_OFFICIAL, institution)
        record(Kind.ROLE_TAKEN, actor=by, subject=person, about=[institution], role=Institution.SIGNING_OFFICIAL)


@transaction.atomic
def set_institution(person: Person, *, institution: Institution, by: Actor) -> None:
    """The person's home institution."""
    check_can_set_up(by, CONSOLE)
    Person.objects.filter(pk=person.pk).update(institution=institution)
    extend_affiliation(person, institution=institution, by=SYSTEM)
    record(Kind.INSTITUTION_SET, actor=by, subject=person, about=[institution])


@transaction.atomic
def enter_name(person: Person, *, name: str, by: Actor) -> None:
    """The person enters their own name, because no provider sent one. A name sent later replaces it."""
    by = check_person(by)
    check_active(by)
    check_same(by, person)
    locked = Person.objects.select_for_update().get(pk=person.pk)
    check_can_enter_name(locked)
    name = check_entered_name(name)
    Person.objects.filter(pk=person.pk).update(name=name, name_entered=True)
    record(Kind.NAME_ENTERED, actor=by, subject=person)


@transaction.atomic
def choose_language(person: Person, *, language: str, by: Actor) -> None:
    """Notifications and pages use this language for the person."""
    by = check_person(by)
    Person.objects.filter(pk=person.pk).update(language=language)


@transaction.atomic
def choose_time_zone(person: Person, *, time_zone: str, by: Actor) -> None:
    """Pages and e-mails show the person times in this time zone (an IANA name)."""
    by = check_person(by)
    check_same(by, person)
    check_time_zone(time_zone)
    Person.objects.filter(pk=person.pk).update(time_zone=time_zone)
