"""Each secret replaced node by node: two nodes of neighbouring steps side by side, and nobody is refused.

The steps are those of "Rotating secrets" in docs/for-operators.md. Node A is one step ahead of node B.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core import signing
from django.test import Client, override_settings
from psycopg import sql

from apps.api import pagination
from apps.downloads import signing as links
from apps.identity import encryption
from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.backend import InstitutionalSignIn
from apps.identity.oidc.checks import Untrusted
from apps.tokens import queries as tokens
from tests import database, stories

OLD, NEW = "old-" + "kP2mWq8ZrT4vYx7N" * 4, "new-" + "sK1bLd9cGf3hJu6E" * 4
SECRET_KEY_STEPS: list[dict[str, Any]] = [
    {"SECRET_KEY": OLD, "SECRET_KEY_FALLBACKS": []},
    {"SECRET_KEY": OLD, "SECRET_KEY_FALLBACKS": [NEW]},
    {"SECRET_KEY": NEW, "SECRET_KEY_FALLBACKS": [OLD]},
]
LINK_STEPS: list[dict[str, Any]] = [
    {"LINK_KEYS": {"k1": OLD}, "LINK_KEY_ID": "k1"},
    {"LINK_KEYS": {"k1": OLD, "k2": NEW}, "LINK_KEY_ID": "k1"},
    {"LINK_KEYS": {"k1": OLD, "k2": NEW}, "LINK_KEY_ID": "k2"},
]


def neighbours(steps: list[dict[str, Any]]) -> list[Any]:
    """Each pair of nodes (who writes, who reads) that a change of one node after the other brings about."""
    pairs = list(itertools.pairwise(range(len(steps))))
    pairs += [(after, before) for before, after in pairs]
    return [pytest.param(steps[one], steps[other], id=f"step {one} writes, step {other} reads") for one, other in pairs]


@contextmanager
def node(step: dict[str, Any]) -> Iterator[None]:
    with override_settings(**step):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize(("writer", "reader"), neighbours(SECRET_KEY_STEPS))
def test_a_session_of_one_node_is_one_of_the_other(writer: dict[str, Any], reader: dict[str, Any]) -> None:
    """Case 41: SECRET_KEY. Signed in at one node, served by both in turns, and never asked to sign in again."""
    with node(writer):
        person = stories.person("Ingrid")
        browser: Client = stories.client_for(person)
    for here in (reader, writer, reader, writer):
        with node(here):
            assert browser.get("/account/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("writer", "reader"), neighbours(SECRET_KEY_STEPS))
def test_a_sign_in_that_began_at_one_node_ends_at_the_other(writer: dict[str, Any], reader: dict[str, Any]) -> None:
    """Case 41: state, nonce and PKCE verifier wait in the session of the visitor."""
    browser = Client()
    with node(writer):
        assert browser.get("/oidc/authenticate/").status_code == 302
        begun = dict(browser.session)
    with node(reader):
        assert begun
        assert dict(browser.session) == begun


@pytest.mark.django_db
@pytest.mark.parametrize(("writer", "reader"), neighbours(SECRET_KEY_STEPS))
def test_codes_cursors_and_sealed_secrets_of_one_node_are_read_by_the_other(
    writer: dict[str, Any], reader: dict[str, Any]
) -> None:
    with node(writer):
        stored = tokens.user_digest("ABCDEFGH")
        cursor = pagination._signer("datasets").sign("5")
        sealed = encryption.seal("JBSWY3DPEHPK3PXP")
    with node(reader):
        assert stored in tokens.user_digests("ABCDEFGH")
        assert pagination._signer("datasets").unsign(cursor) == "5"
        assert encryption.unseal(sealed) == "JBSWY3DPEHPK3PXP"


@pytest.mark.django_db
def test_the_control_without_the_step_between_is_signed_out() -> None:
    """The control: from the first step to the last at once, what one node writes the other does not know."""
    with node(SECRET_KEY_STEPS[2]):
        browser = stories.client_for(stories.person("Ingrid"))
        cursor = pagination._signer("datasets").sign("5")
    with node(SECRET_KEY_STEPS[0]):
        assert browser.get("/account/").status_code != 200
        with pytest.raises(signing.BadSignature):
            pagination._signer("datasets").unsign(cursor)


@pytest.mark.parametrize(("writer", "reader"), neighbours(LINK_STEPS))
def test_a_link_of_one_node_is_known_to_the_other(writer: dict[str, Any], reader: dict[str, Any]) -> None:
    """Case 41: LINK_KEYS; links were 404 in between."""
    with node(writer):
        token = links.new_token()
    with node(reader):
        assert links.digest_of(token)


def test_the_control_a_new_link_key_that_signs_at_once_is_unknown_elsewhere() -> None:
    with node(LINK_STEPS[2]):
        token = links.new_token()
    with node(LINK_STEPS[0]):
        assert links.digest_of(token) is None


# ---------------------------------------------------------------------------------------------- the client secret
class Provider:
    """A token endpoint that knows one client secret; `fetch` reports its refusal of others as one of two faults."""

    def __init__(self, secret: str, fault: str = "client_secret") -> None:
        self.secret, self.fault, self.tried = secret, fault, list[str]()

    def fetch(self, _url: str, *, form: dict[str, str], headers: dict[str, str]) -> oidc_http.Answer:
        self.tried.append(form["client_secret"])
        if form["client_secret"] != self.secret:
            raise Untrusted(self.fault)
        return oidc_http.Answer(kind="application/json", body=b"{}")


def token_answer(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> bytes:
    backend = InstitutionalSignIn()
    backend.provider = type("Row", (), {"secret_name": "home", "client_id": "gatehouse"})()
    monkeypatch.setattr(oidc_http, "fetch", provider.fetch)
    return backend._ask_for_token("https://idp/token", {"code": "c"}, basic=False)


@pytest.mark.parametrize("at_the_provider", [OLD, NEW])
@pytest.mark.parametrize("node_has", [(OLD, NEW), (NEW, OLD)])
@pytest.mark.parametrize("fault", ["client_secret", "status"])
def test_a_sign_in_succeeds_on_either_side_of_a_change_of_the_client_secret(
    at_the_provider: str, node_has: tuple[str, str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 41: the provider changes its secret at one moment, the nodes at others."""
    provider = Provider(at_the_provider, fault)
    first, second = node_has
    with override_settings(PROVIDER_SECRETS={"home": first}, PROVIDER_SECRET_FALLBACKS={"home": second}):
        assert token_answer(monkeypatch, provider) == b"{}"
    assert provider.tried[-1] == at_the_provider


