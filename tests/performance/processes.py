"""What servers cost: memory and processor time, read from /proc."""

import os
from collections.abc import Iterator
from pathlib import Path

from deploy.demo.embedded.process import Server
from tests.performance.place import Place

_TICKS = os.sysconf("SC_CLK_TCK")


def workers(server: Server) -> list[int]:
    """The processes that a server started."""
    return sorted(_children(server.pid))


def memory(pids: list[int]) -> list[int]:
    """Resident bytes of each."""
    return [int(_status(pid, "VmRSS").split()[0]) * 1024 for pid in pids]


def processor_seconds(place: Place, server: Server) -> float:
    """Processor time so far of a server, of its workers and of the database with all its own."""
    database = int((place.world.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    return sum(_seconds(pid, and_gone=True) + sum(map(_seconds, _children(pid))) for pid in (server.pid, database))


def _seconds(pid: int, *, and_gone: bool = False) -> float:
    """User and system time; `and_gone` adds that of children which have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(fields[place]) for place in ((11, 12, 13, 14) if and_gone else (11, 12))) / _TICKS


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from (int(child) for child in (task / "children").read_text().split())


def _status(pid: int, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(name))
