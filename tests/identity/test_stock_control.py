"""The control: what the library does as it is shipped, with the same provider and the same lies."""

import logging
from typing import Any

import pytest
from django.test import Client, override_settings

from apps.people.models import Person
from tests.identity import browser, false_claims
from tests.identity.false_claims import LIES, Lie
from tests.identity.provider import CLIENT_ID, CLIENT_SECRET, Provider

pytestmark = pytest.mark.django_db
READ_BY_IT = {"claims", "userinfo", "identity"}  # it asks for no metadata, and what it asks for is read here


@pytest.fixture
def stock(provider: Provider) -> Any:
    """The library's own views and backend, set up as its documentation says, with RS256."""
    with override_settings(
        ROOT_URLCONF="tests.identity.stock",
        AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        OIDC_RP_CLIENT_ID=CLIENT_ID,
        OIDC_RP_CLIENT_SECRET=CLIENT_SECRET,
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_RP_SCOPES="openid email",
        OIDC_USE_PKCE=False,
        OIDC_TIMEOUT=1,
        OIDC_OP_AUTHORIZATION_ENDPOINT=f"{provider.issuer}/authorize",
        OIDC_OP_TOKEN_ENDPOINT=f"{provider.issuer}/token",
        OIDC_OP_USER_ENDPOINT=f"{provider.issuer}/userinfo",
        OIDC_OP_JWKS_ENDPOINT=f"{provider.issuer}/jwks",
    ):
        Person.objects.create_person(name="Ann Holm", email="ann@nordvik.example")
        yield provider


def taken(provider: Provider, *used: Lie) -> bool:
    """Whether somebody is signed in after this lie."""
    false_claims.falsify(provider, *used)
    client = Client(raise_request_exception=False)
    browser.sign_in(client, provider)
    return "_auth_user_id" in client.session


def test_the_library_as_shipped_takes_several_of_these_lies(stock: Provider, caplog: pytest.LogCaptureFixture) -> None:
    """The same provider, the same harness: at least five lies get in there, and none gets in here (test_hostile)."""
    caplog.set_level(logging.CRITICAL)
    assert taken(stock), "the truth gets in"
    quick = [one for one in LIES if one.place in READ_BY_IT and one.field != "wire"]
    accepted = [str(one) for one in quick if taken(stock, one)]
    assert len(accepted) >= 5, accepted
    assert {"claims.aud=another client", "claims.iss=another", "userinfo.sub=somebody else"} <= set(accepted)


def test_the_library_as_shipped_takes_an_unverified_address_for_the_person(stock: Provider) -> None:
    """T31, L50: in the control an address nobody verified is enough to be somebody else."""
    stock.person |= {"sub": "a stranger", "email_verified": False}
    client = Client()
    browser.sign_in(client, stock)
    assert browser.person_in(client) == Person.objects.get()
