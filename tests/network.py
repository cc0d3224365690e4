"""No test reaches beyond this machine."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

_LOCAL_NAMES = {"localhost", "testserver", "", None}


class OutsideNetwork(AssertionError):
    """A test tried to speak to another machine."""


def is_local(host: object) -> bool:
    """Whether an address is this machine's own."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        return False


def close(patch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every look-up of a name beyond loopback."""
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    patch.setattr(socket.socket, "sendto", _guarded_send(socket.socket.sendto))
    patch.setattr(socket, "getaddrinfo", _guarded_name(socket.getaddrinfo))


def _refuse(host: object) -> None:
    if not is_local(host):
        raise OutsideNetwork(f"tests have no network, and this one wants to reach {host!r}")


def _guarded(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _refuse(address[0])
        return real(self, address)

    return connect


def _guarded_send(real: Callable[..., Any]) -> Callable[..., Any]:
    def sendto(self: socket.socket, data: Any, *rest: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _refuse(rest[-1][0])
        return real(self, data, *rest)

    return sendto


def _guarded_name(real: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse(host)
        return real(host, *args, **kwargs)

    return getaddrinfo
