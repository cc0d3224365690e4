"""Probes answer while every request thread waits for a frozen database."""

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.demo.embedded.process import Server, running
from deploy.demo.embedded.servers import _gunicorn, answers
from deploy.demo.embedded.world import ROOT
from portal import probes
from tests.silent import silent_listener

TOKEN = "pP2mWq8ZrT4vYx7NsK1bLd9c"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def frozen_portal(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A web node with one worker and two threads, whose database takes connections and says nothing."""
    app, probe = free_port(), free_port()
    with silent_listener() as database:
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": f"postgresql://gatehouse_app@127.0.0.1:{database}/gatehouse",
            "PROBE_ADDRESS": f"127.0.0.1:{probe}",
            "METRICS_TOKEN": TOKEN,
        }
        command = _gunicorn("portal.wsgi", app, "--workers", "1", "--threads", "2", "--preload")
        command += ["--config", str(ROOT / "deploy" / "gunicorn_conf.py")]
        ready = answers(f"http://127.0.0.1:{probe}/healthz")
        with running(Server("web", command, tmp_path / "web.log", ready, env=env)):
            yield f"http://127.0.0.1:{app}", f"http://127.0.0.1:{probe}"


@pytest.mark.slow
def test_probes_answer_while_all_request_threads_wait_for_a_frozen_database(frozen_portal: tuple[str, str]) -> None:
    """Case 40: /healthz was silent when the threads hung, and /readyz with it."""
    app, probe = frozen_portal
    took: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        answer = requests.get(f"{app}/datasets/")
        assert answer.status_code == 503
        took.append(time.monotonic() - began)

    waiting = [threading.Thread(target=ask) for _page in range(4)]
    for one in waiting:
        one.start()
    time.sleep(0.5)  # both threads are in the database now
    began = time.monotonic()
    for _probe in range(5):
        assert requests.get(f"{probe}/healthz").text == "ok\n"
    assert time.monotonic() - began < 1
    ready = requests.get(f"{probe}/readyz")
    assert (ready.status_code, ready.json()["failing"]) == (503, ["database"])
    assert time.monotonic() - began < 5
    for one in waiting:
        one.join()
    assert len(took) == 4 and max(took) < 10
    assert min(took) < 5
    assert requests.get(f"{probe}/else").status_code == 404
    assert requests.get(f"{probe}/metrics").status_code == 404
    figures = requests.get(f"{probe}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "gatehouse_database_up 0.0" in figures
    assert re.search(r'gatehouse_requests_total\{method="GET",route="\w+",status="503"\} 4\.0', figures)
    assert requests.head(f"{probe}/healthz").content == b""


@pytest.mark.parametrize("value", ["8001", "host:", "host:many", "host:70000", ":8001"])
def test_a_wrong_address_of_the_probes_is_refused_in_a_sentence(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_ADDRESS", value)
    with pytest.raises(RuntimeError, match="PROBE_ADDRESS must be host:port"):
        probes.listen()


def test_the_address_of_the_probes_has_a_default_and_may_be_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROBE_ADDRESS", raising=False)
    assert probes.address() == ("127.0.0.1", 8001)
    monkeypatch.setenv("PROBE_ADDRESS", "[::1]:9001")
    assert probes.address() == ("::1", 9001)


def test_without_the_listener_a_worker_serves_no_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn without deploy/gunicorn_conf.py: the request threads answer the probes."""
    monkeypatch.setattr(probes, "_listener", None)
    before = threading.active_count()
    probes.serve()
    assert threading.active_count() == before
