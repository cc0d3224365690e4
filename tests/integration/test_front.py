"""The front of the demo sends what the portal opened, and nothing that it did not open."""

import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import requests

from apps.downloads.ranges import asked_of, plan
from deploy.demo.embedded import servers
from deploy.demo.embedded.process import running
from deploy.demo.embedded.world import ROOT, World

CONTENT = os.urandom(300_000)
ETAG = '"sha256-of-the-file"'
CADDY, UNIT, CONTAINER = "front/Caddyfile", "systemd/gatehouse-web.service", "container/Containerfile"


def portal(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """A portal that opens one file, and otherwise says what it heard."""
    path = environ["PATH_INFO"]
    if path.startswith("/d/"):
        key = "ab/cdef" if path == "/d/token" else "../secrets.json" if path == "/d/climb" else "gone"
        sent = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}", "") for name in ("Range", "If-Range")}
        planned = plan(asked_of(environ["REQUEST_METHOD"], sent), size=len(CONTENT), etag=ETAG)
        heads = {"X-Accel-Range": planned.byte_range}
        heads |= {"X-Accel-Redirect": f"/_sealed/{key}", "ETag": ETAG, "Content-Type": "text/csv"}
        heads |= {"Content-Disposition": 'attachment; filename="x.csv"', "Cache-Control": "private, no-store"}
        start("200 OK", list({**heads, "Content-Length": "0"}.items()))
        return [b""]
    heard = "\n".join(sorted(f"{name}={value}" for name, value in environ.items() if name.startswith("HTTP_"))).encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(heard)))])
    return [heard]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Tests speak only when they fail."""


@contextmanager
def serving(port: int) -> Iterator[None]:
    with make_server("127.0.0.1", port, portal, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("front"))
    world.take_ports()
    (world.data_dir / "files" / "ab").mkdir()
    (world.data_dir / "files" / "ab" / "cdef").write_bytes(CONTENT)
    (world.data_dir / "static" / "page.0123456789ab.css").write_text("body {}")
    with serving(world.ports["app"]), running(servers.caddy(world)):
        yield world


def get(world: World, path: str, **heads: str) -> requests.Response:
    return requests.get(world.address("web") + path, headers=heads)


def test_an_opened_file_comes_whole_with_the_portals_own_headers(world: World) -> None:
    answer = get(world, "/d/token")
    assert answer.content == CONTENT
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.csv"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "X-Accel-Redirect" not in answer.headers


def test_a_part_of_it_comes_by_range(world: World) -> None:
    answer = get(world, "/d/token", Range="bytes=100-199")
    assert (answer.status_code, answer.content) == (206, CONTENT[100:200])
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(CONTENT)}"


@pytest.mark.parametrize(("tag", "status"), [(ETAG, 206), ('"another-file"', 200)])
def test_a_part_is_only_added_to_the_same_file(world: World, tag: str, status: int) -> None:
    assert get(world, "/d/token", **{"Range": "bytes=100-199", "If-Range": tag}).status_code == status


@pytest.mark.parametrize("asked", ["items=0-1", "bytes=5-1", "bytes=x", "bytes=--1"])
def test_a_range_that_cannot_be_read_is_ignored(world: World, asked: str) -> None:
    """Case 30: the front sends what the portal decided, whatever it would make of the header itself."""
    answer = get(world, "/d/token", Range=asked)
    assert (answer.status_code, answer.content) == (200, CONTENT)


def test_the_end_of_a_range_is_clamped_to_the_file(world: World) -> None:
    """Case 30."""
    answer = get(world, "/d/token", Range="bytes=100-99999999999999999999")
    assert (answer.status_code, answer.content) == (206, CONTENT[100:])
    assert "X-Accel-Range" not in answer.headers


@pytest.mark.parametrize("name", ["If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since"])
def test_the_front_answers_no_condition_itself(world: World, name: str) -> None:
    """Case 29: after the portal has written that bytes are sent, they are sent."""
    for value in (ETAG, '"other"', "Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"):
        assert get(world, "/d/token", **{name: value}).status_code == 200


def test_a_look_at_the_head_sends_no_byte(world: World) -> None:
    answer = requests.head(f"{world.address('web')}/d/token")
    assert (answer.headers["Content-Length"], answer.content) == (str(len(CONTENT)), b"")


@pytest.mark.parametrize(
    "path", ["/_sealed/ab/cdef", "//_sealed/ab/cdef", "/%5Fsealed/ab/cdef", "/_sealed", "/_sealed/"]
)
def test_sealed_files_have_no_address(world: World, path: str) -> None:
    asked = requests.Request("GET", world.address("web")).prepare()
    asked.url = world.address("web") + path
    answer = requests.Session().send(asked)
    assert answer.status_code == 404
    assert CONTENT[:50] not in answer.content


@pytest.mark.parametrize("path", ["/d/gone", "/d/climb"])
def test_what_is_not_there_is_not_found(world: World, path: str) -> None:
    assert get(world, path).status_code == 404


def test_nothing_that_only_the_front_may_say_is_taken_from_outside(world: World) -> None:
    lies = {
        "X-Forwarded-Host": "evil",
        "X-Forwarded-For": "1.2.3.4",
        "Forwarded": "for=evil",
        "X-Accel-Redirect": "/evil",
    }
    heard = get(world, "/echo", **lies, **{"X_Accel_Redirect": "/evil", "X-Real-IP": "evil"}).text
    assert "evil" not in heard
    assert "1.2.3.4" not in heard


def test_the_log_opens_nothing(world: World) -> None:
    get(world, "/d/token?code=secret-question", Cookie="session=secret-cookie", Authorization="Bearer secret-token")
    log = (world.data_dir / "log" / "access.log").read_text()
    assert '"uri":"/d/"' in log
    assert "secret" not in log
    assert "/d/token" not in log


def test_static_files_with_a_fingerprint_are_kept_for_good(world: World) -> None:
    assert "immutable" in get(world, "/static/page.0123456789ab.css").headers["Cache-Control"]


def test_no_name_climbs_out_of_the_static_folder(world: World) -> None:
    world.secrets.take("portal")
    for path in ("/static/../secrets.json", "/static/%2e%2e/secrets.json", "/static/..%2fsecrets.json"):
        assert world.secrets.take("portal") not in get(world, path).text


def test_whoever_is_behind_the_front_keeps_a_connection_longer_than_the_front_does() -> None:
    """Else a form now and then falls into a connection that is being closed, and is answered by a 503."""
    deploy = ROOT / "deploy"
    files = {name: (deploy / name).read_text(encoding="utf-8") for name in (CADDY, UNIT, CONTAINER)}
    front = re.search(r"keepalive (\d+)s", files[CADDY])
    unit = re.search(r"--keep-alive (\d+)", files[UNIT])
    container = re.search(r'"--keep-alive", "(\d+)"', files[CONTAINER])
    started = servers._gunicorn("portal.wsgi", 1)
    demo = int(started[started.index("--keep-alive") + 1])
    assert front
    assert unit
    assert container
    assert demo > int(front[1])
    assert (
        int(unit[1]) == int(container[1]) > max(int(front[1]), 60)
    )  # nginx keeps one for a minute unless configured otherwise
