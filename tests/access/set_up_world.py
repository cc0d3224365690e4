"""What the access matrix asks about the pages of the set-up."""

from typing import Any
from uuid import UUID

from apps.access_requests.commands import publish_register
from apps.core.actors import CONSOLE
from apps.people.commands.first_operator import ALPHABET
from apps.people.commands.visas import trust_visa_issuer
from apps.people.models import Person, Provider
from apps.people.queries import manual_platform_roles

NOBODY = UUID("00000000-0000-4000-8000-000000000000")
ISSUER = "http://127.0.0.1:1"  # nobody answers there, and at once
Kwargs = dict[tuple[str, str], dict[str, Any]]
COMMITTEE = {"name": "Heart data committee", "rule": "majority", "quorum": 2, "review_days": 28}
PROVIDER = {
    "name": "Elsewhere", "issuer": f"{ISSUER}/other", "client_id": "portal", "secret_name": "home", "scopes": "openid",
}  # fmt: skip
VISAS = {
    "title": "Passports",
    "issuer": "https://v.example/",
    "jku": "https://v.example/k",
    "sources": "https://s.example",
}
CLAUSE = {"heading_1": "Use", "text_1": "For $purpose.", "plain_1": "Use it so.", "plain_da_1": "Brug det sådan."}
SET_UP_FORMS: dict[str, dict[str, Any]] = {
    "first_operator": {"code": ALPHABET},
    "set_up_institution_new": {"name": "A new hospital", "country": "DK"},
    "set_up_institution": {"name": "A renamed hospital", "country": "DK"},
    "set_up_committee": COMMITTEE,
    "set_up_provider_new": {**PROVIDER, "slug": "elsewhere"},
    "set_up_provider": {**PROVIDER, "issuer": ISSUER},
    "set_up_visa_issuer_new": {**VISAS, "slug": "new", "issuer": "https://w.example/"},
    "set_up_visa_issuer": VISAS,
    "set_up_register": {"public": "no"},
    "set_up_terms_new": {"text": "Be careful.", "text_da": "Vær forsigtig."},
    "set_up_template_new": {"title": "Agreement", "rows": "1", **CLAUSE},
}


def set_up_things(people: dict[str, Person], kwargs: Kwargs, data: Kwargs) -> None:
    """An institution with its official, a provider that nobody answers for, a visa issuer, and roles to end."""
    official = people["official"]
    publish_register(public=True, by=people["operator"])
    kwargs["institution", "known"] = {"pk": official.institution_id}
    kwargs["institution", "unknown"] = {"pk": NOBODY}
    kwargs["official", "known"] = {"pk": official.institution_id, "person": official.pk}
    kwargs["official", "unknown"] = {"pk": official.institution_id, "person": NOBODY}
    Provider.objects.create(
        slug="nowhere", name="Nowhere", issuer=ISSUER, client_id="portal", secret_name="home", is_active=False
    )
    trust_visa_issuer("visas", title="Visas", issuer=VISAS["issuer"], jku=VISAS["jku"], sources=["x"], provider=None,
                      by=CONSOLE)  # fmt: skip
    kwargs["provider", "off"], kwargs["provider", "unknown"] = {"slug": "nowhere"}, {"slug": "none"}
    kwargs["visa issuer", "trusted"], kwargs["visa issuer", "unknown"] = {"slug": "visas"}, {"slug": "none"}
    roles = manual_platform_roles()
    kwargs["role", "auditor"] = {"pk": roles.get(person=people["auditor"]).pk}
    kwargs["role", "last operator"] = {"pk": roles.get(person=people["operator"]).pk}
    kwargs["role", "unknown"] = {"pk": NOBODY}
    code = people["applicant"].code
    data["set_up_official_add", "known"] = {"code": code}
    data["set_up_owners", ""] = {"code": code, "institution": str(official.institution_id)}
    data["set_up_roles", ""] = {"code": code, "kind": "auditor", "days": 30}
    data["set_up_committee_new", ""] = {**COMMITTEE, "slug": "heart", "chair": code}
