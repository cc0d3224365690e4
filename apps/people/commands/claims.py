"""Platform roles from a provider's claims: mapped by an operator in a shell, assigned and ended at each sign-in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM, Actor
from apps.people.models import Person, PlatformRole, PlatformRoleClaim, Provider
from apps.people.models.claims import CONFIRMED_FOR, CURRENT
from apps.people.rules import check_claim_rule, check_named, check_platform_role
from apps.people.sign_in import Followed, says

UNSAID_FOR = timedelta(days=366)  # a role that nobody has confirmed for a year has ended


@transaction.atomic
def add_platform_role_claim(provider: Provider, *, claim: str, value: str, role: str, by: Actor) -> PlatformRoleClaim:
    """Whoever this provider says has the value has the role from their next sign-in on."""
    check_named(by, CONSOLE)
    check_claim_rule(claim=claim, value=value)
    check_platform_role(role)
    made, new = PlatformRoleClaim.objects.filter(CURRENT).get_or_create(
        provider=provider, claim=claim, value=value, role=role
    )
    if new:
        record(Kind.CLAIM_MAPPED, actor=by, subject=made, about=[provider], role=role)
    return made


@transaction.atomic
def end_platform_role_claim(rule: PlatformRoleClaim, *, by: Actor) -> None:
    """The claim gives the role to nobody any more; whoever has it from this claim loses it now."""
    check_named(by, CONSOLE)
    if PlatformRoleClaim.objects.filter(CURRENT, pk=rule.pk).update(ended_at=clock.now()):
        record(Kind.CLAIM_UNMAPPED, actor=by, subject=rule, about=[rule.provider_id], role=rule.role)
    for role in PlatformRole.objects.filter(claim=rule, ends_at__gt=clock.now()).select_related("person", "claim"):
        _lose(role, by=by)


@transaction.atomic
def sync_platform_role_claims(person: Person, *, provider: Provider, said: Mapping[str, Any], by: Actor) -> Followed:
    """Assign, confirm and end the platform roles that come from this provider's claims, and change no other.

    Whoever they do not name loses their role, and nothing else of theirs.
    """
    check_named(by, SYSTEM)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    current = list(PlatformRoleClaim.objects.filter(CURRENT, provider=provider))
    wanted = {rule.role: rule for rule in current if says(said, rule.claim, rule.value)}
    now = clock.now()
    for role in PlatformRole.objects.filter(person=person, claim__provider=provider, ends_at__gt=now).select_related(
        "claim", "person"
    ):
        rule = wanted.pop(role.kind, None)
        if rule is None:
            _lose(role, by=by)
        else:
            PlatformRole.objects.filter(pk=role.pk).update(claim=rule, **_confirmed(now))
    for kind, rule in wanted.items():
        PlatformRole.objects.create(person=person, kind=kind, claim=rule, starts_at=now, **_confirmed(now))
        record(Kind.PLATFORM_ROLE_GAINED, actor=by, subject=person, about=[rule], role=kind)
    return Followed(gives=bool(current), gained=bool(wanted))


def _confirmed(now: Any) -> dict[str, Any]:
    return {"confirmed_until": now + CONFIRMED_FOR, "ends_at": now + UNSAID_FOR}


def _lose(role: PlatformRole, *, by: Actor) -> None:
    """The role ends now, because the provider or the end of the mapping says so."""
    now = clock.now()
    PlatformRole.objects.filter(pk=role.pk).update(ends_at=now, confirmed_until=now)
    record(
        Kind.PLATFORM_ROLE_LOST, actor=by, subject=role.person, about=[role.claim] if role.claim else [], role=role.kind
    )
