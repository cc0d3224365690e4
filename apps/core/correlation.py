"""One reference per piece of work: in the answer's header, in every event and in every log line it caused.

And by which key it was asked for: an event of a script's names its token, so that it can be distinguished from its
person's own.
"""

import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

_reference: ContextVar[str] = ContextVar("correlation", default="")
_nothing: Mapping[str, str] = MappingProxyType({})
_through: ContextVar[Mapping[str, str]] = ContextVar("through", default=_nothing)


def begin(reference: str = "") -> str:
    """Start a piece of work (a request, a task) and return its reference."""
    chosen = reference or secrets.token_hex(8)
    _reference.set(chosen)
    _through.set(_nothing)
    return chosen


def current() -> str:
    return _reference.get()


def act_through(**keys: str) -> None:
    """Until the next piece of work begins, every event says by which key it was asked for."""
    _through.set(keys)


def through() -> dict[str, str]:
    return dict(_through.get())
