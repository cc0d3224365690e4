"""Which providers' claims are accepted: added, changed and switched on by an operator, or at the command line."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.audit.record import Kind, record
from apps.core.actors import CONSOLE, SYSTEM, Actor
from apps.core.editing import check_unchanged
from apps.core.text import typed
from apps.people.commands.visas import drop_visas_of
from apps.people.entered import provider_facts
from apps.people.models import Institution, Provider
from apps.people.rules import check_can_set_up, check_domains, check_named, check_new_slug, check_provider

OF_SETTINGS = "home"


@transaction.atomic
def add_provider(slug: str, *, by: Actor, named: Iterable[Institution] = (), **facts: Any) -> Provider:
    """People may sign in through this provider from now on; adding it again changes it.

    `named` are the institutions that its claims may name.
    """
    check_named(by, CONSOLE)
    return _save(slug, by=by, named=named, is_active=True, **facts)


@transaction.atomic
def enter_provider(slug: str, *, by: Actor, named: Iterable[Institution] = (), **facts: Any) -> Provider:
    """An operator enters a provider. Nobody signs in through it until it is switched on: `activate_provider`."""
    check_can_set_up(by)
    check_new_slug(Provider, slug)
    return _save(slug, by=by, named=named, is_active=False, **facts)


@transaction.atomic
def change_provider(
    provider: Provider, *, by: Actor, named: Iterable[Institution] = (), seen: str = "", **facts: Any
) -> Provider:
    """An operator changes what was entered; whether it is switched on stays as it is.

    `seen` is the fingerprint of `provider_facts` that the editor opened, or empty to skip that check.
    """
    check_can_set_up(by)
    locked = Provider.objects.select_for_update().get(pk=provider.pk)
    check_unchanged(provider_facts(locked), seen)
    return _save(locked.slug, by=by, named=named, is_active=locked.is_active, **facts)


@transaction.atomic
def activate_provider(provider: Provider, *, by: Actor) -> None:
    """People may sign in through it from now on."""
    check_can_set_up(by)
    if Provider.objects.filter(pk=provider.pk, is_active=False).update(is_active=True):
        record(Kind.PROVIDER_ACTIVATED, actor=by, subject=provider, slug=provider.slug)


def _save(slug: str, *, by: Actor, named: Iterable[Institution] = (), **facts: Any) -> Provider:
    facts["name"] = typed(facts["name"], field="name").strip()
    check_provider(slug=slug, **facts)
    facts["domains"] = check_domains(facts.get("domains", ()))
    provider, _made = Provider.objects.update_or_create(slug=slug, defaults=facts)
    provider.allowed_institutions.set(named)
    if not provider.trusts_visas:
        drop_visas_of(provider, by=SYSTEM)
    record(Kind.PROVIDER_ADDED, actor=by, subject=provider, slug=slug)
    return provider


@transaction.atomic
def provider_from_settings(name: str = "", *, by: Actor) -> Provider:
    """The one provider that the settings name, for a portal that has just begun; made once."""
    check_named(by, SYSTEM, CONSOLE)
    known = Provider.objects.filter(issuer=settings.OIDC_ISSUER).first()
    if known is not None:
        return known
    return _save(
        OF_SETTINGS,
        name=name or settings.OIDC_NAME,
        issuer=settings.OIDC_ISSUER,
        client_id=settings.OIDC_RP_CLIENT_ID,
        secret_name=OF_SETTINGS,
        scopes=settings.OIDC_RP_SCOPES,
        is_active=True,
        by=by,
    )
