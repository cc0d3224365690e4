"""What a data folder remembers between two starts: its ports and its secrets.

The issuer of an identity is an address with a port in it, so a port that changed would make everybody a stranger.
"""

import json
import os
import secrets
import socket
from pathlib import Path
from random import SystemRandom

from deploy.demo.embedded.process import Trouble

# Below the range from which Linux takes the ports of outgoing connections, which come and go.
_RANGE = range(20000, 32000)
_random = SystemRandom()


def free(port: int) -> bool:
    """Whether nobody listens on that port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def hold(port: int) -> socket.socket:
    """Nobody else finds the port free until the socket is closed; a server that shares its port (Caddy) may listen.

    Caddy listens with SO_REUSEPORT. Two demos begun within seconds of each other would both find 8000 free, then share
    it without a word, and every second click would land in the other one.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        reserved.bind(("127.0.0.1", port))  # it never listens, so no connection comes here
    except OSError:
        reserved.close()
        raise Trouble(Ports.busy("web", port)) from None
    return reserved


def write_private(path: Path, content: object) -> None:
    """A JSON file that only this user can read, replaced in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)


def read(path: Path) -> dict[str, str | int]:
    """What the file says; an empty or broken one says nothing."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


class Ports:
    """The ports of one data folder, chosen once."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "ports.json"
        self._known = {name: int(port) for name, port in read(self._path).items()}

    def take(self, name: str, *, wanted: int | None = None, prefer: int | None = None) -> int:
        """The port of that server; a busy one is refused with what to do."""
        port = wanted or self._known.get(name)
        if port is None:
            port = prefer if prefer and self._usable(prefer) else self._any()
        if not free(port):
            raise Trouble(self.busy(name, port))
        if self._known.get(name) != port:
            self._known[name] = port
            write_private(self._path, self._known)
        return port

    def _any(self) -> int:
        for _ in range(200):
            port = _random.choice(_RANGE)
            if self._usable(port):
                return port
        raise Trouble("No free port was found between 20000 and 32000 on 127.0.0.1.")

    def _usable(self, port: int) -> bool:
        return port not in self._known.values() and free(port)

    @staticmethod
    def busy(name: str, port: int) -> str:
        choice = "PORT=another" if name == "web" else "DATA_DIR=another/folder"
        return (
            f"Port {port} ({name}) is in use by another program: stop that program, or start with `make demo {choice}`."
        )


class Secrets:
    """The passwords and keys of one data folder, made once and readable by this user only."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "secrets.json"
        self._known = read(self._path)

    def take(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = secrets.token_urlsafe(48)
            write_private(self._path, self._known)
        return str(self._known[name])
