"""Where the person is signed in, and ending that from anywhere."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.errors import NotFound
from apps.identity.commands.sessions import end_all_sessions, end_session
from apps.identity.models.sessions import IDLE, LONGEST
from apps.identity.queries import all_sessions_of, sessions_of
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.idempotency import idempotent_form


@require_safe
@signed_in
def sessions(request: AuthenticatedRequest) -> HttpResponse:
    """Every living session of the person, this one marked."""
    here = _here(request)
    rows = [
        {"session": one, "is_here": one.pk == here, "ends_at": one.ends_at or one.started_at + LONGEST}
        for one in sessions_of(request.actor).select_related("provider")
    ]
    limits = {"idle_minutes": int(IDLE.total_seconds() // 60), "longest_hours": int(LONGEST.total_seconds() // 3600)}
    return render(request, "account/sessions.html", {"rows": rows, **limits})


@require_POST
@signed_in
@idempotent_form
def session_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One session ends; whoever ends the one they sit in is signed out at once. Ending it twice changes nothing."""
    session = all_sessions_of(request.actor).filter(pk=pk).first()
    if session is None:
        raise NotFound(_("This session does not exist."))
    end_session(session, by=request.actor)
    if session.pk == _here(request):
        return _out(request)
    messages.success(request, _("The session was ended. That browser is signed out the next time it opens a page."))
    return HttpResponseRedirect(reverse("sessions"))


@require_POST
@signed_in
@idempotent_form
def sessions_end_all(request: AuthenticatedRequest) -> HttpResponse:
    """Signed out everywhere, here too."""
    end_all_sessions(request.actor, by=request.actor)
    return _out(request)


def _out(request: AuthenticatedRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect(reverse("home"), headers={"Cache-Control": "private, no-store"})


def _here(request: AuthenticatedRequest) -> Any:
    session = getattr(request, "person_session", None)
    return session.pk if session is not None else None
