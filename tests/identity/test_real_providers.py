"""Two real providers: the demo's own (Django OAuth Toolkit, Python) and a certified one (oidc-provider, Node).

`make test` uses the demo's own; `make test-all` installs the other with npm and uses both.

A browser is played by `requests` for the providers' pages, and by Django's client for the portal's.
"""

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse

from apps.identity.oidc import discovery
from apps.people.models import Person, Provider
from apps.people.queries import visas_of
from deploy.demo.embedded import servers
from deploy.demo.embedded.process import Server, running
from deploy.demo.embedded.world import ROOT, World
from deploy.demo.people import PEOPLE
from deploy.demo.seed import visas
from tests.database import Urls
from tests.identity import browser

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent / "node_provider"
INSTALLED = ROOT / "var" / "node_provider"
CALLBACK = "http://testserver/oidc/callback/"
Agree = Callable[[requests.Session, str], dict[str, str]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("providers"))
    world.take_ports()
    return world


@pytest.fixture(scope="module")
def python_provider(world: World, provider_urls: Urls) -> Iterator[str]:
    """The demo's provider, with the test client's address among those it may answer to."""
    env = {**world.provider_env(provider_urls), "IDP_MORE_HOMES": "http://testserver"}
    subprocess.run([sys.executable, "-m", "deploy.demo.identity_provider.prepare"], cwd=ROOT, env=env, check=True)
    with running(servers.provider(world, provider_urls)):
        yield world.address("idp")


