"""The demo's identity provider keeps to the protocol that the portal relies on."""

import base64
import hashlib
import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from deploy.demo.embedded import servers
from deploy.demo.embedded.process import running
from deploy.demo.embedded.world import ROOT, World
from deploy.demo.people import AUDITORS, PEOPLE, DemoPerson, person
from tests.database import Urls

VERIFIER = "a-verifier-of-at-least-forty-three-characters-long"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
HOME = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, provider_urls: Urls) -> Iterator[World]:
    """A provider that runs for the tests of this file."""
    world = World(tmp_path_factory.mktemp("provider"))
    world.take_ports()
    world.ports["web"] = 8000
    command = [sys.executable, "-m", "deploy.demo.identity_provider.prepare"]
    subprocess.run(command, cwd=ROOT, env=world.provider_env(provider_urls), check=True)
    with running(servers.provider(world, provider_urls)):
        yield world


def ask(world: World, **changed: str | None) -> dict[str, str]:
    facts = {
        "response_type": "code",
        "client_id": "gatehouse",
        "redirect_uri": f"{HOME}/oidc/callback/",
        "scope": "openid email profile",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    return {name: value for name, value in facts.items() if value is not None}


def sign_in(world: World, who: DemoPerson, browser: requests.Session, **changed: str | None) -> requests.Response:
    """Type the e-mail and password of a demo person; the answer that leads back to the portal."""
    page = browser.get(f"{world.address('idp')}/authorize/", params=ask(world, **changed))
    fields = dict(re.findall(r'name="(csrfmiddlewaretoken|next)" value="([^"]+)"', page.text))
    typed = {name: html.unescape(value) for name, value in fields.items()}
    typed |= {"email": who.email, "password": who.password}
    answer = browser.post(page.url, data=typed, allow_redirects=False)
    return browser.get(world.address("idp") + answer.headers["Location"], allow_redirects=False)


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def redeem(world: World, code: str, verifier: str = VERIFIER) -> requests.Response:
    return requests.post(
        f"{world.address('idp')}/token/",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{HOME}/oidc/callback/",
            "code_verifier": verifier,
            "client_id": "gatehouse",
            "client_secret": world.secrets.take("client"),
        },
    )


@pytest.fixture
def tokens(world: World) -> dict[str, str]:
    """What the applicant's sign-in gives the portal."""
    answer = redeem(world, code_of(sign_in(world, person("applicant"), requests.Session())))
    found: dict[str, str] = answer.json()
    return found


