"""/healthz, /readyz and /metrics from threads and a port of their own, whatever the request threads wait for.

gunicorn opens the socket before it starts its workers, and each worker serves it in a thread (deploy/gunicorn_conf.py,
docs/decisions/probes.md). A worker that hangs answers no probe; then another takes the connection.
"""

import json
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DEFAULT_ADDRESS = "127.0.0.1:8001"
SILENT_CLIENT_SECONDS = 5
_listener: socket.socket | None = None


def address() -> tuple[str, int]:
    """PROBE_ADDRESS, as host and port; RuntimeError with what is wrong."""
    value = os.environ.get("PROBE_ADDRESS", "").strip() or DEFAULT_ADDRESS
    host, _colon, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise RuntimeError(f"PROBE_ADDRESS must be host:port, such as {DEFAULT_ADDRESS}, not {value!r}.")
    return host.strip("[]"), int(port)


def listen() -> None:
    """Open the socket that all workers share. Called once, before they start."""
    global _listener
    host, port = address()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # The port is shared with the gunicorn that this one replaces (signal USR2).
        _listener = socket.create_server((host, port), family=family, backlog=64, reuse_port=True)
    except OSError as fault:
        raise RuntimeError(f"The probes cannot listen on PROBE_ADDRESS {host}:{port}: {fault.strerror}.") from fault


def serve() -> None:
    """Answer probes in a thread of this worker, and report from another that this machine serves pages."""
    if _listener is not None:
        from portal.health_checks import beat  # as below

        beat("web")
        server = _ProbeServer(_listener)
        threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()


class _ProbeServer(ThreadingHTTPServer):
    """Serves a socket that is already open; each probe has a thread, so that a slow one delays no other."""

    daemon_threads = True

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname()[:2], _Probe, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        listener.setblocking(False)  # another worker may have taken the connection that woke this one

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = self.socket.accept()
        connection.setblocking(True)
        return connection, peer


class _Probe(BaseHTTPRequestHandler):
    timeout = SILENT_CLIENT_SECONDS
    server_version, sys_version = "Gatehouse", ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self._answer(200, "text/plain", b"ok\n")
        elif path == "/readyz":
            from apps.web.common import readiness  # gunicorn reads this module before Django is set up

            status, document = readiness.answer()
            self._answer(status, "application/json", json.dumps(document).encode())
        elif path == "/metrics":
            self._metrics()
        else:
            self._answer(404, "text/plain", b"not found\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _metrics(self) -> None:
        """Who may not read them learns nothing, not even that they are here."""
        from apps.web.common import metrics  # as above

        if metrics.allowed(str(self.client_address[0]), self.headers.get("Authorization", "")):
            self._answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.exposition())
        else:
            self._answer(404, "text/plain", b"not found\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Probes come every few seconds, and are not logged."""
