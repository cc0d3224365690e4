"""Desks that follow what a provider says: mapped by an operator in a shell, given and taken at each sign-in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.accounts import rules
from apps.accounts.models import Desk, DeskClaim, Person, PersonSession, Provider
from apps.accounts.models.claims import CONFIRMED_FOR, STANDING
from apps.accounts.visas import Followed, says
from apps.audit.record import Kind, record
from apps.core import clock

UNSAID_FOR = timedelta(days=366)  # a desk that nobody has confirmed for a year is over


@transaction.atomic
def map_desk(provider: Provider, *, claim: str, value: str, desk: str, by: Person | None) -> DeskClaim:
    """Whoever this provider says holds the value has the desk from their next sign-in on."""
    rules.check_claim_rule(claim=claim, value=value)
    rules.check_desk_kind(desk)
    made, new = DeskClaim.objects.filter(STANDING).get_or_create(provider=provider, claim=claim, value=value, desk=desk)
    if new:
        record(Kind.CLAIM_MAPPED, actor=by, subject=made, about=[provider], desk=desk)
    return made


@transaction.atomic
def unmap_desk(rule: DeskClaim, *, by: Person | None) -> None:
    """The claim gives the desk to nobody any more; whoever has it by this claim loses it now."""
    if DeskClaim.objects.filter(STANDING, pk=rule.pk).update(ended_at=clock.now()):
        record(Kind.CLAIM_UNMAPPED, actor=by, subject=rule, about=[rule.provider_id], desk=rule.desk)
    for desk in Desk.objects.filter(claim=rule, ends_at__gt=clock.now()).select_related("person", "claim"):
        _lose(desk)


@transaction.atomic
def follow_desk_claims(person: Person, *, provider: Provider, said: Mapping[str, Any], by: Person | None) -> Followed:
    """What this provider says now gives, confirms and takes the desks that come from it, and touches no other.

    Whoever they do not name loses their desk, and nothing else of theirs.
    """
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    standing = list(DeskClaim.objects.filter(STANDING, provider=provider))
    wanted = {rule.desk: rule for rule in standing if says(said, rule.claim, rule.value)}
    now = clock.now()
    for desk in Desk.objects.filter(person=person, claim__provider=provider, ends_at__gt=now).select_related(
        "claim", "person"
    ):
        rule = wanted.pop(desk.kind, None)
        if rule is None:
            _lose(desk)
        else:
            Desk.objects.filter(pk=desk.pk).update(claim=rule, **_confirmed(now))
    for kind, rule in wanted.items():
        Desk.objects.create(person=person, kind=kind, claim=rule, starts_at=now, **_confirmed(now))
        record(Kind.DESK_GAINED, actor=None, subject=person, about=[rule], desk=kind)
    return Followed(gives=bool(standing), gained=bool(wanted))


@transaction.atomic
def note_roles_told(session: PersonSession, *, gives: bool, by: Person | None) -> None:
    """The provider of this session has just said which roles its person has; one that gives none is asked no more."""
    told_at = clock.now() if gives else None
    PersonSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(roles_confirmed_at=told_at)


def _confirmed(now: Any) -> dict[str, Any]:
    return {"confirmed_until": now + CONFIRMED_FOR, "ends_at": now + UNSAID_FOR}


def _lose(desk: Desk) -> None:
    """The desk ends now, by the provider's word or the mapping's end."""
    now = clock.now()
    Desk.objects.filter(pk=desk.pk).update(ends_at=now, confirmed_until=now)
    record(Kind.DESK_LOST, actor=None, subject=desk.person, about=[desk.claim] if desk.claim else [], desk=desk.kind)
