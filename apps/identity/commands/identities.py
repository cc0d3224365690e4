"""Which identities are one person: linked by that person in one sitting, split and merged by an operator."""

from typing import Any

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM, Actor
from apps.core.text import typed
from apps.identity.commands.sessions import end_sessions_from, end_sessions_of
from apps.identity.rules import (
    check_can_merge,
    check_can_split,
    check_not_merged,
    check_open,
    check_still_there,
)
from apps.people.commands.affiliations import carry_ended, extend_affiliation
from apps.people.commands.visas import drop_visas_of
from apps.people.models import Identity, IdentityChange, Institution, Person, Provider
from apps.people.rules import (
    check_active,
    check_another_operator,
    check_can_set_up,
    check_not_break_glass,
    check_operator,
    check_operator_can_sign_in,
    check_person,
    check_reason,
)
from apps.tokens.models import PersonalToken


@transaction.atomic
def deactivate(person: Person, *, by: Actor) -> None:
    """The person is out: pages, tokens and links refuse them from the next request on."""
    check_operator(by, CONSOLE)
    check_open(Person.objects.select_for_update().get(pk=person.pk))
    if by != CONSOLE:  # the command line can appoint another operator
        check_another_operator(person)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    person.is_active = False
    end_sessions_of(person, by=SYSTEM)
    record(Kind.PERSON_DEACTIVATED, actor=by, subject=person)


@transaction.atomic
def close_account(person: Person, *, reason: str, by: Actor) -> None:
    """The same by an operator on a page; auditors and other operators read the reason."""
    check_operator(check_person(by))
    reason = check_reason(typed(reason, field="reason"))
    deactivate(person, by=by)
    Person.objects.filter(pk=person.pk).update(closed_because=reason)
    person.closed_because = reason


@transaction.atomic
def reactivate(person: Person, *, by: Actor) -> None:
    """The person may use the portal again; what was revoked meanwhile stays revoked."""
    check_operator(by, CONSOLE)
    check_not_merged(Person.objects.select_for_update().get(pk=person.pk))
    Person.objects.filter(pk=person.pk).update(is_active=True, closed_because="")
    person.is_active = True
    record(Kind.PERSON_REACTIVATED, actor=by, subject=person)


@transaction.atomic
def deactivate_provider(provider: Provider, *, by: Actor) -> None:
    """Nobody signs in through it any more, and whoever did is out; its people and their identities stay."""
    check_can_set_up(by, CONSOLE)
    if by != CONSOLE:  # the command line does not depend on a provider
        check_operator_can_sign_in(provider)
    if Provider.objects.filter(pk=provider.pk, is_active=True).update(is_active=False):
        end_sessions_from(provider, by=SYSTEM)
        drop_visas_of(provider, by=SYSTEM)
        record(Kind.PROVIDER_DEACTIVATED, actor=by, subject=provider, slug=provider.slug)


@transaction.atomic
def link_identity(
    person: Person,
    *,
    provider: Provider,
    subject: str,
    claims: dict[str, Any],
    institution: Institution | None = None,
    scoped: str = "",
    by: Actor,
) -> bool:
    """The person signs in with this identity too, from now on; False if it is somebody else's already.

    The person is then affiliated with its institution as well; their home institution does not change.
    """
    by = check_person(by)
    check_active(by)
    check_not_break_glass(person)
    identity, made = Identity.objects.get_or_create(
        issuer=provider.issuer, subject=subject, defaults={"person": person, "provider": provider}
    )
    if identity.person_id != person.pk:
        return False
    Identity.objects.filter(pk=identity.pk).update(last_seen_at=clock.now(), claims=claims, provider=provider)
    if made:
        IdentityChange.objects.create(kind=IdentityChange.Kind.LINKED, identity=identity, now_of=person, by=by)
        record(Kind.IDENTITY_LINKED, actor=by, subject=person, about=[identity.pk])
    if institution is not None:
        extend_affiliation(person, institution=institution, provider=provider, scoped=scoped, by=SYSTEM)
    return True


@transaction.atomic
def split_identity(identity: Identity, *, by: Actor, reason: str) -> Person:
    """The identity is somebody else's after all: a new person has it, and everything done so far stays where it is.

    Whoever is signed in as the old person is signed out, their tokens are revoked, and their links wait for the next
    sign-in: the other person may control any of these.
    """
    by = check_person(by)
    check_operator(by)
    reason = check_reason(reason)
    old = Person.objects.select_for_update().get(pk=identity.person_id)
    check_can_split(identity, old)
    new = Person.objects.create_person(name="", email="", language=old.language)
    moved = Identity.objects.filter(pk=identity.pk, person=old).update(person=new)
    check_still_there(moved)
    carry_ended(old, to=new, by=by)
    _note(IdentityChange.Kind.SPLIT, identity, was_of=old, now_of=new, by=by, reason=reason)
    _sign_out(old)
    _revoke_tokens(old, by=by)
    record(Kind.PERSON_CREATED, actor=by, subject=new)
    record(Kind.IDENTITY_SPLIT, actor=by, subject=old, about=[new, identity.pk])
    return new


@transaction.atomic
def merge_people(person: Person, *, into: Person, by: Actor, reason: str) -> None:
    """Two accounts are one person: all identities lead to `into`, and the other account is closed.

    Grants, votes and signatures stay with the account that was given or gave them; access has to be requested again.
    """
    by = check_person(by)
    check_operator(by)
    reason = check_reason(reason)
    both = {
        one.pk: one for one in Person.objects.select_for_update().filter(pk__in=[person.pk, into.pk]).order_by("pk")
    }
    check_can_merge(both.get(person.pk), both.get(into.pk))
    check_another_operator(person)
    for identity in Identity.objects.filter(person=person):
        Identity.objects.filter(pk=identity.pk).update(person=into)
        _note(IdentityChange.Kind.MERGED, identity, was_of=person, now_of=into, by=by, reason=reason)
    Person.objects.filter(merged_into=person).update(merged_into=into)
    Person.objects.filter(pk=person.pk).update(is_active=False, merged_into=into)
    _sign_out(both[person.pk])
    person.refresh_from_db()
    record(Kind.PERSON_DEACTIVATED, actor=by, subject=person)
    record(Kind.PEOPLE_MERGED, actor=by, subject=into, about=[person])


def _note(kind: str, identity: Identity, *, was_of: Person, now_of: Person, by: Person, reason: str) -> None:
    IdentityChange.objects.create(kind=kind, identity=identity, was_of=was_of, now_of=now_of, by=by, reason=reason)


def _sign_out(person: Person) -> None:
    """Every session of the person ends: a session carries a digest of the (unusable) password, which is made again."""
    person.set_unusable_password()
    Person.objects.filter(pk=person.pk).update(password=person.password)
    end_sessions_of(person, by=SYSTEM)


def _revoke_tokens(person: Person, *, by: Person) -> None:
    now, living = clock.now(), PersonalToken.objects.filter(person=person, revoked_at__isnull=True)
    for token in living.select_for_update().order_by("pk"):
        PersonalToken.objects.filter(pk=token.pk).update(revoked_at=now)
        record(Kind.TOKEN_REVOKED, actor=by, subject=token, kind_of_token=token.kind)
    Person.objects.filter(pk=person.pk, signed_out_at__isnull=True).update(signed_out_at=now)
