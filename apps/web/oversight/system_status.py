"""What an operator watches: consequences still owed, letters still to be sent, and the stop of all downloads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.audit.queries import kinds_of, owed
from apps.core import clock
from apps.core.errors import Invalid, WrongState
from apps.grants import commands
from apps.grants.models import DownloadStop
from apps.grants.queries import current_download_stop, download_stops
from apps.notifications.queries import waiting
from apps.people.models import Person
from apps.people.rules import check_operator, check_person
from apps.web.common.auth import signed_in
from apps.web.common.forms import add_error
from apps.web.common.idempotency import idempotent_form
from apps.web.oversight.forms import StopDownloadsForm

SHOWN = 15
STUCK = 3


@signed_in
def operations(request: HttpRequest) -> HttpResponse:
    """Whether the portal keeps up with itself."""
    check_operator(request.user)
    return _page(request, StopDownloadsForm())


def _page(request: HttpRequest, form: StopDownloadsForm) -> HttpResponse:
    rows = list(owed()[:SHOWN])
    kinds = kinds_of(row.event_id for row in rows)
    stops = list(download_stops()[:10])
    stop = next((one for one in stops if one.ends_at is None), None)
    found = {
        "form": form,
        "now": clock.now(),
        "owed": [{"row": row, "kind": kinds.get(row.event_id, "?")} for row in rows],
        "owed_count": owed().count(),
        "stuck": owed().filter(attempts__gte=STUCK).count(),
        "notifications": waiting()[:SHOWN],
        "letters_count": waiting().count(),
        "shown": SHOWN,
        "stop": stop,
        "i_proposed": stop is not None and stop.resume_proposed_by_id == _me(request).pk,
        "stops": [one for one in stops if one.ends_at is not None],
    }
    return render(request, "oversight/system_status.html", found, status=422 if form.errors else 200)


@signed_in
@require_POST
@idempotent_form
def freeze(request: HttpRequest) -> HttpResponse:
    """Stop every download at once."""
    check_operator(request.user)
    form = StopDownloadsForm(request.POST)
    if form.is_valid():
        try:
            commands.stop_downloads(form.cleaned_data["reason"], by=_me(request))
        except Invalid as refusal:
            add_error(form, refusal)
        else:
            messages.warning(request, _("Downloads are stopped. New download requests are refused."))
            return redirect("system_status")
    return _page(request, form)


@signed_in
@require_POST
@idempotent_form
def propose_resume(request: HttpRequest) -> HttpResponse:
    """One operator says that downloads may run again."""
    check_operator(request.user)
    commands.propose_resume(_stop(), by=_me(request))
    messages.success(request, _("Resuming downloads is proposed. A second operator must confirm it."))
    return redirect("system_status")


@signed_in
@require_POST
@idempotent_form
def confirm_resume(request: HttpRequest) -> HttpResponse:
    """The second operator agrees."""
    check_operator(request.user)
    commands.resume_downloads(_stop(), by=_me(request))
    messages.success(request, _("Downloads are resumed."))
    return redirect("system_status")


def _stop() -> DownloadStop:
    stop = current_download_stop()
    if stop is None:
        raise WrongState(_("Downloads are not stopped."))
    return stop


def _me(request: HttpRequest) -> Person:
    return check_person(request.user)
