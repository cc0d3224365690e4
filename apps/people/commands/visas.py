"""Verbs about visas: whose are trusted, by an operator; which ones a sign-in brought."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM, Actor
from apps.core.editing import check_unchanged
from apps.core.text import typed
from apps.people.entered import visa_issuer_facts
from apps.people.models import Identity, Provider, Visa, VisaIssuer
from apps.people.rules import check_can_set_up, check_named, check_new_slug, check_visa_issuer
from apps.people.sign_in import PresentedVisa

# What identifies a visa that is issued again; its end may move.
SAME = ("issuer", "subject", "type", "value", "source", "by", "asserted_at", "trusted", "terms", "accepted", "why")


@transaction.atomic
def trust_visa_issuer(slug: str, *, by: Actor, new: bool = False, seen: str = "", **facts: Any) -> VisaIssuer:
    """Visas of this issuer, from these sources, count from the next sign-ins on; adding it again changes it.

    `new`: it must replace none. `seen` is the fingerprint of `visa_issuer_facts` that the editor opened, or empty.
    """
    check_can_set_up(by, CONSOLE)
    facts["title"] = typed(facts["title"], field="title").strip()
    check_visa_issuer(slug=slug, **facts)
    if new:
        check_new_slug(VisaIssuer, slug)
    known = VisaIssuer.objects.select_for_update().filter(slug=slug).first()
    if known is not None:
        check_unchanged(visa_issuer_facts(known), seen)
    _let_go(Visa.objects.filter(trusted__slug=slug))
    issuer, _made = VisaIssuer.objects.update_or_create(slug=slug, defaults={**facts, "ended_at": None})
    record(Kind.VISA_ISSUER_ADDED, actor=by, subject=issuer, slug=slug)
    return issuer


@transaction.atomic
def untrust_visa_issuer(issuer: VisaIssuer, *, by: Actor) -> None:
    """None of its visas counts from now on, also those that were accepted."""
    check_can_set_up(by, CONSOLE)
    if VisaIssuer.objects.filter(pk=issuer.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        record(Kind.VISA_ISSUER_ENDED, actor=by, subject=issuer, slug=issuer.slug)


@transaction.atomic
def store_visas(provider: Provider, *, subject: str, visas: list[PresentedVisa], by: Actor) -> None:
    """The passport of this identity holds these visas now: what was there and is no longer, no longer counts."""
    check_named(by, SYSTEM)
    identity = Identity.objects.select_for_update().get(issuer=provider.issuer, subject=subject)
    kept = list(Visa.objects.filter(identity=identity, gone_at__isnull=True))
    if not kept and not visas:
        return
    now = clock.now()
    found = {_key(one): one for one in kept if one.expires_at is None or one.expires_at > now}
    staying = []
    for visa in {_key(one): one for one in visas}.values():
        before = found.pop(_key(visa), None)
        if before is None:
            Visa.objects.create(identity=identity, starts_at=now, expires_at=visa.expires_at, **_facts(visa))
            continue
        staying.append(before.pk)
        if before.expires_at != visa.expires_at:
            Visa.objects.filter(pk=before.pk).update(expires_at=visa.expires_at)
    Visa.objects.filter(pk__in=[one.pk for one in kept if one.pk not in staying]).update(gone_at=now)
    counts = {"accepted": sum(one.accepted for one in visas), "ignored": sum(not one.accepted for one in visas)}
    record(Kind.VISAS_READ, actor=by, subject=identity, about=[identity.person_id], **counts)


@transaction.atomic
def drop_visas_of(provider: Provider, *, by: Actor) -> None:
    """The provider's word about visas is no longer taken; inside that command's own transaction."""
    check_named(by, SYSTEM)
    _let_go(Visa.objects.filter(identity__issuer=provider.issuer))


def _let_go(visas: QuerySet[Visa]) -> None:
    visas.filter(gone_at__isnull=True).update(gone_at=clock.now())


def _facts(visa: PresentedVisa | Visa) -> dict[str, Any]:
    return {name: getattr(visa, name) for name in SAME}


def _key(visa: PresentedVisa | Visa) -> tuple[Any, ...]:
    return tuple(_facts(visa).values())
