"""T53: every secret the portal gives out opens what it was made for, and nothing of any other kind."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.downloads.models import DownloadLink
from apps.identity.models import PersonSession
from apps.people.models import Person
from apps.tokens.commands.tokens import make_service_account, make_service_token
from apps.tokens.models import PersonalToken
from tests import stories
from tests.tokens.program import Program, authorised_program

pytestmark = pytest.mark.django_db


class Secrets:
    """One of each kind, all of one person who may download."""

    def __init__(self) -> None:
        access = stories.linked()
        self.person: Person = access.holder
        self.file = access.file
        account = make_service_account("p", purpose="A nightly pipeline.", days=30, by=self.person)
        waiting, program = Program(), authorised_program(self.person)
        waiting.ask()
        self.program, self.waiting = program, waiting
        browser = stories.client_for(self.person)
        _row, service = make_service_token(account, name="s", scopes=["read"], days=7, by=self.person)
        self.kinds: dict[str, str] = {
            "personal access token": stories.token(self.person, "read", "download"),
            "service token": service,
            "access token": program.got["access_token"],
            "refresh token": program.got["refresh_token"],
            "device code": waiting.asked["device_code"],
            "user code": waiting.asked["user_code"],
            "download link": access.token,
            "session key": str(browser.session.session_key),
            "form key": str(browser.get("/account/tokens/").context["csrf_token"]),
        }


def as_bearer(secrets: Secrets, secret: str) -> bool:
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def as_refresh(secrets: Secrets, secret: str) -> bool:
    return bool(Program().refresh(secret).status_code == 200)


def as_device_code(secrets: Secrets, secret: str) -> bool:
    """Any other answer than that nobody knows it would mean that it was taken for one."""
    return bool(Program().poll(secret).json().get("error") != "invalid_grant")


def as_user_code(secrets: Secrets, secret: str) -> bool:
    return stories.client_for(stories.person()).post(reverse("device"), {"user_code": secret[:20]}).status_code == 302


def as_link(secrets: Secrets, secret: str) -> bool:
    return Client().get(f"/d/{quote(secret, safe='')}/{secrets.file.name}").status_code == 200


def as_session(secrets: Secrets, secret: str) -> bool:
    client = Client()
    client.cookies["sessionid"] = secret
    return client.get("/account/").status_code == 200


def as_revocation(secrets: Secrets, secret: str) -> bool:
    before = PersonalToken.objects.filter(revoked_at__isnull=True).count()
    secrets.program.revoke(secret)
    return PersonalToken.objects.filter(revoked_at__isnull=True).count() < before


PURPOSES: dict[str, tuple[Callable[[Secrets, str], bool], set[str]]] = {
    "API": (as_bearer, {"personal access token", "service token", "access token"}),
    "refresh": (as_refresh, {"refresh token"}),
    "device code": (as_device_code, {"device code"}),
    "user code": (as_user_code, {"user code"}),
    "download": (as_link, {"download link"}),
    "session": (as_session, {"session key"}),
    "revocation": (as_revocation, {"access token", "refresh token"}),
}
KINDS = (
    "personal access token", "service token", "access token", "refresh token", "device code", "user code",
    "download link", "session key", "form key",
)  # fmt: skip


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_secret_serves_its_own_purpose_and_no_other(purpose: str) -> None:
    """T53: all pairs; what one try changed is undone before the next."""
    opens, own = PURPOSES[purpose]
    secrets = Secrets()
    opened = set()
    for kind, secret in secrets.kinds.items():
        with transaction.atomic():
            if opens(secrets, secret):
                opened.add(kind)
            transaction.set_rollback(True)
    assert opened == own


def test_every_kind_of_secret_is_tried() -> None:
    assert set(Secrets().kinds) == set(KINDS)


def test_every_stored_digest_is_tried() -> None:
    """T53: nor does what is stored of a secret open anything, anywhere."""
    secrets = Secrets()
    token = PersonalToken.objects.get(kind="device")
    stored: list[Any] = [token.digest, token.refresh_digest, secrets.person.sessions.first().key_digest]  # type: ignore[union-attr]
    stored += [row.digest for row in PersonalToken.objects.exclude(kind="device")]
    for opens, _own in PURPOSES.values():
        for digest in stored:
            assert not opens(secrets, str(digest))
    assert PersonSession.objects.exists()
    assert DownloadLink.objects.exists()
