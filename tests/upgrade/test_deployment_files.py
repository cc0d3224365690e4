"""The files of deploy/: their own checkers accept them, and a front answers while any node does."""

import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checks.outside import sample_environment
from tests.checks.variables import read_by_the_code
from tests.nginx import PROGRAM, needed
from tests.silent import silent_listener

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 3.0
FRONTS = ["caddy", pytest.param("nginx", marks=needed)]


# ------------------------------------------------------------------------------------------------- what they name
def test_every_variable_of_the_deployment_files_is_read() -> None:
    """Case 43: files without traps. A misspelt variable would be ignored at start."""
    compose = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text(encoding="utf-8"))
    settings = yaml.safe_load((DEPLOY / "kubernetes/settings.yaml").read_text(encoding="utf-8"))
    named = {*compose["x-portal"]["environment"], *compose["services"]["migrate"]["environment"], *settings["data"]}
    commented = re.findall(r"^# ?([A-Z0-9_]+)=", (DEPLOY / "env.sample").read_text(encoding="utf-8"), re.MULTILINE)
    named |= {*sample_environment(ROOT), *commented}
    assert named - read_by_the_code(ROOT) == set()


def test_the_sample_decides_nothing_that_cannot_be_taken_back() -> None:
    """Case 43: HSTS_PRELOAD=yes."""
    assert sample_environment(ROOT)["HSTS_PRELOAD"] == "no"
    assert "MIGRATION_DATABASE_URL" not in sample_environment(ROOT)


# --------------------------------------------------------------------------------------------------- their checkers
@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_is_closed_off(unit: str) -> None:
    text = (DEPLOY / "systemd" / unit).read_text(encoding="utf-8")
    for line in (
        "User=gatehouse",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "UMask=0027",
    ):
        assert f"\n{line}\n" in text
    if shutil.which("systemd-analyze"):
        command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(DEPLOY / "systemd" / unit)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = re.search(r"exposure level for \S+: ([\d.]+)", said)
        assert found is not None
        assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.exhaustive
def test_the_manifests_are_what_kubernetes_accepts() -> None:
    home = ROOT / ".venv-release"
    env = {**os.environ, "VENV": str(home)}
    subprocess.run([sys.executable, "deploy/install.py", "release"], cwd=ROOT, env=env, check=True)
    files = sorted(str(path) for path in (DEPLOY / "kubernetes").glob("*.yaml"))
    command = [str(home / "bin" / "kubernetes-validate"), "--strict", *files]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(files) == 7


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_no_container_may_do_more_than_it_needs(kind: str) -> None:
    documents = [one for path in (DEPLOY / "kubernetes").glob("*.yaml") for one in yaml.safe_load_all(path.read_text())]
    pods = [one["spec"]["template"]["spec"] for one in documents if one["kind"] == kind]
    assert pods
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


