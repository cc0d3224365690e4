"""Absolute addresses of the portal: the one place that joins where it is reached (PORTAL_ADDRESS) with a path.

E-mails, the API, links, visas and OAuth metadata ask here; `manage.py lint --only absolute-addresses` finds a second
place.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def portal_address() -> str:
    """Where people reach the portal, without a trailing slash: `https://portal.example.org`."""
    return str(settings.PORTAL_ADDRESS).rstrip("/")


def portal_host() -> str:
    """The host in that address."""
    return urlsplit(portal_address()).hostname or "gatehouse"


def absolute(path: str) -> str:
    """The whole address of a path that begins with a slash, as `reverse` gives it; anything else is a ValueError."""
    if not path.startswith("/"):
        raise ValueError(f"{path!r} is not a path of the portal")
    return f"{portal_address()}{path}"


def absolute_where_visited(request: HttpRequest, path: str) -> str:
    """The whole address at the host that the browser asked, which has its session: for the way back of a sign-in."""
    return request.build_absolute_uri(path)
