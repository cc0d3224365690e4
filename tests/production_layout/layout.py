"""The running layout: its parts started, killed, frozen, taken out of the front and put back."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

from deploy.demo.embedded import database, servers
from deploy.demo.embedded.database import Urls
from deploy.demo.embedded.demo import make_bucket
from deploy.demo.embedded.process import Server, running
from deploy.demo.embedded.world import ROOT
from tests.production_layout import parts
from tests.production_layout.place import NODES, WEB, Place
from tests.production_layout.seeding import seed

DOCUMENTED_LOG = ROOT / "docs/for-operators.md"


class Layout:
    """Every server of one production portal. All methods are for the main thread, which its servers follow."""

    def __init__(self, place: Place, urls: Urls, database_server: Server) -> None:
        self.place, self.urls = place, urls
        self.servers: dict[str, Server] = {"postgres": database_server}

    # ------------------------------------------------------------------------------------------- starting
    def prepare(self, code: Path) -> None:
        """Storage, provider, tables, static files and a world to work with, all by the code of one release."""
        place, urls = self.place, self.urls
        for name, server in (
            ("valkey", servers.valkey(place)),
            ("mail", servers.mail(place)),
            ("seaweed", parts.seaweed(place)),
        ):
            self._start(name, server)
        make_bucket(place)
        place.command(urls, "-m", "deploy.demo.identity_provider.prepare", env=parts.provider_environment(place, urls))
        self._start("provider", parts.provider(place, urls))
        place.command(urls, "manage.py", "migrate", "--verbosity", "0", code=code, owner=True)
        self.collect_static(code)
        seed(place, urls, code)
        for node in NODES:
            self.start_node(node, code)
        self._start("nginx", parts.front(place))

    def collect_static(self, code: Path) -> None:
        self.place.command(self.urls, "manage.py", "collectstatic", "--no-input", "--verbosity", "0", code=code)

    def start_node(self, node: str, code: Path | None = None, own: Mapping[str, str] | None = None) -> None:
        """Start a node with the code and the settings that it has now."""
        place = self.place
        place.release[node] = code or place.release[node]
        place.own[node] |= dict(own or {})
        if node in WEB:
            server = parts.web(place, self.urls, node)
        else:
            server = parts.beat(place, self.urls) if node == "beat" else parts.worker(place, self.urls, node)
        self._start(node, server)
        if os.geteuid() == 0:
            for pid in family(server.pid):
                os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0))

    def _start(self, name: str, server: Server) -> None:
        self.servers[name] = server
        server.start()
        server.wait_ready()

    # -------------------------------------------------------------------------------------------- faults
    def kill(self, name: str) -> None:
        """kill -9 for the server and every process of it, at once."""
        _signal(self.servers[name], signal.SIGKILL)
        process = self.servers[name].process
        if process is not None:
            process.wait(10)

    def start_again(self, name: str) -> None:
        """What systemd does after a kill; returns when it answers."""
        server = self.servers[name]
        deadline = time.monotonic() + 60
        while True:
            server.start()
            try:
                return server.wait_ready()
            except Exception:  # a database whose old processes still end refuses its first start
                if time.monotonic() > deadline:
                    raise
                server.stop()
                time.sleep(0.5)

    def freeze(self, name: str) -> None:
        """SIGSTOP for every process of it: connections stay, nobody answers."""
        _signal(self.servers[name], signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        _signal(self.servers[name], signal.SIGCONT)
        self.servers[name].wait_ready()

    # ------------------------------------------------------------------------------- one node after the other
    def replace(self, node: str, code: Path | None = None, own: Mapping[str, str] | None = None) -> None:
        """As "Upgrade" in docs/for-operators.md: out of the front, stopped, started, ready, back in the front."""
        if node in WEB:
            self.reload_front(frozenset({node}))
        self.servers[node].stop()
        self.start_node(node, code, own)
        if node in WEB:
            self.reload_front()

    def reload_front(self, out: frozenset[str] = frozenset()) -> None:
        """Give nginx another list of nodes; requests that it has begun go on."""
        front = self.servers["nginx"]
        (self.place.data_dir / "nginx" / "site.conf").write_text(parts.site(self.place, out), encoding="utf-8")
        os.kill(front.pid, signal.SIGHUP)
        time.sleep(1)  # the old workers of nginx finish what they have

    # ------------------------------------------------------------------------------------------- looking
    def ask(self, question: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of the portal's database, read as its superuser."""
        address = self.urls.superuser.removesuffix("/postgres") + "/gatehouse"
        with psycopg.connect(address, autocommit=True) as connection:
            return connection.execute(question.encode(), values or None).fetchall()

    def documented_log_settings(self) -> None:
        """What docs/for-operators.md says about the log of PostgreSQL, statement for statement."""
        text = DOCUMENTED_LOG.read_text(encoding="utf-8")
        lines = [line.partition("--")[0].strip() for line in text.splitlines()]
        begins = ("ALTER SYSTEM SET log_", "ALTER DATABASE gatehouse SET log_", "SELECT pg_reload_conf")
        statements = [line for line in lines if line.startswith(begins)]
        if len(statements) < 8:
            raise LookupError("docs/for-operators.md does not list the settings of PostgreSQL's log any more")
        with psycopg.connect(self.urls.superuser, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def stop(self) -> None:
        for name, server in reversed(self.servers.items()):
            if name != "postgres":
                with contextlib.suppress(ProcessLookupError):
                    _signal(server, signal.SIGCONT)
                server.stop()


@contextlib.contextmanager
def running_layout(place: Place, code: Path = ROOT) -> Iterator[Layout]:
    """The whole layout with the code of one release, for as long as the block lasts."""
    server, urls = parts.postgres(place)
    with running(server):
        database.ensure_roles(urls, place.secrets)
        layout = Layout(place, urls, server)
        layout.documented_log_settings()
        try:
            layout.prepare(code)
            yield layout
        finally:
            layout.stop()


def family(pid: int) -> list[int]:
    """A process and all that descend from it, parents first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(parents.get(one, []))
    return found


def _signal(server: Server, number: signal.Signals) -> None:
    """Twice, because a parent may start a child in between."""
    if server.process is None or sys.platform != "linux":
        return
    for _turn in range(2):
        for pid in family(server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if number == signal.SIGKILL:
            return
