"""Which providers' word is taken: added and switched off by an operator at the command line."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.audit.record import Kind, record
from apps.core.actors import CONSOLE, SYSTEM, Actor
from apps.people.commands.visas import drop_visas_of
from apps.people.models import Institution, Provider
from apps.people.rules import check_named, check_provider

OF_SETTINGS = "home"


@transaction.atomic
def add_provider(slug: str, *, by: Actor, named: Iterable[Institution] = (), **facts: Any) -> Provider:
    """People may sign in through this provider from now on; adding it again changes it.

    `named` are the institutions that its claims may name.
    """
    check_named(by, CONSOLE)
    return _add(slug, by=by, named=named, **facts)


def _add(slug: str, *, by: Actor, named: Iterable[Institution] = (), **facts: Any) -> Provider:
    check_provider(slug=slug, **facts)
    provider, _made = Provider.objects.update_or_create(slug=slug, defaults={**facts, "is_active": True})
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
    return _add(
        OF_SETTINGS,
        name=name or settings.OIDC_NAME,
        issuer=settings.OIDC_ISSUER,
        client_id=settings.OIDC_RP_CLIENT_ID,
        secret_name=OF_SETTINGS,
        scopes=settings.OIDC_RP_SCOPES,
        by=by,
    )
