"""A small server that speaks the protocol of clamd, and answers as a test wants it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MARK = b"HARMLESS-TEST-MARK"


class FakeClamd:
    """Listens at `address`; reads one command and answers as `behave` says, for content that holds MARK or not."""

    def __init__(self, listening: socket.socket, behave: Callable[[socket.socket, bytes], None]) -> None:
        self.seen: list[bytes] = []
        self._listening, self._behave = listening, behave
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _address = self._listening.accept()
            except OSError:
                return
            with peer:
                try:
                    self._behave(peer, self._received(peer))
                except OSError:
                    continue

    def _received(self, peer: socket.socket) -> bytes:
        stream = peer.makefile("rb")
        command = b""
        while not command.endswith(b"\0"):
            command += stream.read(1)
        if command == b"zPING\0":
            return command
        content = b""
        while size := struct.unpack("!L", stream.read(4))[0]:
            content += stream.read(size)
        self.seen.append(content)
        return content


def answers(text: bytes) -> Callable[[socket.socket, bytes], None]:
    return lambda peer, _content: peer.sendall(text)


def honest(peer: socket.socket, content: bytes) -> None:
    if content == b"zPING\0":
        peer.sendall(b"PONG\0")
    else:
        peer.sendall(b"stream: Gatehouse.Test-1 FOUND\0" if MARK in content else b"stream: OK\0")


@contextmanager
def fake_clamd(settings: Any) -> Iterator[Callable[..., FakeClamd]]:
    """`start(behave)` starts one and sets CLAMD; with `path` it listens on a socket of the file system."""
    listening: list[socket.socket] = []

    def start(behave: Callable[[socket.socket, bytes], None] = honest, path: Path | None = None) -> FakeClamd:
        found = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_STREAM)
        found.bind(str(path) if path else ("127.0.0.1", 0))
        found.listen()
        listening.append(found)
        settings.CLAMD = str(path) if path else f"127.0.0.1:{found.getsockname()[1]}"
        settings.CLAMD_SECONDS = 1.0
        return FakeClamd(found, behave)

    yield start
    for one in listening:
        one.close()
