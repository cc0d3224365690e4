"""The front of the demo sends what the portal opened, and nothing that it did not open."""

import re
from collections.abc import Iterator

import pytest
import requests

from deploy.demo.embedded import servers
from deploy.demo.embedded.process import running
from deploy.demo.embedded.world import ROOT, World
from tests.integration.fronts import BOTH, CONTENT, ETAG, FRONTS, SAFE, serving

CADDY, UNIT, CONTAINER = "front/Caddyfile", "systemd/gatehouse-web.service", "container/Containerfile"


@pytest.fixture(scope="module", params=BOTH)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("front"))
    world.take_ports()
    (world.data_dir / "files" / "ab").mkdir()
    (world.data_dir / "files" / "ab" / "cdef").write_bytes(CONTENT)
    (world.data_dir / "static" / "page.0123456789ab.css").write_text("body {}")
    with serving(world.ports["app"]), running(FRONTS[request.param](world)):
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
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert "X-Accel-Redirect" not in answer.headers


SIZE = len(CONTENT)


@pytest.mark.parametrize(("asked", "first", "last"), [
    ("bytes=100-199", 100, 199),
    ("bytes=0-0", 0, 0),
    ("bytes=299990-", 299_990, SIZE - 1),
    ("bytes=-10", SIZE - 10, SIZE - 1),
    ("bytes=-5000000", 0, SIZE - 1),
    ("bytes=299990-400000", 299_990, SIZE - 1),
    ("bytes=5-9,900000-", 5, 9),
])  # fmt: skip
def test_a_part_of_it_comes_by_range(world: World, asked: str, first: int, last: int) -> None:
    """Case 30: with both front servers; the end is clamped, and a part that is not there left out."""
    answer = get(world, "/d/token", Range=asked)
    assert (answer.status_code, answer.content) == (206, CONTENT[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["ETag"] == ETAG
    assert "X-Accel-Range" not in answer.headers


def test_several_parts_come_in_one_answer(world: World) -> None:
    """Case 30: multipart/byteranges (RFC 9110, 14.6), in the order in which they were asked for."""
    answer = get(world, "/d/token", Range="bytes=100-199, -5,0-1")
    assert answer.status_code == 206
    assert parts_of(answer) == [
        (f"bytes 100-199/{SIZE}", CONTENT[100:200]), (f"bytes 299995-299999/{SIZE}", CONTENT[-5:]),
        (f"bytes 0-1/{SIZE}", CONTENT[:2]),
    ]  # fmt: skip


def parts_of(answer: requests.Response) -> list[tuple[str, bytes]]:
    """The parts of a multipart answer, each with its Content-Range."""
    kind = answer.headers["Content-Type"]
    assert kind.startswith("multipart/byteranges")
    parts = answer.content.split(b"--" + kind.partition("boundary=")[2].strip('"').encode())[1:-1]
    found = []
    for head, content in (part.split(b"\r\n\r\n", 1) for part in parts):
        said = re.search(rb"(?i)content-range: (.*)", head)
        assert said
        found.append((said[1].decode().strip(), content.removesuffix(b"\r\n")))
    return found


@pytest.mark.parametrize(("tag", "status"), [
    (ETAG, 206), ('"another-file"', 200), (f"W/{ETAG}", 200), ("Fri, 01 Jan 2100 00:00:00 GMT", 200),
])  # fmt: skip
def test_a_part_is_only_added_to_the_same_file(world: World, tag: str, status: int) -> None:
    """Case 30: If-Range."""
    assert get(world, "/d/token", **{"Range": "bytes=100-199", "If-Range": tag}).status_code == status


@pytest.mark.parametrize("asked", [
    "items=0-1", "bytes=5-1", "bytes=x", "bytes=--1", "bytes=0-1,9-2", "bytes=0-,0-", "bytes=" + "0-1," * 33 + "2-3",
])  # fmt: skip
def test_a_range_that_cannot_be_read_is_ignored(world: World, asked: str) -> None:
    """Case 30: the front sends what the portal decided, whatever it would make of the header itself."""
    answer = get(world, "/d/token", Range=asked)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize(("asked", "first"), [("bytes=0-99999999999999999999", 0), ("bytes=7-99999999999999999999", 7)])
def test_an_end_that_no_computer_can_count_to_is_never_refused(world: World, asked: str, first: int) -> None:
    """Case 30: Caddy sends the part, clamped; nginx cannot read such numbers and sends the whole file, which RFC 9110,
    14.2 allows for any range.
    """
    answer = get(world, "/d/token", Range=asked)
    assert (answer.status_code, answer.content) in {(206, CONTENT[first:]), (200, CONTENT)}
    assert ("Content-Range" in answer.headers) is (answer.status_code == 206)


def test_a_range_outside_the_file_is_refused_by_the_portal(world: World) -> None:
    answer = get(world, "/d/token", Range="bytes=300000-")
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("name", ["If-None-Match", "If-Modified-Since"])
def test_the_front_answers_no_condition_itself(world: World, name: str) -> None:
    """Case 29: after the portal has written that bytes are sent, they are sent."""
    for value in (ETAG, '"other"', "Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"):
        assert get(world, "/d/token", **{name: value}).status_code == 200


@pytest.mark.parametrize("name", ["If-Match", "If-Unmodified-Since"])
def test_a_front_may_send_less_than_the_portal_decided_and_never_more(world: World, name: str) -> None:
    """Case 29: Caddy leaves both conditions to the portal. nginx compares them with what it knows of the file, and has
    no setting against it: it answers 412, so that a program which asks for one exact state of the file gets no byte.
    """
    for value in (ETAG, '"other"', "Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"):
        answer = get(world, "/d/token", **{name: value})
        assert (answer.status_code, answer.content == CONTENT) in {(200, True), (412, False)}


def test_a_look_at_the_head_sends_no_byte(world: World) -> None:
    answer = requests.head(f"{world.address('web')}/d/token", headers={"Range": "bytes=0-9"})
    assert answer.status_code == 200
    assert (answer.headers["Content-Length"], answer.content) == (str(len(CONTENT)), b"")


@pytest.mark.parametrize(
    "path",
    ["/_sealed/ab/cdef", "//_sealed/ab/cdef", "/%5Fsealed/ab/cdef", "/_sealed", "/_sealed/", "/_sealed_whole/ab/cdef"],
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


@pytest.mark.parametrize("world", ["caddy"], indirect=True)
def test_the_log_opens_nothing(world: World) -> None:
    get(world, "/d/token?code=secret-question", Cookie="session=secret-cookie", Authorization="Bearer secret-token")
    log = (world.data_dir / "log" / "access.log").read_text()
    assert '"uri":"/d/"' in log
    assert "secret" not in log
    assert "/d/token" not in log


@pytest.mark.parametrize("world", ["caddy"], indirect=True)
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
