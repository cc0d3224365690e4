"""One server process: started apart from the terminal, stopped with its children, gone when its parent is gone."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Trouble(Exception):
    """Why a server cannot run, as one sentence that says what to do."""


def follow_parent(parent: int, ending: signal.Signals) -> None:
    """In a child about to start: be sent `ending` when the parent dies, however it dies (Linux)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(ending), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def born(pid: int) -> str | None:
    """When the process of that number started, so that a reused number is not mistaken for it; None if it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if after_name[0] == "Z" else after_name[19]


def end_group(pid: int, ending: signal.Signals) -> None:
    """Tell a server and the children it left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, ending)


@dataclass
class Server:
    """How to start one server, and how to know that it answers."""

    name: str
    command: list[str]
    log: Path
    ready: Callable[[], bool]
    env: dict[str, str] = field(default_factory=dict)
    ending: signal.Signals = signal.SIGTERM
    before_exec: Callable[[], None] | None = None
    patience: float = 40.0
    farewell: float = 12.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it without waiting; what it prints goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        parent = os.getpid()

        def prepare() -> None:
            if self.before_exec is not None:
                self.before_exec()
            follow_parent(parent, self.ending)

        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env or None,
                start_new_session=True,
                preexec_fn=prepare,
            )

    def wait_ready(self) -> None:
        """Return when it answers; refuse with the end of its log when it does not."""
        deadline = time.monotonic() + self.patience
        while not self.ready():
            if self.ended() or time.monotonic() > deadline:
                state = "stopped at once" if self.ended() else f"did not answer within {self.patience:.0f} s"
                raise Trouble(f"{self.name} {state}; its log {self.log} ends with:\n{self.tail()}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to end, then insist; nothing of its group stays."""
        if self.process is None:
            return
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.ending)
            try:
                self.process.wait(self.farewell)
            except subprocess.TimeoutExpired:
                end_group(self.pid, signal.SIGKILL)
                self.process.wait(5)
        end_group(self.pid, signal.SIGKILL)

    def tail(self, lines: int = 12) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(f"    {line}" for line in self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server for as long as the block lasts."""
    server.start()
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop()