def claims_of(world: World, token: str) -> dict[str, object]:
    keys = jwt.PyJWKClient(f"{world.address('idp')}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(token)
    said: dict[str, object] = jwt.decode(
        token, key, algorithms=["RS256"], audience="gatehouse", issuer=world.address("idp")
    )
    return said


def test_a_token_says_who_by_a_stable_subject(world: World, tokens: dict[str, str]) -> None:
    said = claims_of(world, tokens["id_token"])
    ingrid = person("applicant")
    assert (said["sub"], said["email"], said["email_verified"], said["name"], said["nonce"]) == (
        ingrid.subject,
        ingrid.email,
        True,
        ingrid.name,
        "a-nonce",
    )
    assert abs(int(str(said["auth_time"])) - int(str(said["iat"]))) < 10


def test_userinfo_speaks_of_the_same_subject(world: World, tokens: dict[str, str]) -> None:
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    said = requests.get(f"{world.address('idp')}/userinfo/", headers=bearer).json()
    assert (said["sub"], said["email_verified"]) == (person("applicant").subject, True)


@pytest.mark.parametrize(
    "changed",
    [{"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": "plain"}],
    ids=["without PKCE", "plain PKCE"],
)
def test_a_weak_start_gives_no_code(world: World, changed: dict[str, str | None]) -> None:
    browser = requests.Session()
    sign_in(world, person("applicant"), browser)
    answer = browser.get(f"{world.address('idp')}/authorize/", params=ask(world, **changed), allow_redirects=False)
    assert "error=invalid_request" in answer.headers["Location"]
    assert "code=" not in answer.headers["Location"]


def test_a_wrong_verifier_gives_no_token_and_a_code_works_once(world: World) -> None:
    code = code_of(sign_in(world, person("owner"), requests.Session()))
    assert redeem(world, code, verifier="x" * 50).status_code == 400
    fresh = code_of(sign_in(world, person("owner"), requests.Session()))
    assert redeem(world, fresh).status_code == 200
    assert redeem(world, fresh).status_code == 400


def test_nobody_is_sent_to_a_stranger(world: World) -> None:
    browser = requests.Session()
    sign_in(world, person("applicant"), browser)
    asked = ask(world, redirect_uri="http://evil.example/")
    answer = browser.get(f"{world.address('idp')}/authorize/", params=asked, allow_redirects=False)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_who_is_signed_in_is_asked_again_when_the_portal_wants_it(world: World) -> None:
    browser = requests.Session()
    sign_in(world, person("applicant"), browser)
    address = f"{world.address('idp')}/authorize/"
    assert "code=" in browser.get(address, params=ask(world), allow_redirects=False).headers["Location"]
    asked = browser.get(address, params=ask(world, prompt="login"))
    assert urlsplit(asked.url).path == "/login/"
    assert "Sign in" in asked.text


def test_a_wrong_password_is_refused_in_a_sentence(world: World) -> None:
    browser = requests.Session()
    page = browser.get(f"{world.address('idp')}/login/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
    typed = {"csrfmiddlewaretoken": token, "email": PEOPLE[0].email, "password": PEOPLE[1].password}
    assert "No account has that e-mail and password" in browser.post(page.url, data=typed).text


def test_one_press_signs_in_as_somebody(world: World) -> None:
    browser = requests.Session()
    page = browser.get(f"{world.address('idp')}/login/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
    answer = browser.post(page.url, data={"csrfmiddlewaretoken": token, "account": "chair"})
    assert person("chair").name in answer.text


def test_signing_out_ends_the_sign_in_and_leads_only_home(world: World) -> None:
    browser = requests.Session()
    code = code_of(sign_in(world, person("applicant"), browser))
    hint = {"id_token_hint": redeem(world, code).json()["id_token"]}
    leave = f"{world.address('idp')}/logout/"
    away = {**hint, "post_logout_redirect_uri": "http://evil.example/"}
    assert browser.get(leave, params=away, allow_redirects=False).status_code == 400
    home = {**hint, "post_logout_redirect_uri": f"{HOME}/"}
    assert browser.get(leave, params=home, allow_redirects=False).headers["Location"] == f"{HOME}/"
    again = browser.get(f"{world.address('idp')}/authorize/", params=ask(world))
    assert urlsplit(again.url).path == "/login/"


def test_the_signing_key_is_for_this_user_only(world: World) -> None:
    key = Path(world.data_dir / "identity-provider.pem")
    assert key.stat().st_mode & 0o777 == 0o600
    published = json.loads(requests.get(f"{world.address('idp')}/.well-known/jwks.json").text)
    assert "d" not in published["keys"][0]


def test_prompt_none_is_answered_without_a_page(world: World) -> None:
    """T47, Core 1.0, 3.1.2.6: a code for whoever is signed in there, `login_required` for anybody else."""
    address, asked = f"{world.address('idp')}/authorize/", ask(world, prompt="none")
    stranger = requests.get(address, params=asked, allow_redirects=False)
    assert parse_qs(urlsplit(stranger.headers["Location"]).query) == {"error": ["login_required"], "state": ["a-state"]}
    browser = requests.Session()
    sign_in(world, person("auditor"), browser)
    silent = browser.get(address, params=asked, allow_redirects=False)
    assert silent.headers["Location"].startswith(f"{HOME}/oidc/callback/")
    assert redeem(world, code_of(silent)).status_code == 200


def test_it_says_which_groups_somebody_is_in_and_how_they_proved_who_they_are(world: World) -> None:
    """T46, T47: the auditor role comes from a group of his; the applicant has a second factor, the colleague none."""
    for key, groups, amr in (
        ("auditor", [AUDITORS], ["pwd"]),
        ("applicant", [], ["pwd", "otp"]),
        ("colleague", [], ["pwd"]),
    ):
        answer = redeem(world, code_of(sign_in(world, person(key), requests.Session()))).json()
        claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
        assert (claims["groups"], claims["amr"]) == (groups, amr)
        bearer = {"Authorization": f"Bearer {answer['access_token']}"}
        said = requests.get(f"{world.address('idp')}/userinfo/", headers=bearer).json()
        assert said["groups"] == groups
