"""Every link on a page opens for the reader who sees it."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.db import transaction

from tests.access import asking
from tests.access.asking import Row
from tests.access.world import ACTORS, Things

ROWS = [row for row in asking.rows() if row.method == "GET" and not row.address.startswith("api:")]
# Of readers who are shown nearly the same, `make test` is one: a member sees what the chair sees.
LATER = {"stranger", "named", "member", "elsewhere", "steward", "auditor"}
READERS = [
    pytest.param(actor, marks=[pytest.mark.exhaustive] if actor in LATER else [])
    for actor in ACTORS
    if actor not in {"deactivated", "scopeless"}
]
HREF = re.compile(rb'<a\b[^>]*?\shref="([^"]*)"', re.DOTALL)
REFUSED = {"400", "403", "404", "405", "409", "410", "422", "500"}
# Pages that may show a link that does not open, each with its reason.
EXCUSED = {"GET gallery": "shows components with samples, about datasets and committees that do not exist"}


def links_of(body: bytes, path: str) -> Iterator[str]:
    """The addresses on this portal that the page links to, without other views of the page itself (its filters)."""
    for found in HREF.findall(body):
        address = urldefrag(urljoin(path, unescape(found.decode()))).url
        if not urlsplit(address).netloc and address.startswith("/") and urlsplit(address).path != path:
            yield address


def pages_of(actor: str, things: Things) -> Iterator[tuple[Row, str, bytes]]:
    """Every page of the matrix that answers this reader, with its address and body."""
    for row in ROWS:
        if row.expected[ACTORS.index(actor)] == "200":
            answer = asking.ask(row, things, actor)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                yield row, asking.address_of(row, things), answer.content


def opened(address: str, things: Things, actor: str) -> int:
    """The status of a GET of this address by this reader; what it writes is undone."""
    with transaction.atomic():
        status = int(things.clients[actor].get(address).status_code)
        transaction.set_rollback(True)
    return status


def said_by_the_matrix(actor: str, things: Things) -> dict[str, str]:
    """What the matrix says that this reader gets at each address of a thing it names; it is tested there."""
    place = ACTORS.index(actor)
    return {asking.address_of(row, things): row.expected[place] for row in ROWS}


@pytest.mark.parametrize("actor", READERS)
def test_every_link_opens_for_the_reader_who_sees_it(actor: str, things: Things) -> None:
    """No page leads its reader to a refusal: 403, 404, 405 or worse."""
    seen: dict[str, str] = {}
    for row, path, body in pages_of(actor, things):
        for address in links_of(body, path):
            seen.setdefault(address, str(row))
    assert len(seen) > 5
    known = said_by_the_matrix(actor, things)
    got = {address: known.get(address) or str(opened(address, things, actor)) for address in seen}
    refused = {address: (said, seen[address]) for address, said in got.items() if said in REFUSED}
    assert {address: why for address, why in refused.items() if seen[address] not in EXCUSED} == {}


def test_control_a_link_that_does_not_open_is_found(things: Things) -> None:
    """Control: the page of somebody else's agreement is collected as a link, and refused to a stranger."""
    row = next(row for row in ROWS if str(row) == "GET agreement_page (executed agreement)")
    address = asking.address_of(row, things)
    assert list(links_of(b'<p><a class="button" href="%s#top">x</a>' % address.encode(), "/")) == [address]
    assert opened(address, things, "stranger") == 404
