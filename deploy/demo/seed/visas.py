"""Whose visas the demo trusts: those of the demo's own issuer, about the people of its provider."""

from django.conf import settings

from apps.core.actors import CONSOLE
from apps.people.commands.providers import add_provider, provider_from_settings
from apps.people.commands.visas import trust_visa_issuer
from apps.people.models import Provider
from deploy.demo.people import VISA_SOURCE

KEPT = ("name", "issuer", "client_id", "secret_name")


def trust_demo_issuer() -> None:
    """The provider hands visas over from now on; the first sign-in of the applicant brings two."""
    provider = provider_from_settings(by=CONSOLE)
    facts = {name: getattr(provider, name) for name in KEPT}
    scopes = f"{provider.scopes} ga4gh_passport_v1"
    add_provider(provider.slug, by=CONSOLE, **{**facts, "scopes": scopes, "trusts_visas": True})
    trust_visa_issuer(
        "demo",
        title="Nordic Researcher Registry",
        issuer=f"{settings.OIDC_ISSUER}/visas",
        jku=f"{settings.OIDC_ISSUER}/visas/jwks.json",
        sources=[VISA_SOURCE],
        provider=Provider.objects.get(pk=provider.pk),
        by=CONSOLE,
    )
