"""A person's browser on its way to a provider and back."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.people.models import Person, Provider
from tests.identity import provider as loopback


def row(provider: loopback.Provider, slug: str = "nordvik", **facts: Any) -> Provider:
    """The provider as the portal knows it."""
    known = {"name": "Nordvik University Hospital", "client_id": loopback.CLIENT_ID, "secret_name": "home", **facts}
    made, _new = Provider.objects.update_or_create(issuer=provider.issuer, defaults={"slug": slug, **known})
    return made


def start(client: Client, **asked: str) -> HttpResponse:
    return client.get(reverse("oidc_authentication_init"), asked)


def asked_of(answer: HttpResponse) -> dict[str, str]:
    """What the portal asks the provider, as its redirect says it."""
    return dict(parse_qsl(urlsplit(answer["Location"]).query))


def come_back(client: Client, said: Any) -> HttpResponse:
    return client.get(f"{reverse('oidc_authentication_callback')}?{urlencode(said, doseq=True)}")


def sign_in(client: Client, at: loopback.Provider, /, **asked: str) -> HttpResponse:
    """There and back; the answer of the last step that was reached."""
    answer = start(client, **asked)
    if answer.status_code != 302:
        return answer
    return come_back(client, at.authorize(asked_of(answer)))


def person_in(client: Client) -> Person | None:
    """Who is signed in, in this browser."""
    return Person.objects.filter(pk=client.session.get("_auth_user_id")).first()


def refusals() -> list[str]:
    """Why sign-ins were turned away, in order."""
    return [event.facts["why"] for event in Event.objects.filter(kind=Kind.SIGN_IN_REFUSED)]
