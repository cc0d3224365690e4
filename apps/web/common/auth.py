"""Who may see a page at all; what they may do on it is asked of the rules."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import NeedsSignIn
from apps.web.common.actor import PageRequest
from apps.web.common.errors import wants_json
from apps.web.common.saved_forms import forget_saved_form, page_of, save_form, sent_by, worth_keeping

View = Callable[..., HttpResponseBase]


def sign_in_address(next_path: str, *, again: bool = False, factor: bool = False) -> str:
    """Where signing in starts, and where it comes back to; `again` asks for fresh proof, `factor` for two of them."""
    asked = {"next": next_path} | ({"again": "1"} if again else {}) | ({"factor": "1"} if factor else {})
    return f"{reverse('oidc_authentication_init')}?{urlencode(asked)}"


def signed_in(view: View) -> View:
    """Only for people who are signed in; others go to sign in and come back to the same page."""

    @wraps(view)
    def wrapper(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.actor.is_authenticated:
            answer = view(request, *args, **kwargs)
            if request.method == "POST" and answer.status_code < 400:
                forget_saved_form(request, path=request.path)
            return answer
        target = sign_in_address(_way_back(request))
        if wants_json(request):  # a script of a page, which could not follow the way to another site
            raise NeedsSignIn(_("Sign in again"))
        return HttpResponseRedirect(target)

    return wrapper


def _way_back(request: PageRequest) -> str:
    """The same page; or what was typed there, when the session ended before it was sent."""
    if request.method == "GET":
        return request.get_full_path()
    typed = worth_keeping(request) and not wants_json(request)
    kept = typed and save_form(request, of=sent_by(request))
    return reverse("sign_in_continue") if kept else page_of(request)
