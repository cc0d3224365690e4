"""The reference of a request or task: in the response header, in its events and in its log lines.

Events also name the access token, if one was used, so that those of a script differ from those of its owner.
"""

import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

_reference: ContextVar[str] = ContextVar("correlation", default="")
_nothing: Mapping[str, str] = MappingProxyType({})
_through: ContextVar[Mapping[str, str]] = ContextVar("through", default=_nothing)


def begin(reference: str = "") -> str:
    """Start a request or task and return its reference; a new one if none is given."""
    chosen = reference or secrets.token_hex(8)
    _reference.set(chosen)
    _through.set(_nothing)
    return chosen


def current() -> str:
    """The reference of the current request or task; empty outside of one."""
    return _reference.get()


def act_through(**keys: str) -> None:
    """Add these facts (such as the id of an access token) to every event until the next `begin`."""
    _through.set(keys)


def through() -> dict[str, str]:
    """The facts given to `act_through`."""
    return dict(_through.get())
