"""Where the person is signed in, and ending that from anywhere."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import commands, queries
from apps.accounts.models.sessions import IDLE, LONGEST
from apps.core.errors import Missing
from apps.web.guards import SignedInRequest, signed_in
from apps.web.once import once_per_form


@require_GET
@signed_in
def sessions(request: HttpRequest) -> HttpResponse:
    """Every living session of the person, this one marked."""
    here = _here(request)
    rows = [
        {"session": one, "is_here": one.pk == here, "ends_at": one.ends_at or one.started_at + LONGEST}
        for one in queries.sessions_of(request.user).select_related("provider")
    ]
    limits = {"idle_minutes": int(IDLE.total_seconds() // 60), "longest_hours": int(LONGEST.total_seconds() // 3600)}
    return render(request, "account/sessions.html", {"rows": rows, **limits})


@require_POST
@signed_in
@once_per_form
def session_end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One session ends; whoever ends the one they sit in is signed out at once. Ending it twice changes nothing."""
    session = queries.all_sessions_of(request.user).filter(pk=pk).first()
    if session is None:
        raise Missing(_("There is no such session."))
    commands.end_session(session, by=request.user)
    if session.pk == _here(request):
        return _out(request)
    messages.success(request, _("The session is ended. That browser is signed out at its next click."))
    return HttpResponseRedirect(reverse("sessions"))


@require_POST
@signed_in
@once_per_form
def sessions_end_all(request: SignedInRequest) -> HttpResponse:
    """Signed out everywhere, here too."""
    commands.end_all_sessions(request.user, by=request.user)
    return _out(request)


def _out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect(reverse("home"), headers={"Cache-Control": "private, no-store"})


def _here(request: HttpRequest) -> Any:
    session = getattr(request, "person_session", None)
    return session.pk if session is not None else None
