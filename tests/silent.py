"""Peers that are there and say nothing: a frozen server, or a firewall that drops packets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_listener() -> Iterator[int]:
    """A TCP port of this machine that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)  # the kernel takes them; nobody reads
        yield listener.getsockname()[1]
