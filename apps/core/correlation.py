"""One reference per piece of work: in the answer's header, in every event and in every log line it caused."""

import secrets
from contextvars import ContextVar

_reference: ContextVar[str] = ContextVar("correlation", default="")


def begin(reference: str = "") -> str:
    """Start a piece of work (a request, a task) and return its reference."""
    chosen = reference or secrets.token_hex(8)
    _reference.set(chosen)
    return chosen


def current() -> str:
    return _reference.get()
