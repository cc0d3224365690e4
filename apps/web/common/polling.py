"""Requests that an open page sends by itself to show news (static/js/poll.js); nobody clicked."""

from django.http import HttpRequest

HEADER = "X-Poll"


def is_poll(request: HttpRequest) -> bool:
    """Whether a script of an open page asks: it only reads, and a form can send no such header."""
    return request.method == "GET" and HEADER in request.headers
