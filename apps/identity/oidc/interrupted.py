"""A sign-in whose node died while it used the provider's answer: the answer is used up, and nobody is signed in.

The front server, or the person, then sends the same answer to another node. Instead of refusing what this browser had
rightly been sent, that node starts the sign-in again, once.
"""

import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

BEGUN = "sign_in_in_progress"
LONGEST = 120  # seconds: what may pass between the two nodes


def note_begin(request: HttpRequest, entry: dict[str, Any]) -> None:
    """The answer to this question is about to be used. Call it before the state is deleted, which saves both."""
    if entry["silent"] or entry["link"]:
        return  # the first is asked again by itself; the second needs a form of the portal
    asked = {"next": entry["next"], "provider": entry["provider"]}
    asked |= {name: "1" for name in ("again", "factor") if entry[name]}
    request.session[BEGUN] = {"state": request.GET.get("state", ""), "at": time.time(), "asked": asked}


def note_end(request: HttpRequest) -> None:
    """The sign-in came to an end, whichever it is."""
    request.session.pop(BEGUN, None)


def address_to_start_again(request: HttpRequest) -> str:
    """Where the sign-in starts again if this answer's use never came to an end; otherwise empty.

    Only the browser that asked has the note in its session, and reading it takes it away.
    """
    begun = request.session.get(BEGUN)
    if begun is None or begun["state"] != request.GET.get("state", ""):
        return ""
    note_end(request)
    if not 0 <= time.time() - begun["at"] <= LONGEST:
        return ""
    return f"{reverse('oidc_authentication_init')}?{urlencode(begun['asked'])}"
