"""The page for the day when no identity provider answers. It is not there unless an operator has switched it on."""

import threading
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from apps.core import clock
from apps.core.actors import ANONYMOUS
from apps.core.errors import Unavailable
from apps.identity.commands.break_glass import try_break_glass
from apps.identity.commands.sessions import begin_session, end_session_of_key
from apps.identity.models import PersonSession
from apps.identity.oidc.authorize import SESSION
from apps.identity.oidc.client_info import browser_family
from apps.identity.oidc.views import sign_in_of
from apps.people.models import PlatformRole
from apps.web.common.actor import PageRequest
from apps.web.common.decorators import require_page_or_form
from apps.web.sign_in.forms import BreakGlassForm

BACKEND = "apps.identity.backends.BreakGlassSignIn"
WAIT = 3.0
# A try costs memory and time on purpose. One at a time in each process: whoever floods this page slows down only it.
_one_at_a_time = threading.BoundedSemaphore(1)


@sensitive_post_parameters("password", "code")
@require_page_or_form
def break_glass(request: PageRequest) -> HttpResponse:
    """Name, password and a code; one answer, after one time, whatever of them was wrong."""
    if not settings.BREAK_GLASS:
        raise Http404
    form, status = BreakGlassForm(), 200
    if request.method == "POST":
        form, status = BreakGlassForm(request.POST), 422
        if form.is_valid():
            role = _tried(form.cleaned_data)
            if role is not None:
                return _in(request, role)
            form.add_error(
                None,
                _(
                    "The sign-in failed. Check the account name, password and code. After five "
                    "failed attempts an account is locked for 15 minutes."
                ),
            )
    answer = render(request, "sign_in/break_glass.html", {"form": form}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _tried(typed: dict[str, Any]) -> PlatformRole | None:
    if not _one_at_a_time.acquire(timeout=WAIT):
        raise Unavailable(_("Someone else is trying to sign in this way right now. Try again shortly."))
    begun = time.monotonic()
    try:
        return try_break_glass(typed["handle"], password=typed["password"], code=typed["code"], by=ANONYMOUS)
    finally:
        time.sleep(max(0.0, settings.BREAK_GLASS_SECONDS - (time.monotonic() - begun)))
        _one_at_a_time.release()


def _in(request: PageRequest, role: PlatformRole) -> HttpResponse:
    """A session of an hour at most, under a key nobody has seen; its sign-in is fresh, and of two factors."""
    person = role.person
    if request.actor.is_authenticated:
        before = request.session.session_key or ""
        end_session_of_key(before, because=PersonSession.Ended.REPLACED, by=request.actor)
    request.session.flush()
    login(request, person, backend=BACKEND)
    request.actor = person
    request.session.cycle_key()
    request.session.set_expiry(role.ends_at)
    now = int(clock.now().timestamp())
    request.session[SESSION] = {"issuer": "", "acr": "", "amr": ["pwd", "otp"], "auth_time": now}
    begin_session(
        person,
        key=request.session.session_key or "",
        sign_in=sign_in_of(request.session[SESSION]),
        browser=browser_family(request),
        ends_at=role.ends_at,
        by=person,
    )
    return HttpResponseRedirect(reverse("system_status"))
