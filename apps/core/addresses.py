"""Absolute addresses of the portal: the only module that joins PORTAL_ADDRESS with a path.

Used by e-mails, the API, links, visas and OAuth metadata; `manage.py lint --only absolute-addresses` finds others.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port


def portal_address() -> str:
    """The address of the portal without a trailing slash, such as `https://portal.example.org`."""
    return str(settings.PORTAL_ADDRESS).rstrip("/")


def portal_host() -> str:
    """The host name in that address."""
    return urlsplit(portal_address()).hostname or "gatehouse"


def absolute(path: str) -> str:
    """The absolute address of a path that starts with a slash, as `reverse` returns it; otherwise ValueError."""
    if not path.startswith("/"):
        raise ValueError(f"{path!r} is not a path of the portal")
    return f"{portal_address()}{path}"


def absolute_where_visited(request: HttpRequest, path: str) -> str:
    """The absolute address to return to after sign-in.

    It is that of PORTAL_ADDRESS: a front server may drop the port from the header Host. If the visitor came by another
    name (EXTRA_HOSTS), it has that name, which alone has the session.
    """
    name, _port = split_domain_port(request.get_host())
    return absolute(path) if name == portal_host() else request.build_absolute_uri(path)
