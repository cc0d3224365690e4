"""The page on which an operator ends something: first what that changes, then one button."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.forms import refusal_of
from apps.web.set_up.common import Save


def ask_before_ending(
    request: AuthenticatedRequest, act: Save, *, check: Callable[[], object] | None = None, heading: str, button: str,
    effects: Sequence[str], back: str, crumbs: list[dict[str, str]],
) -> HttpResponse:  # fmt: skip
    """A page that says what `act` changes; sent to itself, `act` is done, which says what to show and where to go on.

    `check` raises what `act` would be refused with: the page then shows why and has no button. `back` is the address
    of the page that leads here.
    """
    if request.method == "POST":
        says, address = act()
        messages.success(request, says)
        return redirect(address)
    refusal = refusal_of(check) if check is not None else None
    context: dict[str, Any] = {
        "heading": heading, "button": button, "effects": effects, "back": back, "crumbs": crumbs,
        "refusal": refusal.sentence if refusal is not None else "",
    }  # fmt: skip
    return render(request, "set_up/end.html", context)
