"""Keeps the servers of one data folder running: starts them, restarts one that dies, stops them all."""

import contextlib
import fcntl
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.demo.embedded.ports import read, write_private
from deploy.demo.embedded.process import Server, Trouble, born, end_group

RESTARTS, WITHIN = 8, 60.0


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Nobody else runs on this data folder; the system lets go of the lock however this process ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble(
                f"A demo already runs with the data folder {data_dir}: stop it first, or start another with "
                "`make demo DATA_DIR=another/folder`."
            ) from None
        yield


class Supervisor:
    """The servers of one data folder, in the order in which they were started."""

    def __init__(self, data_dir: Path, say: Callable[[str], None], changed: Callable[[], None] = lambda: None) -> None:
        self._servers: list[Server] = []
        self._deaths: dict[str, deque[float]] = {}
        self._note = data_dir / "processes.json"
        self._say = say
        self._changed = changed

    def clear_away(self) -> None:
        """End what a killed start left behind, by number and birth, never by name."""
        left = {name: str(value).partition("@") for name, value in read(self._note).items()}
        alive = [int(pid) for pid, _, birth in left.values() if born(int(pid)) == birth]
        for ending, patience in ((signal.SIGTERM, 5.0), (signal.SIGINT, 5.0), (signal.SIGKILL, 2.0)):
            for pid in alive:
                end_group(pid, ending)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and any(born(pid) for pid in alive):
                time.sleep(0.1)
        write_private(self._note, {})

    def start(self, *servers: Server) -> None:
        """Start them together, and return when all answer."""
        for server in servers:
            server.start()
            self._servers.append(server)
        self._remember()
        for server in servers:
            server.wait_ready()

    def pids(self) -> dict[str, int]:
        return {server.name: server.pid for server in self._servers}

    def watch(self) -> None:
        """Until interrupted: a server that dies comes back, and one that keeps dying ends the demo with its log."""
        while True:
            for server in self._servers:
                if server.ended():
                    self._bring_back(server)
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the last started first; what serves people goes before what it stands on."""
        for server in reversed(self._servers):
            server.stop()
        self._servers.clear()
        write_private(self._note, {})

    def _bring_back(self, server: Server) -> None:
        code = server.process.returncode if server.process else 0
        deaths = self._deaths.setdefault(server.name, deque(maxlen=RESTARTS))
        if len(deaths) == RESTARTS and time.monotonic() - deaths[0] < WITHIN:
            raise Trouble(f"{server.name} died {RESTARTS + 1} times in a minute; its log ends with:\n{server.tail()}")
        deaths.append(time.monotonic())
        end_group(server.pid, signal.SIGKILL)
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        time.sleep(min(0.1 * 2 ** (len(deaths) - 1), 5.0))
        server.start()
        self._remember()
        self._changed()
        self._say(f"{server.name} had died ({reason}) and was started again as process {server.pid}")

    def _remember(self) -> None:
        known = {server.name: f"{server.pid}@{born(server.pid)}" for server in self._servers}
        write_private(self._note, known)
