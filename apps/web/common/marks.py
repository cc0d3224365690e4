"""Marks that views carry for the middleware."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def writes(view: View) -> View:
    """This view writes although it answers GET: a download writes its event before the first byte."""
    view.writes_on_get = True  # type: ignore[attr-defined]
    return view