@pytest.fixture(scope="module")
def node_provider(world: World) -> Iterator[str]:
    node = shutil.which("node")
    if node is None or not (INSTALLED / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("the Node provider is not here: bash tests/identity/node_provider/install")
    port = world.ports["app"]
    command = [node, str(HERE / "server.mjs"), str(port), CALLBACK]
    address = f"http://127.0.0.1:{port}"
    ready = servers.answers(f"{address}/.well-known/openid-configuration")
    env = {**world.caller, "NODE_NO_WARNINGS": "1"}
    server = Server(name="node", command=command, log=world.data_dir / "log" / "node.log", ready=ready, env=env)
    server = _in_folder(server, INSTALLED)
    with running(server):
        yield address


def _in_folder(server: Server, folder: Path) -> Server:
    """Run it where it is installed."""
    server.command[:] = ["/bin/sh", "-c", f'cd "{folder}" && exec "$@"', "sh", *server.command]
    return server


def known(issuer: str, slug: str, secret: str, settings: Any) -> None:
    """Tell the portal of the provider."""
    discovery.forget()
    settings.PROVIDER_SECRETS = {**settings.PROVIDER_SECRETS, slug: secret}
    facts = {"name": slug.title(), "client_id": "gatehouse", "secret_name": slug}
    Provider.objects.create(slug=slug, issuer=issuer, **facts)


def follow(session: requests.Session, answer: requests.Response) -> requests.Response | dict[str, str]:
    """Go where the provider leads, until it shows a page or leads back to the portal."""
    while answer.is_redirect:
        target = urljoin(answer.url, answer.headers["Location"])
        if target.startswith("http://testserver"):
            return dict(parse_qsl(urlsplit(target).query))
        answer = session.get(target, allow_redirects=False)
    return answer


def agree_python(session: requests.Session, address: str) -> dict[str, str]:
    """Type a demo person's e-mail and password."""
    page = follow(session, session.get(address, allow_redirects=False))
    assert isinstance(page, requests.Response)
    fields = dict(re.findall(r'name="(csrfmiddlewaretoken|next)" value="([^"]+)"', page.text))
    typed = {name: html.unescape(value) for name, value in fields.items()}
    typed |= {"email": PEOPLE[0].email, "password": PEOPLE[0].password}
    back = follow(session, session.post(page.url, data=typed, allow_redirects=False))
    assert isinstance(back, dict), back.text[:500]
    return back


def agree_node(session: requests.Session, address: str) -> dict[str, str]:
    """Type a name and any password, then say yes."""
    page = follow(session, session.get(address, allow_redirects=False))
    for typed in ({"prompt": "login", "login": "ann", "password": "x"}, {"prompt": "consent"}):
        if isinstance(page, dict):
            break
        target = re.search(r'action="([^"]+)"', page.text)
        assert target is not None, page.text[:500]
        there = urljoin(page.url, html.unescape(target[1]))
        page = follow(session, session.post(there, data=typed, allow_redirects=False))
    assert isinstance(page, dict), page.text[:500]
    return page


@pytest.fixture(params=["python", pytest.param("node", marks=pytest.mark.exhaustive)])
def real(request: pytest.FixtureRequest, settings: Any, world: World) -> tuple[str, Agree]:
    """Each provider in turn: its short name, and how a person agrees there."""
    kind: str = request.param
    issuer: str = request.getfixturevalue(f"{kind}_provider")
    secret = world.secrets.take("client") if kind == "python" else "a-client-secret-for-tests"
    known(issuer, kind, secret, settings)
    return kind, {"python": agree_python, "node": agree_node}[kind]


def test_people_sign_in_through_it(real: tuple[str, Agree]) -> None:
    """Discovery, keys, code, PKCE, token and userinfo of a real provider."""
    slug, agree = real
    client = Client()
    said = agree(requests.Session(), browser.start(client, provider=slug, next="/datasets/")["Location"])
    answer = browser.come_back(client, said)
    assert (answer.status_code, browser.refusals()) == (302, [])
    person = browser.person_in(client)
    assert person is not None
    assert person.email.endswith("@nordvik.example")
    assert person.email_verified


def test_the_demos_applicant_brings_one_visa_that_is_accepted_and_one_that_is_not(
    python_provider: str, settings: Any, world: World
) -> None:
    """The passport comes in the userinfo, the keys from the demo's visa issuer, over real HTTP."""
    known(python_provider, "python", world.secrets.take("client"), settings)
    settings.OIDC_ISSUER = python_provider
    visas.trust_demo_issuer()
    client = Client()
    asked = browser.start(client, provider="python")["Location"]
    answer = browser.come_back(client, agree_python(requests.Session(), asked))
    assert (answer.status_code, browser.refusals()) == (302, [])
    found = visas_of(browser.person_in(client))
    assert sorted((one.issuer, one.why) for one in found) == [
        (f"{python_provider}/visas", ""),
        ("https://visas.elsewhere.example", "issuer"),
    ]
    page = client.get(reverse("account")).content.decode()
    assert "Counts as an affiliation for registered access." in page
    assert "Gatehouse does not know the issuer" in page
    assert len(client.session["oidc_id_token"]) < 2000  # it travels in an address when somebody signs out


def test_it_refuses_another_verifier(real: tuple[str, Agree]) -> None:
    """T41: PKCE is enforced: the code alone is worth nothing."""
    slug, agree = real
    client = Client()
    said = agree(requests.Session(), browser.start(client, provider=slug)["Location"])
    session = client.session
    session["oidc_states"][said["state"]]["code_verifier"] = "another-verifier-of-at-least-forty-three-chars"
    session.save()
    assert browser.come_back(client, said).status_code == 403
    assert browser.refusals() == ["status"]
    assert not Person.objects.exists()


def test_it_refuses_a_question_without_a_challenge(real: tuple[str, Agree]) -> None:
    """T41: whoever leaves PKCE out is not served."""
    slug, agree = real
    target = browser.start(Client(), provider=slug)["Location"]
    bare = re.sub(r"&code_challenge(_method)?=[^&]+", "", target)
    assert bare != target
    assert agree(requests.Session(), bare)["error"] == "invalid_request"


def test_it_proves_again_who_somebody_is(real: tuple[str, Agree]) -> None:
    """T29: asked with prompt and max_age, a real provider answers with a fresh auth_time."""
    slug, agree = real
    client = Client()
    said = agree(requests.Session(), browser.start(client, provider=slug, again="1")["Location"])
    assert browser.come_back(client, said).status_code == 302, browser.refusals()
    assert client.get(reverse("identities")).status_code == 200
    assert client.session["sign_in"]["auth_time"] > 1_700_000_000
