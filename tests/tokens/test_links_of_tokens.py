"""A link that was made with a token ends with the token; every other link stays."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.downloads.models import DownloadLink
from apps.tokens.commands.tokens import end_service_account, make_service_account, make_service_token, revoke_token
from apps.tokens.models import PersonalToken
from tests import stories

pytestmark = pytest.mark.django_db


def personal(access: stories.Access) -> tuple[str, Callable[[], None]]:
    secret = stories.token(access.holder, "download")
    return secret, lambda: revoke_token(PersonalToken.objects.get(), by=access.holder)


def of_a_pipeline(access: stories.Access) -> tuple[str, Callable[[], None]]:
    owner = access.holder
    account = make_service_account("Pipeline", purpose="Every night.", days=30, by=owner)
    _row, secret = make_service_token(account, name="server", scopes=["download"], days=7, by=owner)
    return secret, lambda: end_service_account(account, by=owner)


def linked_by(secret: str, access: stories.Access) -> str:
    """The path of a link that was made with this token."""
    headers = {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/files/{access.file.pk}/links"
    made = Client().post(path, "", content_type="application/json", headers=headers)
    assert made.status_code == 201, made.content
    return "/" + str(made.json()["address"]).split("/", 3)[3]


@pytest.mark.parametrize("kind", [personal, of_a_pipeline])
def test_a_link_made_with_a_token_ends_with_it(
    kind: Callable[[stories.Access], tuple[str, Callable[[], None]]],
) -> None:
    """T48, T53: who revokes a stolen token leaves nothing behind; a link made on the page stays (control)."""
    access = stories.linked()
    secret, end = kind(access)
    path = linked_by(secret, access)
    assert Client().get(path).status_code == 200
    end()
    refused = Client().get(path)
    assert refused.status_code == 410
    assert "token" in refused.content.decode()
    assert Client().get(f"/d/{access.token}/{access.file.name}").status_code == 200


def test_the_short_token_of_a_program_may_change_and_its_link_stays() -> None:
    """A token whose time is up ends no link: the link has its own end."""
    access = stories.granted()
    secret = stories.token(access.holder, "download")
    path = linked_by(secret, access)
    token, link = PersonalToken.objects.get(), DownloadLink.objects.get()
    PersonalToken.objects.filter(pk=token.pk).update(expires_at=link.made_at + (link.expires_at - link.made_at) / 9999)
    assert link.made_with == token
    assert Client().get(path).status_code == 200
