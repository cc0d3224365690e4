"""How each part is started: by the lines of the shipped units, the shipped front, and servers from packages."""

import os
import shlex
import sys
from collections.abc import Callable

from deploy.demo.embedded import database, servers
from deploy.demo.embedded.database import Urls
from deploy.demo.embedded.process import Server
from deploy.demo.embedded.world import ROOT
from tests import nginx
from tests.production_layout.place import WEB, Place

UNITS = ROOT / "deploy/systemd"


def postgres(place: Place) -> tuple[Server, Urls]:
    """PostgreSQL with the log that it has by default: the documented settings are made by SQL.

    Without TLS, which the build of the wheel does not have.
    """
    server, urls = database.server(place.data_dir, port=place.ports["postgres"], secrets=place.secrets)
    chosen = [
        (name, value)
        for name, value in zip(server.command[3::2], server.command[4::2], strict=True)
        if not value.startswith(("log_min", "log_param", "log_error"))
    ]
    server.command = [*server.command[:3], *(word for pair in chosen for word in pair)]
    return server, urls


def seaweed(place: Place) -> Server:
    """The S3 server, by https."""
    server = servers.seaweed(place)
    server.command += [f"-s3.cert.file={place.certificates.certificate}", f"-s3.key.file={place.certificates.key}"]
    return server


def provider(place: Place, urls: Urls) -> Server:
    """The identity provider of the demo, by https."""
    server = servers.provider(place, urls)
    server.command += ["--certfile", str(place.certificates.certificate), "--keyfile", str(place.certificates.key)]
    server.env = provider_environment(place, urls)
    return server


def provider_environment(place: Place, urls: Urls) -> dict[str, str]:
    return {**place.provider_env(urls), "IDP_MORE_HOMES": place.address("web")}


def front(place: Place, out: frozenset[str] = frozenset()) -> Server:
    """nginx with the shipped site: both nodes, TLS, and those in `out` taken out."""
    return nginx.server(place, site(place, out))


def site(place: Place, out: frozenset[str] = frozenset()) -> str:
    """The shipped site; a second node is written where the file says so."""
    first, second = (f"127.0.0.1:{place.ports[node]}" for node in WEB)
    down = {node: " down" if node in out else "" for node in WEB}
    text = nginx.shipped(
        place,
        (
            ("# server 10.0.0.12:8000", "server 10.0.0.12:8000"),
            ("127.0.0.1:8001", f"127.0.0.1:{place.ports['probes1']}"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{place.ports['web']} ssl;"),
            ("server_name portal.example.org;", "server_name 127.0.0.1;"),
            ("/etc/ssl/gatehouse/fullchain.pem", str(place.certificates.certificate)),
            ("/etc/ssl/gatehouse/key.pem", str(place.certificates.key)),
        ),
    )
    for shipped, here, node in (("127.0.0.1:8000", first, "web1"), ("10.0.0.12:8000", second, "web2")):
        if text.count(f"server {shipped} max_fails=") != 2:
            raise LookupError(f"deploy/front/nginx.conf does not have {shipped} twice any more")
        text = text.replace(f"server {shipped}", f"server {here}{down[node]}")
    return text


def unit(name: str) -> list[str]:
    """The words of ExecStart of a shipped unit."""
    text = (UNITS / f"gatehouse-{name}.service").read_text(encoding="utf-8").replace("\\\n", " ")
    line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart="))


def web(place: Place, urls: Urls, node: str) -> Server:
    """gunicorn as in the unit, with two workers of four threads: this machine is small."""
    words, config = unit("web"), place.release[node] / "deploy/gunicorn_conf.py"
    for option, value in (
        ("--bind", f"127.0.0.1:{place.ports[node]}"),
        ("--workers", "2"),
        ("--threads", "4"),
        ("--config", str(config)),
    ):
        words[words.index(option) + 1] = value
    if not config.exists():  # release 0.1.0 had no probes
        del words[words.index("--config") : words.index("--config") + 2]
        return _portal(place, urls, node, ["gunicorn", *words[1:]], servers.listens(place.ports[node]))
    probe = f"http://127.0.0.1:{place.ports['probes' + node[-1]]}/readyz"
    return _portal(place, urls, node, ["gunicorn", *words[1:]], servers.answers(probe))


def worker(place: Place, urls: Urls, node: str) -> Server:
    return _portal(place, urls, node, ["celery", *unit("worker")[1:], "--hostname", f"{node}@layout"], _at_once)


def beat(place: Place, urls: Urls) -> Server:
    words = unit("beat")
    words[words.index("--schedule") + 1] = str(place.data_dir / "beat-schedule")
    return _portal(place, urls, "beat", ["celery", *words[1:]], _at_once)


def _at_once() -> bool:
    """A worker takes no connections; that it works is seen by what it does."""
    return True


def _portal(place: Place, urls: Urls, node: str, words: list[str], ready: Callable[[], bool]) -> Server:
    """A program of this Python with the code of the node's release, wherever this process was started."""
    # gunicorn looks for modules in the folder where it was started before all others.
    command = ["env", "-C", str(place.release[node]), sys.executable, "-P", "-m", *words]
    log = place.data_dir / "log" / f"{node}.log"
    return Server(
        node, command, log, ready, env=place.environment(node, urls), before_exec=_elsewhere, patience=180, farewell=60
    )


def _elsewhere() -> None:
    """A node that starts takes no processor time from others, which in production are other machines."""
    if os.geteuid() == 0:  # only root can take it back (`Layout.start_node`)
        os.nice(10)
