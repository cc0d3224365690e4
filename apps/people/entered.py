"""What operators enter about institutions, providers and visa issuers: the values of which a fingerprint is made."""

from typing import Any

from apps.people.models import Institution, Provider, VisaIssuer

PROVIDER_FIELDS = (
    "name", "issuer", "client_id", "secret_name", "scopes", "requested_acr", "second_factor_acrs", "claims",
    "institution_id", "domains", "trusts_visas",
)  # fmt: skip
VISA_ISSUER_FIELDS = ("title", "issuer", "jku", "sources", "provider_id", "ended_at")
INSTITUTION_FIELDS = ("name", "country", "ror", "domains", "contact_email")


def provider_facts(provider: Provider) -> dict[str, Any]:
    """What an operator enters about a provider, by field; the values of which `editing.fingerprint` is made."""
    named = sorted(str(pk) for pk in provider.allowed_institutions.values_list("pk", flat=True))
    return {name: getattr(provider, name) for name in PROVIDER_FIELDS} | {"allowed_institutions": named}


def visa_issuer_facts(issuer: VisaIssuer) -> dict[str, Any]:
    """The same for a visa issuer."""
    return {name: getattr(issuer, name) for name in VISA_ISSUER_FIELDS}


def institution_facts(institution: Institution) -> dict[str, Any]:
    """The same for an institution."""
    return {name: getattr(institution, name) for name in INSTITUTION_FIELDS}
