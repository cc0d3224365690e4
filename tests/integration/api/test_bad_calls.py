"""Whatever a program sends, the answer is a refusal with a sentence; never a fault, never half a thing done."""

from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client

from apps.access_requests.models import AccessRequest
from apps.datasets import search
from tests import stories
from tests.integration.api.calls import ROOT, Caller, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return Caller(stories.person(), "read", "request", "download")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/datasets", "GET, HEAD"),
        ("POST", "/datasets", "GET, HEAD"),
        ("PUT", "/requests", "GET, HEAD, POST"),
        ("TRACE", "/me", "GET, HEAD"),
        ("BREW", "/me", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
def test_an_unknown_method_is_refused_with_those_there_are(
    caller: Caller, method: str, path: str, allowed: str
) -> None:
    """T96."""
    answer = caller.send(method, path, None)
    refused(answer, 405, "method")
    assert answer["Allow"] == allowed


def test_options_says_the_methods_there_are(caller: Caller) -> None:
    """RFC 9110, 9.3.7: no content, and Allow."""
    answer = caller.send("OPTIONS", "/me", None)
    assert (answer.status_code, answer.content) == (204, b"")
    assert {"GET", "HEAD"} <= set(answer["Allow"].split(", "))


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""]
)
def test_json_in_disguise_is_refused(caller: Caller, kind: str) -> None:
    """T78, T96: a form on another site can send text/plain without asking; it is not read."""
    slug = stories.published_dataset().dataset.slug
    refused(caller.send("POST", "/requests", f'{{"datasets": ["{slug}"]}}'.encode(), kind=kind), 415, "not-json")
    assert not AccessRequest.objects.exists()


BAD_BODIES = {
    "not JSON": b"{",
    "not UTF-8": b'{"title": "\xff"}',
    "a name twice": b'{"title": "a", "title": "b"}',
    "a name twice inside": b'{"datasets": [{"a": 1, "a": 2}]}',
    "NaN": b'{"revision": NaN}',
    "Infinity": b'{"revision": -Infinity}',
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a little too deep": b"[" * 40 + b"]" * 40,
    "half a character": b'{"title": "\\ud800"}',
    "half a character as a name": b'{"\\udfff": 1}',
    "a NUL": b'{"title": "a\\u0000b"}',
    "a number without end": b'{"revision": ' + b"9" * 10_000 + b"}",
    "two documents": b"{}{}",
    "a byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
@pytest.mark.parametrize("path", ["/requests", "/requests/{pk}/submit"])
def test_a_body_with_no_one_meaning_is_refused(caller: Caller, path: str, body: bytes) -> None:
    """T97: duplicate keys, NaN, deep nesting and lone surrogates are 400, on every address that takes a body."""
    case = stories.draft(applicant=caller.person)
    refused(caller.post(path.format(pk=case.request.pk), body), 400, "malformed")
    assert AccessRequest.objects.get().state == "draft"


def test_a_body_larger_than_a_call_may_carry_is_refused(caller: Caller) -> None:
    """T94, T58."""
    refused(caller.post("/requests", b'{"title": "' + b"x" * 1_100_000 + b'"}'), 413, "too-large")


def test_a_very_large_number_is_no_revision(caller: Caller) -> None:
    """T94."""
    case = stories.draft(applicant=caller.person)
    for revision in (10**30, -1):
        refused(caller.patch(f"/requests/{case.request.pk}", {"revision": revision}), 412)


@pytest.mark.parametrize("query", ["q=a&q=b", "q=%00", "%00=1", "cursor=%00", "committee=%00"])
def test_an_address_with_no_one_meaning_is_refused(query: str) -> None:
    """T50: a parameter that stands twice, or holds what no database stores."""
    refused(Client().get(f"{ROOT}/datasets?{query}"), 400, "malformed")


@pytest.mark.parametrize(
    "path", ["/datasets/%00", "/nothing", "/requests/not-a-uuid", "/datasets/a/b/c", "/", "//me", "/me/"]
)
def test_an_unknown_address_is_a_plain_404_or_400(caller: Caller, path: str) -> None:
    answer = caller.get(path)
    refused(answer, 400 if "%00" in path else 404)


@pytest.mark.parametrize("words", ["'", '"', "a & | !", ":*", "(" * 100, "\\", "%", "<script>", "\u202e", "😀" * 50])
def test_odd_words_find_nothing_and_break_nothing(words: str) -> None:
    assert Caller(None).get("/datasets", {"q": words}).json()["items"] == []


def test_every_refusal_is_a_problem_in_the_callers_language(caller: Caller) -> None:
    problem = refused(caller.get("/datasets/never", Accept_Language="da"), 404)
    assert set(problem) == {"type", "title", "status", "detail", "reference"}


def test_a_database_that_does_not_answer_is_a_pause(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(search, "find", away)
    answer = caller.get("/datasets")
    refused(answer, 503, "unavailable")
    assert answer["Retry-After"]


def test_a_fault_of_ours_shows_a_reference_and_no_more(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseError("SELECT secret FROM table")

    caller.client.raise_request_exception = False
    monkeypatch.setattr(search, "find", broken)
    answer = caller.get("/datasets")
    assert answer.status_code == 500
    assert answer.json()["reference"]
    assert "secret" not in answer.content.decode()


def test_the_description_of_the_api_is_complete_and_offline() -> None:
    """Every operation says what it needs and answers; nothing in it points to another machine."""
    answer = Client().get(f"{ROOT}/openapi.json")
    described = answer.json()
    assert described["openapi"].startswith("3.1")
    ids = [op["operationId"] for verbs in described["paths"].values() for op in verbs.values()]
    assert len(ids) == len(set(ids)) == 70
    for verbs in described["paths"].values():
        for operation in verbs.values():
            assert operation["security"] == [{"PersonalTokens": []}]
            assert "Scope: " in operation["description"]
    assert "http://" not in answer.content.decode().replace("http://testserver", "")
    refused(Client().get(f"{ROOT}/docs"), 404)


def test_reading_cannot_write(monkeypatch: pytest.MonkeyPatch, caller: Caller) -> None:
    """GET runs in a read-only transaction: the database itself would refuse."""
    case = stories.draft(applicant=caller.person)

    def writes(*_: Any, **__: Any) -> Any:
        AccessRequest.objects.filter(pk=case.request.pk).update(title="Changed by reading")
        return AccessRequest.objects.none()

    from apps.access_requests import queries

    caller.client.raise_request_exception = False
    monkeypatch.setattr(queries, "of_person", writes)
    assert caller.get("/requests").status_code == 500