def test_the_control_one_client_secret_is_refused_after_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(NEW)
    with override_settings(PROVIDER_SECRETS={"home": OLD}), pytest.raises(Untrusted, match="client_secret"):
        token_answer(monkeypatch, provider)
    assert provider.tried == [OLD]
    assert settings.PROVIDER_SECRET_FALLBACKS == {}


# ------------------------------------------------------------------------------------------ the database password
@pytest.mark.django_db
def test_two_logins_of_the_portal_work_side_by_side(database_urls: database.Urls, database_name: str) -> None:
    """Case 41: the second login is a member of gatehouse_app and acts as it, so that either can be replaced."""
    login, password = "gatehouse_app_2", "a-password-of-the-second-login"
    with psycopg.connect(database_urls.superuser, autocommit=True) as admin:
        names = {"login": sql.Identifier(login)}
        admin.execute(sql.SQL("DROP ROLE IF EXISTS {login}").format(**names))
        created = sql.SQL("CREATE ROLE {login} LOGIN PASSWORD {password} IN ROLE gatehouse_app")
        admin.execute(created.format(**names, password=sql.Literal(password)))
        admin.execute(sql.SQL("ALTER ROLE {login} SET role = gatehouse_app").format(**names))
    try:
        address = urlsplit(database_urls.app)._replace(path=f"/{database_name}")
        other = address._replace(netloc=f"{login}:{password}@127.0.0.1:{address.port}").geturl()
        with psycopg.connect(other) as second:
            assert second.execute("SELECT current_user, session_user").fetchone() == ("gatehouse_app", login)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                second.execute("DELETE FROM audit_event")
    finally:
        with psycopg.connect(database_urls.superuser, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP ROLE {login}").format(**names))
