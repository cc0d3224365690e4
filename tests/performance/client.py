"""Clients that cost little: one download by a raw socket, and a load of pages over connections that stay open.

`python -m tests.performance.client PORT PATH SECONDS CLIENTS [COOKIE]` prints pages per second, from a process of its
own.
"""

import socket
import sys
import threading
import time
from dataclasses import dataclass

BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Download:
    """How long one download took, in seconds, and what came."""

    first_byte: float
    total: float
    size: int
    status: int


def download(port: int, path: str, headers: dict[str, str] | None = None) -> Download:
    """Fetch the whole of it and throw it away."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    buffer = bytearray(BLOCK)
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head, first = b"", 0.0
        while b"\r\n\r\n" not in head:
            more = wire.recv(65536)
            if not more:
                raise RuntimeError(f"{path}: the answer broke off: {head[:200]!r}")
            head += more
        first = time.perf_counter() - began
        head, _, body = head.partition(b"\r\n\r\n")
        size = len(body)
        while got := wire.recv_into(buffer):
            size += got
    return Download(first, time.perf_counter() - began, size, int(head.split(b" ", 2)[1]))


def load(port: int, path: str, seconds: float, clients: int, cookie: str = "") -> float:
    """Pages per second that so many clients get, each asking for the next page as soon as it has the last."""
    stop = time.perf_counter() + seconds
    counts = [0] * clients
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            counts[number] = _ask(port, path, cookie, stop)
        except BaseException as fault:
            faults.append(fault)

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(counts) / (time.perf_counter() - began)


def _ask(port: int, path: str, cookie: str, stop: float) -> int:
    carried = f"Cookie: {cookie}\r\n" if cookie else ""
    question = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{carried}\r\n".encode()
    done, wire = 0, None
    while time.perf_counter() < stop:
        wire = wire or socket.create_connection(("127.0.0.1", port), timeout=30)
        wire.sendall(question)
        if not _one(wire, path):
            wire.close()
            wire = None
        done += 1
    if wire is not None:
        wire.close()
    return done


def _one(wire: socket.socket, path: str) -> bool:
    """Read one answer; whether the connection stays open."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = wire.recv(262144)
        if not more:
            raise RuntimeError(f"{path}: the answer broke off")
        head += more
    head, _, body = head.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{path}: {head[:300]!r}")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    left = int(fields[b"content-length"]) - len(body)
    while left > 0:
        left -= len(wire.recv(262144))
    return fields.get(b"connection", b"") != b"close"


if __name__ == "__main__":
    _port, _path, _seconds, _clients, *_cookie = sys.argv[1:]
    print(load(int(_port), _path, float(_seconds), int(_clients), *_cookie))
