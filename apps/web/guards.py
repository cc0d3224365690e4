"""Who may see a page at all; what they may do on it is asked of the rules."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.accounts.oidc import local_path
from apps.core.errors import NeedsSignIn
from apps.web.answers import wants_json

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """What a view behind `signed_in` is given: somebody is known to be asking."""

    user: Person


def sign_in_address(next_path: str, *, again: bool = False, factor: bool = False) -> str:
    """Where signing in starts, and where it comes back to; `again` asks for fresh proof, `factor` for two of them."""
    asked = {"next": next_path} | ({"again": "1"} if again else {}) | ({"factor": "1"} if factor else {})
    return f"{reverse('oidc_authentication_init')}?{urlencode(asked)}"


def signed_in(view: View) -> View:
    """Only for people who are signed in; others go to sign in and come back to the same page."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else page_of(request)
        target = sign_in_address(back)
        if wants_json(request):  # a script of a page, which could not follow the way to another site
            raise NeedsSignIn(_("Please sign in again"))
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return HttpResponseRedirect(target)

    return wrapper


def page_of(request: HttpRequest) -> str:
    """The page a form was sent from; the front page when that was none of this portal's."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    path = sent_from.path + (f"?{sent_from.query}" if sent_from.query else "")
    return local_path(path) if sent_from.netloc == request.get_host() else "/"
