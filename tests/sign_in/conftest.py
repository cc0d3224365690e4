"""A loopback provider, told to the portal, truthful until a test bends it."""

from collections.abc import Iterator

import pytest
from django.test import Client

from apps.accounts.oidc import documents
from tests.sign_in import browser
from tests.sign_in.provider import Provider, serving


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider, db: None) -> Iterator[Provider]:
    """The only provider that the portal knows."""
    running_provider.reset()
    documents.forget()
    browser.row(running_provider)
    yield running_provider
    running_provider.reset()
    documents.forget()


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
