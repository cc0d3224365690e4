"""One access of a person: whether it is active, why or why not, and ending it early."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.actors import Viewer
from apps.core.errors import Denied, NotFound
from apps.datasets import queries as datasets
from apps.datasets.models import Distribution
from apps.grants import commands, queries
from apps.grants.access_state import AccessState, Do, state_of_grant
from apps.grants.models import AccessGrant
from apps.grants.remaining import what_holder_keeps
from apps.people.queries import officials_of
from apps.web.access.obligations import obligations_of
from apps.web.catalogue import access_presenters
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.reason_form import ReasonForm
from apps.web.common.state_presenters import action, shown, with_one_file

CONDITIONS = "conditions_met"  # this part of the access rule is shown only where such a condition exists


@require_safe
@signed_in
def grant_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    return _page(request, _find(request.actor, pk))


@require_POST
@signed_in
@idempotent_form
def grant_end_early(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The holder ends their own access."""
    grant = _find(request.actor, pk)
    if grant.holder_id != request.actor.pk:
        raise Denied(_("Only the user with this access can end it early."))
    form = ReasonForm(request.POST)
    if form.is_valid():
        with FormRefusals(form):
            commands.revoke(grant, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("You ended your access. Delete your copies as the agreement requires."))
            return HttpResponseRedirect(reverse("grant_page", args=[pk]))
    return _page(request, grant, form=form, status=422)


def _find(person: Viewer, pk: UUID) -> AccessGrant:
    fetched = queries.visible_to(person).select_related(
        "dataset__committee", "holder__institution", "revoked_by", "agreement__item__request", "institution"
    )
    found = fetched.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This access grant does not exist, or you are not allowed to see it."))
    return found


def _page(
    request: AuthenticatedRequest, grant: AccessGrant, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    version = datasets.current_version(grant.dataset)
    state = state_of_grant(request.actor, grant)
    mine = grant.holder_id == request.actor.pk
    files = list(queries.files_of(version, request.actor if mine else grant.holder)) if version is not None else []
    lapsed = [grant.institution_id] if state.cause == "affiliation" and grant.institution_id is not None else []
    obligations = obligations_of(grant)
    facts = [one for one in queries.facts_of(grant) if one.part != CONDITIONS or obligations["holds"] or not one.holds]
    context = {
        "grant": grant,
        "obligations": obligations,
        "panel": _panel(state, files),
        "officials": officials_of(lapsed).get(lapsed[0], []) if lapsed else [],
        "lapsed": bool(lapsed),
        "mine": mine,
        "checks": [access_presenters.row(fact) for fact in facts],
        "remains": what_holder_keeps(grant),
        "version": version,
        "files": files,
        "form": form or ReasonForm(),
    }
    return render(request, "access/grant.html", context, status=status)


def _panel(state: AccessState, files: list[Distribution]) -> dict[str, Any]:
    """The state in words; the page itself is no action, and renewing leaves the files one link away."""
    panel = with_one_file(shown(state), state, files[0] if len(files) == 1 else None)
    here = state.action is not None and state.action.code == Do.VIEW_ACCESS
    renews = state.action is not None and state.action.code == Do.RENEW
    last = state.until - timedelta(seconds=1) if state.until is not None else None
    return panel | {
        "place": None if here else panel["place"],
        "links": [action(Do.DOWNLOAD, state.grant)] if renews else [],
        "last_moment": last,
    }