# -------------------------------------------------------------------------------------------------------- the fronts
class Node(BaseHTTPRequestHandler):
    """A node of the portal that says who it is and what it was asked."""

    ready = 200

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        body = f"{self.command} {self.headers['Host']}".encode()
        self.send_response(self.ready)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        if self.path == "/drops/":
            self.close_connection = True  # without a word
        else:
            self.do_GET()

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def node(port: int, ready: int = 200) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), type("ThisNode", (Node,), {"ready": ready}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def caddy(folder: Path, front: int, nodes: list[int]) -> list[str]:
    command = [str(Path(sys.executable).parent / "caddy"), "run", "--adapter", "caddyfile", "--config"]
    values = {
        "PORTAL_NAME": f"http://127.0.0.1:{front}",
        "UPSTREAMS": " ".join(f"127.0.0.1:{port}" for port in nodes),
        "MAX_BODY_BYTES": "1000000",
        **dict.fromkeys(("DATA_ROOT", "STATIC_ROOT", "LOG_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder)),
        "PAGES": str(DEPLOY / "front"),
    }
    return [
        "env",
        *(f"{name}={value}" for name, value in values.items()),
        *command,
        str(DEPLOY / "front/Caddyfile.production"),
    ]


def nginx(folder: Path, front: int, nodes: list[int]) -> list[str]:
    """The shipped file with this test's ports and folders."""
    shutil.copy(DEPLOY / "front/unavailable.html", folder)
    key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=portal.example.org", "-days", "2"]
    subprocess.run(
        [*key, "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"], check=True, capture_output=True
    )
    site = (DEPLOY / "front/nginx.conf").read_text(encoding="utf-8")
    for shipped, here in {
        "server 127.0.0.1:8000 ": f"server 127.0.0.1:{nodes[0]} ",
        "# server 10.0.0.12:8000 ": f"server 127.0.0.1:{nodes[1]} ",
        "listen 443 ssl": f"listen 127.0.0.1:{front} ssl",
        "/etc/ssl/gatehouse": str(folder),
        "root /etc/gatehouse": f"root {folder}",
        "/var/log/nginx": str(folder),
        "http2 on;": "",
    }.items():
        assert shipped in site, shipped
        site = site.replace(shipped, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; user root; error_log {folder}/error.log; events {{}}\n"
        f"http {{ {temporary} {site} }}"
    )
    return [str(PROGRAM), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]


@contextlib.contextmanager
def running(kind: str, folder: Path, nodes: list[int]) -> Iterator[http.client.HTTPConnection]:
    port = free_port()
    folder.chmod(0o755)
    process = subprocess.Popen({"caddy": caddy, "nginx": nginx}[kind](folder, port, nodes), stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        if kind == "nginx":
            trusting = ssl.create_default_context(cafile=folder / "fullchain.pem")
            trusting.check_hostname = False  # the name is that of the shipped file
            yield http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=trusting)
        else:
            yield http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    finally:
        process.terminate()
        process.wait(20)


def asked(
    front: http.client.HTTPConnection, method: str = "GET", body: str = "", path: str = "/datasets/"
) -> tuple[int, bytes, str | None]:
    front.request(method, path, body)
    answer = front.getresponse()
    said = answer.read()
    front.close()
    return answer.status, said, answer.headers["Retry-After"]


@pytest.mark.parametrize("kind", FRONTS)
def test_a_front_asks_another_node_and_has_a_page_of_its_own(kind: str, tmp_path: Path) -> None:
    """Case 43: one node is gone; both are gone; the host keeps its port."""
    nodes = [free_port(), free_port()]
    with running(kind, tmp_path, nodes) as front:
        with node(nodes[1]):
            answers = [asked(front) for _turn in range(6)]
            assert {status for status, _said, _retry in answers} == {200}
            assert answers[0][1] == f"GET 127.0.0.1:{front.port}".encode()
            assert asked(front, "POST", "a=1")[0] == 200
        status, said, retry = asked(front)
        assert (status, retry) == (503, "5")
        assert said == (DEPLOY / "front/unavailable.html").read_bytes()


def test_caddy_leaves_out_a_node_that_is_not_ready(tmp_path: Path) -> None:
    """Case 38: new code on the old schema answers 503, and the other node serves."""
    nodes = [free_port(), free_port()]
    with node(nodes[0], ready=503), node(nodes[1]), running("caddy", tmp_path, nodes) as front:
        time.sleep(3)  # it looks at /readyz every two seconds
        assert {asked(front)[0] for _turn in range(6)} == {200}


@needed
def test_a_503_of_one_page_takes_no_node_out_of_nginx(tmp_path: Path) -> None:
    """Counted as a failure, one 503 of the last node left answered every request of the next seconds with 503."""
    nodes = [free_port(), free_port()]
    with node(nodes[0], ready=503), running("nginx", tmp_path, nodes) as front:
        answers = [asked(front) for _turn in range(8)]
        assert {said.partition(b" ")[0] for _status, said, _retry in answers} == {b"GET"}, "the portal's own page"


@pytest.mark.exhaustive
@needed
def test_a_node_that_hangs_costs_a_page_ten_seconds_and_no_more(tmp_path: Path) -> None:
    """Frozen: it takes connections and says nothing. A page waited for it, fifteen minutes at most."""
    with silent_listener() as hangs:
        nodes = [hangs, free_port()]
        with node(nodes[1]), running("nginx", tmp_path, nodes) as front:
            began = time.monotonic()
            assert {asked(front)[0] for _turn in range(2)} == {200}
            assert time.monotonic() - began < 15


@needed
def test_the_last_node_is_asked_although_it_has_failed(tmp_path: Path) -> None:
    """Ten forms that a node drops leave it out where another is left; here there is none."""
    nodes = [free_port(), free_port()]
    with node(nodes[0]), running("nginx", tmp_path, nodes) as front:
        assert {asked(front, "POST", "a=1", "/drops/")[0] for _turn in range(10)} == {503}
        assert {asked(front)[0] for _turn in range(4)} == {200}
