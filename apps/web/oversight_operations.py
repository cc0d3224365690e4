"""What an operator watches: consequences still owed, letters still to be sent, and the stop of all downloads."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.rules import check_operator
from apps.audit.queries import kinds_of, owed
from apps.core import clock
from apps.core.errors import Invalid, WrongState
from apps.grants import commands
from apps.grants.models import Freeze
from apps.grants.queries import freezes, open_freeze
from apps.notifications.queries import waiting
from apps.web.forms_oversight import FreezeForm
from apps.web.forms_shared import add_refusal
from apps.web.guards import signed_in
from apps.web.once import once_per_form

SHOWN = 15
STUCK = 3


@signed_in
def operations(request: HttpRequest) -> HttpResponse:
    """Whether the portal keeps up with itself."""
    check_operator(request.user)
    return _page(request, FreezeForm())


def _page(request: HttpRequest, form: FreezeForm) -> HttpResponse:
    rows = list(owed()[:SHOWN])
    kinds = kinds_of(row.event_id for row in rows)
    stops = list(freezes()[:10])
    stop = next((one for one in stops if one.ends_at is None), None)
    found = {
        "form": form,
        "now": clock.now(),
        "owed": [{"row": row, "kind": kinds.get(row.event_id, "?")} for row in rows],
        "owed_count": owed().count(),
        "stuck": owed().filter(attempts__gte=STUCK).count(),
        "letters": waiting()[:SHOWN],
        "letters_count": waiting().count(),
        "shown": SHOWN,
        "stop": stop,
        "i_proposed": stop is not None and stop.thaw_proposed_by_id == _me(request).pk,
        "stops": [one for one in stops if one.ends_at is not None],
    }
    return render(request, "oversight/operations.html", found, status=422 if form.errors else 200)


@signed_in
@require_POST
@once_per_form
def freeze(request: HttpRequest) -> HttpResponse:
    """Stop every download at once."""
    check_operator(request.user)
    form = FreezeForm(request.POST)
    if form.is_valid():
        try:
            commands.freeze_downloads(form.cleaned_data["reason"], by=_me(request))
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.warning(request, _("No file leaves the portal from now on."))
            return redirect("operations")
    return _page(request, form)


@signed_in
@require_POST
@once_per_form
def propose_thaw(request: HttpRequest) -> HttpResponse:
    """One operator says that downloads may run again."""
    check_operator(request.user)
    commands.propose_thaw(_stop(), by=_me(request))
    messages.success(request, _("Proposed. A second operator must confirm it."))
    return redirect("operations")


@signed_in
@require_POST
@once_per_form
def confirm_thaw(request: HttpRequest) -> HttpResponse:
    """The second operator agrees."""
    check_operator(request.user)
    commands.thaw(_stop(), by=_me(request))
    messages.success(request, _("Downloads run again."))
    return redirect("operations")


def _stop() -> Freeze:
    stop = open_freeze()
    if stop is None:
        raise WrongState(_("Downloads are not stopped."))
    return stop


def _me(request: HttpRequest) -> Any:
    return request.user
