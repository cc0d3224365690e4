"""One function makes every absolute address of the portal."""

from typing import Any

import pytest
from django.test import RequestFactory

from apps.core.addresses import absolute, absolute_where_visited, portal_address, portal_host


@pytest.mark.parametrize("given", ["https://portal.example.org", "https://portal.example.org/"])
def test_an_address_has_one_slash_between_portal_and_path(given: str, settings: Any) -> None:
    settings.PORTAL_ADDRESS = given
    assert portal_address() == "https://portal.example.org"
    assert portal_host() == "portal.example.org"
    assert absolute("/terms/2/") == "https://portal.example.org/terms/2/"


@pytest.mark.parametrize("path", ["", "terms/", "@evil.example/", ".evil.example/", "https://evil.example/"])
def test_what_is_no_path_makes_no_address(path: str) -> None:
    """Joined as it stands, `@evil.example` would turn the portal's host into a name for signing in there."""
    with pytest.raises(ValueError, match="not a path"):
        absolute(path)


def test_a_sign_in_comes_back_to_the_host_it_began_at() -> None:
    request = RequestFactory().get("/", headers={"host": "testserver"})
    assert absolute_where_visited(request, "/oidc/callback/") == "http://testserver/oidc/callback/"
