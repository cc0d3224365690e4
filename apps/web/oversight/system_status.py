"""What an operator watches: pending background tasks, queued e-mails, and the stop of all downloads."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.audit.queries import kinds_of, pending
from apps.core import clock
from apps.core.errors import WrongState
from apps.grants import commands
from apps.grants.models import DownloadStop
from apps.grants.queries import current_download_stop, download_stops
from apps.grants.restores import unreleased_restore
from apps.notifications.queries import waiting
from apps.people.models import PlatformRole, SiteText
from apps.people.queries import people_with_platform_role, site_texts
from apps.people.rules import check_operator
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.lists import counted, shown_number
from apps.web.oversight.components import components
from apps.web.oversight.forms import StopDownloadsForm
from apps.web.oversight.restored import restore_facts

SHOWN = 15
STUCK = 3
RESUMED_BY = 2  # operators: one proposes to resume downloads, another confirms it


@require_safe
@signed_in
def operations(request: AuthenticatedRequest) -> HttpResponse:
    """Whether the portal keeps up with itself."""
    check_operator(request.actor)
    return _page(request, StopDownloadsForm())


def _page(request: AuthenticatedRequest, form: StopDownloadsForm) -> HttpResponse:
    rows = list(pending()[:SHOWN])
    kinds = kinds_of(row.event_id for row in rows)
    operators = people_with_platform_role(PlatformRole.Kind.OPERATOR)
    stops = list(download_stops()[:10])
    stop = next((one for one in stops if one.ends_at is None), None)
    now = clock.now()
    parts = components(now)
    found = {
        "form": form,
        "now": now,
        "components": parts,
        "need_you": [one for one in parts if one.state != "working"],
        "pending": [{"row": row, "kind": kinds.get(row.event_id, "?")} for row in rows],
        "pending_count": shown_number(pending_count := counted(pending())),
        "more_pending": pending_count > SHOWN,
        "stuck": shown_number(counted(pending().filter(attempts__gte=STUCK))),
        "notifications": waiting()[:SHOWN],
        "queued_count": shown_number(queued_count := counted(waiting())),
        "more_queued": queued_count > SHOWN,
        "shown": SHOWN,
        "stop": stop,
        "i_proposed": stop is not None and stop.resume_proposed_by_id == request.actor.pk,
        "texts": _texts(),
        "too_few_operators": operators.filter(is_break_glass=False).count() < RESUMED_BY,
        "contact": _contact(),
        "contact_missing": not (settings.OPERATOR_NAME and (settings.CONTACT_EMAIL or settings.CONTACT_PAGE)),
        "stops": [one for one in stops if one.ends_at is not None],
        **restore_facts(unreleased_restore() if stop is not None else None),
    }
    return render(request, "oversight/system_status.html", found, status=422 if form.errors else 200)


def _contact() -> list[dict[str, str]]:
    """Who runs the portal and whom to ask, with the setting in the environment that says so."""
    return [
        {"label": _("Who runs the portal"), "setting": "OPERATOR_NAME", "value": settings.OPERATOR_NAME},
        {"label": _("E-mail address"), "setting": "CONTACT_EMAIL", "value": settings.CONTACT_EMAIL},
        {"label": _("Contact page"), "setting": "CONTACT_PAGE", "value": settings.CONTACT_PAGE},
    ]


def _texts() -> list[dict[str, Any]]:
    """Each text of the portal in each language, with the version that counts today; None where there is none yet."""
    newest = site_texts()
    return [
        {
            "kind": kind.value,
            "label": kind.label,
            "language": code,
            "spoken": name,
            "version": found.version if (found := newest.get((kind, code))) is not None else None,
            "published_at": found.published_at if found is not None else None,
        }
        for kind in SiteText.Kind
        for code, name in settings.LANGUAGES
    ]


@require_POST
@signed_in
@idempotent_form
def freeze(request: AuthenticatedRequest) -> HttpResponse:
    """Stop every download at once."""
    check_operator(request.actor)
    form = StopDownloadsForm(request.POST)
    if form.is_valid():
        with FormRefusals(form, WrongState) as refusals:
            commands.stop_downloads(form.cleaned_data["reason"], by=request.actor)
            messages.warning(request, _("Downloads were stopped. New downloads are refused."))
            return redirect("system_status")
        if isinstance(refusals.refusal, WrongState):  # stopped meanwhile: the page of that stop, with what it says
            messages.info(request, refusals.refusal.sentence)
            return redirect("system_status")
    return _page(request, form)


@require_POST
@signed_in
@idempotent_form
def propose_resume(request: AuthenticatedRequest) -> HttpResponse:
    """One operator says that downloads may run again."""
    check_operator(request.actor)
    commands.propose_resume(_stop(), by=request.actor)
    messages.success(request, _("You proposed to resume downloads. Another operator must confirm it."))
    return redirect("system_status")


@require_POST
@signed_in
@idempotent_form
def confirm_resume(request: AuthenticatedRequest) -> HttpResponse:
    """The second operator agrees."""
    check_operator(request.actor)
    commands.resume_downloads(_stop(), by=request.actor)
    messages.success(request, _("Downloads were resumed."))
    return redirect("system_status")


def _stop() -> DownloadStop:
    stop = current_download_stop()
    if stop is None:
        raise WrongState(_("Downloads are not stopped."))
    return stop
