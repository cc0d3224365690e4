"""A loopback provider, configured in the portal, correct until a test changes its answers."""

from collections.abc import Iterator

import pytest
from django.test import Client

from apps.identity.oidc import discovery
from apps.people.models import Provider as Row
from tests.identity import browser
from tests.identity.provider import Provider, serving
from tests.identity.visas import Issuer


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider, db: None) -> Iterator[Provider]:
    """The only provider that the portal knows."""
    running_provider.reset()
    discovery.forget()
    browser.row(running_provider)
    yield running_provider
    running_provider.reset()
    discovery.forget()


@pytest.fixture
def second(db: None) -> Iterator[Provider]:
    """Another provider beside it."""
    with serving() as other:
        browser.row(other, "saarela", name="Saarela Institute")
        yield other


@pytest.fixture
def client() -> Client:
    """A browser that shows a fault of the portal as a person would see it."""
    return Client(raise_request_exception=False)


@pytest.fixture(scope="session")
def running_issuer() -> Iterator[Provider]:
    with serving() as server:
        yield server


@pytest.fixture
def broker(provider: Provider) -> Row:
    """The provider of the other tests, with its visas accepted."""
    return browser.row(provider, trusts_visas=True)


@pytest.fixture
def issuer(running_issuer: Provider, broker: Row) -> Issuer:
    """A visa issuer that the portal trusts, about the people of that provider."""
    running_issuer.reset()
    made = Issuer(running_issuer)
    made.trust(broker)
    return made
