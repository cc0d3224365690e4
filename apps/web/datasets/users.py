"""Who uses a dataset, for what, until when; and how access ends."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.agreements.queries import to_countersign
from apps.audit.queries import by_month, counted
from apps.core import clock
from apps.core.errors import NotFound
from apps.datasets.queries import is_manager
from apps.grants import commands, rules
from apps.grants.models import AccessGrant
from apps.grants.queries import on_datasets_managed_by, suspended_now, visible_to
from apps.grants.remaining import what_remains
from apps.web.committee.presenters import months_before, several_months
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.pagination import page_of
from apps.web.datasets.forms import ReasonForm
from apps.web.datasets.views import managed, tabs
from apps.web.sign_in.step_up import freshly_signed_in

DOWNLOAD = "download.started"
MONTHS = 12


@require_safe
@signed_in
def uses(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """One line a grant, newest first, with what it depends on and how often a download began."""
    dataset = managed(request, slug)
    now = clock.now()
    since = months_before(now, MONTHS - 1)
    grants = on_datasets_managed_by(request.actor).filter(dataset=dataset).annotate(is_suspended=suspended_now())
    found = grants.select_related("agreement__item__committee").order_by("-issued_at", "-pk")
    page = page_of(request, found, by="-issued_at -pk")
    downloads = counted(DOWNLOAD, [grant.pk for grant in page.rows])
    months = several_months(dict(by_month(DOWNLOAD, dataset.pk, since=since)), since, MONTHS)
    context = {
        "dataset": dataset,
        "tabs": tabs(dataset, "users"),
        "rows": [{"grant": grant, "downloads": downloads[grant.pk], **_state(grant, now)} for grant in page.rows],
        "to_countersign": to_countersign(request.actor).filter(item__dataset=dataset).order_by("offered_at"),
        "months": months,
        "any_download": any(month["value"] for month in months),
        "most": max([month["value"] for month in months] + [1]),
        "page": page,
    }
    return render(request, "datasets/users.html", context)


def _state(grant: Any, now: Any) -> dict[str, Any]:
    """The label of a grant's state today, and what may be done with it. Whether it is active comes from the set,
    never guessed.
    """
    if grant.revoked_at is not None:
        state, label = "revoked", _("Revoked")
    elif grant.ends_at <= now:
        state, label = "expired", _("Ended")
    elif grant.is_suspended:
        state, label = "suspended", _("Suspended")
    elif grant.grant_is_active:
        state, label = "active", _("Active")
    elif grant.affiliation_missing:
        state, label = "suspended", _("Suspended: no valid affiliation")
    else:
        state, label = ("upcoming", _("Not started")) if grant.starts_at > now else ("expired", _("Not active"))
    living = grant.revoked_at is None and grant.ends_at > now
    return {"state": state, "label": label, "living": living, "suspended": grant.is_suspended}


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def revoke(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Access ends now; every link on it is refused at its next use."""
    grant = _grant(request, pk)
    rules.check_can_end(request.actor, grant)
    return _with_reason(request, grant, "revoke", commands.revoke, _("Access was revoked."))


@require_page_or_form
@signed_in
@idempotent_form
def suspend(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Access pauses until someone resumes it."""
    grant = _grant(request, pk)
    rules.check_can_pause(request.actor, grant)
    return _with_reason(request, grant, "suspend", commands.suspend, _("Access was suspended."))


@require_POST
@signed_in
@idempotent_form
def resume(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The pause ends."""
    grant = _grant(request, pk)
    commands.resume(grant, by=request.actor)
    messages.success(request, _("Access was resumed."))
    return redirect("dataset_users", slug=grant.dataset.slug)


def _with_reason(
    request: AuthenticatedRequest, grant: AccessGrant, verb: str, deed: Callable[..., Any], done: str
) -> HttpResponse:
    """A page that says what will happen and asks why; then it happens."""
    form = ReasonForm(request.POST if request.method == "POST" else None, reads=_("The user can read this reason."))
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            deed(grant, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, done)
            if is_manager(request.actor, grant.dataset):
                return redirect("dataset_users", slug=grant.dataset.slug)
            return redirect("grant_page", pk=grant.pk)
    found = {"grant": grant, "form": form, "verb": verb, "remains": what_remains(grant)}
    return render(request, "datasets/end_access.html", found, status=422 if form.errors else 200)


def _grant(request: AuthenticatedRequest, pk: UUID) -> AccessGrant:
    """The grant, if it is the person's own or on a dataset they manage."""
    rows = visible_to(request.actor).filter(pk=pk)
    grant = rows.select_related("dataset", "holder__institution", "agreement__item__request").first()
    if grant is None:
        raise NotFound(_("This access grant does not exist, or you are not allowed to see it."))
    return grant
