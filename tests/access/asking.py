"""Asking an address as somebody, and saying in three signs what came back."""

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.api_world import WITH_FILE
from tests.access.world import ACTORS, FORMS, Things

TABLE = Path(__file__).with_name("matrix.txt")
NAMED_IN_THE_BODY = {"request_new", "api:draft_request"}  # the thing is a field of what is sent


@dataclass(frozen=True)
class Row:
    """One line of the table: an address with a thing in a state, and what each actor gets."""

    method: str
    address: str
    thing: str
    state: str
    expected: tuple[str, ...]

    def __str__(self) -> str:
        what = f" ({self.state} {self.thing})" if self.thing else ""
        return f"{self.method} {self.address}{what}"


def rows() -> list[Row]:
    """The table, line by line: method, address, `thing: state` or a dash, then one answer for each actor."""
    found = []
    for line in TABLE.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, *answers = line.split("|")
        method, address, what = head.split(None, 2)
        thing, _, state = what.strip().partition(": ")
        thing = "" if thing == "-" else thing
        found.append(Row(method, address, thing, state, tuple("|".join(answers).split())))
    return found


def addresses() -> set[str]:
    """The name of every address that the portal answers, by the resolver itself."""
    return {name for _pattern, name in _walk(get_resolver().url_patterns, "", "")}


def _walk(patterns: list[Any], before: str, space: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one in patterns:
        here = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            found += _walk(one.url_patterns, here, inner)
        elif isinstance(one, URLPattern):
            found.append((here, f"{space}{one.name}"))
    return found


def address_of(row: Row, things: Things) -> str:
    kwargs = things.kwargs[row.thing, row.state] if row.thing and row.address not in NAMED_IN_THE_BODY else {}
    return reverse(row.address, kwargs=kwargs)


def ask(row: Row, things: Things, actor: str) -> Any:
    """The answer to this actor; whatever it changed is undone."""
    client, path = things.clients[actor], address_of(row, things)
    headers = {}
    if path.startswith("/api/") or actor == "scopeless":
        token = things.tokens[actor]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer = client.generic(row.method, path, *_body(row, things, actor, path), headers=headers)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def _body(row: Row, things: Things, actor: str, path: str) -> tuple[bytes, str]:
    if row.method in {"GET", "HEAD"}:
        return b"", ""
    sent = {**FORMS.get(row.address, {}), **things.data.get((row.address, row.state), {})}
    if row.address in WITH_FILE:
        file = SimpleUploadedFile("cv.pdf", b"%PDF-1.7\nA life")
        return encode_multipart(BOUNDARY, {**sent, "file": file}), MULTIPART_CONTENT
    if path.startswith("/api/"):
        return json.dumps(_for_api(row, things, sent)).encode(), "application/json"
    if "typed_name" in sent:
        person = things.people.get(actor)
        sent["typed_name"] = person.name if person else ""
    return encode_multipart(BOUNDARY, sent), MULTIPART_CONTENT


def _for_api(row: Row, things: Things, sent: dict[str, Any]) -> dict[str, Any]:
    if row.address == "api:draft_request":
        return {**sent, "datasets": [things.kwargs["dataset", row.state]["slug"]]}
    return sent


def said(answer: Any) -> str:
    """`in`: off to sign in. `ok`: done, and on to another page. Otherwise the status."""
    if answer.status_code in (301, 302, 303):
        return "in" if "/oidc/authenticate/" in answer["Location"] else "ok"
    return str(answer.status_code)


def line(row: Row, answers: list[str]) -> str:
    what = f"{row.thing}: {row.state}" if row.thing else "-"
    if row.thing and not row.state:
        what = row.thing
    return f"{row.method:6}{row.address:29}{what:24}|" + "".join(f"{one:>5}" for one in answers)


def heading() -> str:
    return f"{'#':59}|" + "".join(f"{name[:4]:>5}" for name in ACTORS)
