"""Case 31: every address answers OPTIONS and TRACE properly, and a body in another encoding is refused, not a fault."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import stories

pytestmark = pytest.mark.django_db
SAMPLES = {"uuid": str(UUID(int=1)), "slug": "a-slug", "int": "1", "str": "x", "path": "x"}


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """Each address of the portal, with a sample for each of its parameters."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and "(?P" not in route:
            for kind, sample in SAMPLES.items():
                for name in pattern.pattern.converters:
                    route = route.replace(f"<{kind}:{name}>", sample)
            yield route


EVERY = sorted({one for one in addresses(get_resolver()) if "<" not in one})


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_address_sends_a_page_to_options_or_trace(signed_in: bool) -> None:
    """TRACE is not allowed anywhere; OPTIONS has no content and names the methods (RFC 9110, 9.3.7 and 9.3.8)."""
    client = stories.client_for(stories.person()) if signed_in else Client()
    client.raise_request_exception = False
    assert len(EVERY) > 80
    for path in EVERY:
        trace, options = client.generic("TRACE", path), client.generic("OPTIONS", path)
        assert trace.status_code in {404, 405}, path
        assert options.status_code in {204, 404} or path.startswith("/api/"), path
        if options.status_code == 204:
            assert options.content == b"" and "OPTIONS" in options["Allow"], path
        if trace.status_code == 405:
            assert trace["Allow"] and "TRACE" not in trace["Allow"], path


def test_control_an_address_without_a_method_is_found() -> None:
    """Control: the sweep reaches pages whose GET answers 200."""
    assert Client().get("/").status_code == 200
    assert {"/", "/datasets/"} <= set(EVERY)


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "latin-1", "nonsense", "rot13", "idna"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_in_another_encoding_is_refused(kind: str, charset: str) -> None:
    """Case 31: it was a fault (500), or read in that encoding."""
    client = stories.client_for(stories.person())
    client.raise_request_exception = False
    for path in ("/language/", "/requests/new/", "/api/v1/requests"):
        answer = client.generic("POST", path, b"a=b", content_type=f"{kind}; charset={charset}")
        assert answer.status_code == 415, path
        is_problem = answer["Content-Type"] == "application/problem+json"
        assert is_problem == path.startswith("/api/"), path


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", '"utf-8"'])
def test_control_utf_8_by_all_its_names_is_read(charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = Client().generic("POST", "/language/", b"language=da&next=/", content_type=kind)
    assert answer.status_code in {302, 403}
