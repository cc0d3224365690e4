"""The portal's calls to providers: https, one answer of bounded size in bounded time, no detours.

A provider that is slow, endless or gone costs a sign-in, never a page of somebody else: a process keeps at most
`SIGN_IN_CALLS` calls open and refuses the next one at once, so that threads remain for everything else.
"""

import base64
import http.client
import ipaddress
import json
import socket
import ssl
import threading
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from django.conf import settings

from apps.identity.oidc.checks import Untrusted

LIMIT = 256 * 1024

LOOPBACK = {"127.0.0.1", "localhost", "::1"}

_slots = threading.BoundedSemaphore(settings.SIGN_IN_CALLS)

_trust = ssl.create_default_context()


@dataclass(frozen=True)
class Answer:
    """What came back: its status (200, if no other was asked for), its bytes, and the time by its clock (`Date`)."""

    kind: str
    body: bytes
    date: str = ""
    status: int = 200


def fetch(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    any_status: bool = False,
) -> Answer:
    """One call; Untrusted("slow" | "unreachable" | "busy" | "too_big" | "status" | "address" ...) for anything else.

    The exception of the network or of TLS is its `__cause__`. `any_status` takes an answer that is not 200 too.
    """
    parts = address(url)
    if not _slots.acquire(blocking=False):
        raise Untrusted("busy")
    try:
        with _Call(parts) as call:
            return _ask(call, parts, form, dict(headers or {}), any_status)
    finally:
        _slots.release()


def address(url: str) -> SplitResult:
    """An https address without user, password or fragment; plain http only on this machine, for demo and tests."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as fault:
        raise Untrusted("address") from fault
    plain = parts.scheme == "http" and settings.SIGN_IN_PLAIN_LOOPBACK and host in LOOPBACK
    odd = parts.username is not None or parts.password is not None or parts.fragment or port == 0
    if not host or odd or not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
        raise Untrusted("address")
    if parts.scheme != "https" and not plain:
        raise Untrusted("address")
    return parts


def same_site(url: str, issuer: str) -> bool:
    """A provider may send the portal to other hosts by name, but to a bare network address only if it is its own."""
    host = address(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host not in LOOPBACK or host == urlsplit(issuer).hostname
    return host == urlsplit(issuer).hostname


class _Call:
    """One connection, and a watch that cuts it when the whole call has taken too long, however slowly bytes drip."""

    def __init__(self, parts: SplitResult) -> None:
        step, host = settings.SIGN_IN_STEP_SECONDS, parts.hostname or ""
        self.late = threading.Event()
        self.socket: socket.socket | None = None
        self.connection: http.client.HTTPConnection
        if parts.scheme == "https":
            self.connection = _secure(host, parts.port or 443, step)
        else:
            self.connection = http.client.HTTPConnection(host, parts.port, timeout=step)
        self.watch = threading.Timer(settings.SIGN_IN_SECONDS, self._cut)
        self.watch.daemon = True

    def __enter__(self) -> "_Call":
        self.watch.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self.watch.cancel()
        self.connection.close()

    def open(self) -> None:
        """Connect, and keep the socket itself: the connection lets go of it once an answer begins."""
        self.connection.connect()
        self.socket = self.connection.sock
        if self.late.is_set():
            raise TimeoutError

    def _cut(self) -> None:
        self.late.set()
        with suppress(OSError):  # it was closed already
            if self.socket is not None:
                self.socket.shutdown(socket.SHUT_RDWR)


def _secure(host: str, port: int, step: float) -> http.client.HTTPSConnection:
    """A connection to the host, through the proxy of HTTPS_PROXY unless NO_PROXY names the host (RFC 9110, 9.3.6)."""
    proxy = urllib.request.getproxies_environment().get("https", "")
    if not proxy or urllib.request.proxy_bypass(host):
        return http.client.HTTPSConnection(host, port, timeout=step, context=_trust)
    way = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    connection = http.client.HTTPSConnection(way.hostname or "", way.port or 3128, timeout=step, context=_trust)
    headers = {}
    if way.username is not None:
        pair = f"{unquote(way.username)}:{unquote(way.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    connection.set_tunnel(host, port, headers)
    return connection


def _ask(
    call: _Call, parts: SplitResult, form: Mapping[str, str] | None, headers: dict[str, str], any_status: bool
) -> Answer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = None
    headers |= {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Gatehouse"}
    if form is not None:
        body = urlencode(form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        call.open()
        call.connection.request("GET" if body is None else "POST", target, body, headers)
        with call.connection.getresponse() as response:
            return _read(response, call.late, any_status)
    except TimeoutError as fault:
        raise Untrusted("slow") from fault
    except ssl.SSLCertVerificationError as fault:
        raise Untrusted("certificate") from fault
    except socket.gaierror as fault:
        raise Untrusted("unknown_name") from fault
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as fault:
        raise Untrusted("slow" if call.late.is_set() else "unreachable") from fault


def _client_refused(response: http.client.HTTPResponse) -> bool:
    """Whether a token endpoint does not accept the portal's client id or secret (RFC 6749, 5.2)."""
    if response.status not in {400, 401}:
        return False
    try:
        said = json.loads(response.read(LIMIT))
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("error") in {"invalid_client", "unauthorized_client"}


def _read(response: http.client.HTTPResponse, late: threading.Event, any_status: bool) -> Answer:
    if response.status != 200 and not any_status:  # a redirect is followed nowhere: it could lead inside
        raise Untrusted("client_secret" if _client_refused(response) else "status")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Untrusted("encoding")  # nothing packed: 256 KiB could become gigabytes
    body = response.read(LIMIT + 1)
    if late.is_set():
        raise Untrusted("slow")
    if len(body) > LIMIT:
        raise Untrusted("too_big")
    if response.length:  # fewer bytes than promised: whoever cut them off may have cut off the truth
        raise Untrusted("cut")
    kind, date = response.headers.get_content_type().lower(), response.headers.get("Date", "")
    return Answer(kind=kind, body=body, date=date, status=response.status)
