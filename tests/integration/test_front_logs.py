"""The logs of the shipped front servers open nothing and name nobody: words are planted and searched."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from deploy.demo.embedded.process import running
from deploy.demo.embedded.world import World
from tests.integration.fronts import BOTH, FRONTS, nginx, serving
from tests.nginx import needed

CANARY, CONTROL = "canary7f3a", "control-word-5d1e"


@pytest.fixture(params=BOTH)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("logs"))
    world.take_ports()
    with running(FRONTS[request.param](world)):
        yield world


def ask(world: World) -> None:
    """Every kind of address that opens something or says something of a person; also ones that cannot be read.

    All at once: a front whose portal is away holds each request back for five seconds before it answers.
    """
    address = world.address("web")
    heads = {"Referer": f"{address}/d/{CANARY}", "Cookie": f"s={CANARY}", "Authorization": f"Bearer {CANARY}"}
    heads |= {"User-Agent": CANARY, "X-Forwarded-For": CANARY}
    paths = (
        f"/d/k1.{CANARY}",
        f"/d/k1.{CANARY}/file.csv?x={CANARY}",
        f"/da/d/{CANARY}",
        f"/i/{CANARY}/",
        f"/da/i/{CANARY}/",
        f"/%64/{CANARY}",
        f"/da/%64/{CANARY}",
        f"/datasets/?q={CANARY}",
        f"/people/?q={CANARY}@hospital.example",
        f"/oidc/callback/?code={CANARY}&state={CANARY}",
        f"/d/gone?x={CANARY}",
        f"/{CONTROL}/",
    )

    def send(path: str) -> None:
        prepared = requests.Request("GET", address, headers=heads).prepare()
        prepared.url = address + path
        requests.Session().send(prepared)

    with ThreadPoolExecutor(len(paths)) as together:
        list(together.map(send, paths))  # what one of them raises is raised here
    for raw in (f"GET /d/{CANARY} HTTP/9.9\r\n\r\n", f"GET /d/{CANARY}\x01 HTTP/1.1\r\n\r\n", f"/d/{CANARY}\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", world.ports["web"]), timeout=5) as client:
            client.sendall(raw.encode())
            client.recv(1000)


def logs(world: World) -> dict[str, str]:
    return {
        path.name: path.read_text(errors="replace") for path in (world.data_dir / "log").iterdir() if path.is_file()
    }


def test_no_front_server_writes_down_what_opens_or_names(world: World) -> None:
    """Case 39: with a portal that is away, and with one that answers; the control shows that the logs are written."""
    ask(world)
    with serving(world.ports["app"]):
        ask(world)
    found = logs(world)
    assert [name for name, said in found.items() if CANARY in said] == []
    assert any(CONTROL in said for said in found.values()), "the planted control was written"
    assert any("502" in said or "503" in said for said in found.values()), "what failed can be seen"


@needed
def test_with_its_usual_error_log_nginx_writes_links_down(tmp_path: Path) -> None:
    """The control: the same search finds the link as soon as the error log is as Debian has it."""
    world = World(tmp_path)
    world.take_ports()
    server = nginx(world)
    site = world.data_dir / "nginx" / "site.conf"
    site.write_text(site.read_text().replace(" emerg;", " error;"))
    with running(server):
        ask(world)
    assert [name for name, said in logs(world).items() if CANARY in said] == ["gatehouse-error.log"]
