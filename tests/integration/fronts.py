"""The shipped front servers, started for a test, and a portal that opens one file.

Caddy comes with the demo; `tests/nginx.py` starts nginx where the machine has it.
"""

import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from apps.downloads.ranges import asked_of, plan
from deploy.demo.embedded import servers
from deploy.demo.embedded.process import Server
from deploy.demo.embedded.world import World
from tests import nginx as tests_nginx
from tests.nginx import needed

CONTENT = os.urandom(300_000)
SAFE = {
    "Repr-Digest": "sha-256=:YWJj:", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox",
    "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=60",
}  # fmt: skip
ETAG = '"sha256-of-the-file"'


def portal(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """A portal that opens one file, has nothing at the address of the sealed ones, and otherwise says what it heard."""
    path = environ["PATH_INFO"]
    if path.startswith("/_sealed"):
        start("404 Not Found", [("Content-Length", "0")])
        return [b""]
    if path.startswith("/d/"):
        key = "ab/cdef" if path == "/d/token" else "../secrets.json" if path == "/d/climb" else "gone"
        sent = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}", "") for name in ("Range", "If-Range")}
        planned = plan(asked_of(environ["REQUEST_METHOD"], sent), size=len(CONTENT), etag=ETAG)
        if planned.status == 416:
            start("416 Range Not Satisfiable", [("Content-Range", f"bytes */{len(CONTENT)}"), ("Content-Length", "0")])
            return [b""]
        heads = {"X-Accel-Range": planned.byte_range}
        heads |= SAFE | {"X-Accel-Redirect": f"/_sealed/{key}", "ETag": ETAG, "Content-Type": "text/csv"}
        heads |= {"Content-Disposition": 'attachment; filename="x.csv"', "Cache-Control": "private, no-store"}
        start("200 OK", list({**heads, "Content-Length": "0"}.items()))
        return [b""]
    heard = "\n".join(sorted(f"{name}={value}" for name, value in environ.items() if name.startswith("HTTP_"))).encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(heard)))])
    return [heard]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Tests speak only when they fail."""


@contextmanager
def serving(port: int) -> Iterator[None]:
    with make_server("127.0.0.1", port, portal, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def nginx(world: World) -> Server:
    """nginx with the shipped configuration: only ports, folders and TLS differ."""
    changes = (
        ("127.0.0.1:8000", f"127.0.0.1:{world.ports['app']}"),
        ("127.0.0.1:8001", f"127.0.0.1:{world.ports['probes']}"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{world.ports['web']};"),  # last: this port may be 8000
    )
    return tests_nginx.server(world, re.sub(r"(?m)^ *ssl_\w+ .*;\n", "", tests_nginx.shipped(world, changes)))


FRONTS = {"caddy": servers.caddy, "nginx": nginx}
BOTH = ["caddy", pytest.param("nginx", marks=needed)]
