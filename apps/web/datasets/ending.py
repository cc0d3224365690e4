"""How access to a dataset ends or pauses, for the holder and for those who manage the dataset."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.core.errors import NotFound
from apps.datasets.queries import is_manager
from apps.downloads.queries import links_that_open
from apps.grants import commands, rules
from apps.grants.models import AccessGrant
from apps.grants.queries import visible_to
from apps.grants.remaining import Remaining, Scope, what_ends, what_remains
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.forms import ReasonForm, RevokeForm
from apps.web.sign_in.step_up import deed_shown, freshly_signed_in, must_sign_in_again


def _revocation_shown(request: AuthenticatedRequest, pk: UUID) -> list[tuple[str, str]]:
    """Whose access to what is revoked, for the pages before and after a new sign-in."""
    grant = _grant(request, pk)
    scopes = {scope: what_ends(grant, scope, reader=request.actor) for scope in Scope}
    scope = dict(_choices(grant, scopes)).get(request.POST.get("scope", ""), "")
    about = (_("Person"), grant.holder), (_("Dataset"), grant.dataset), (_("What is revoked"), scope)
    return deed_shown(request, _("Revoke access"), *about)


@require_page_or_form
@signed_in
@freshly_signed_in(shows=_revocation_shown)
@idempotent_form
def revoke(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Say what ends and what remains; then end this access, or more of it, with one reason."""
    grant = _grant(request, pk)
    rules.check_can_end(request.actor, grant)
    if not is_manager(request.actor, grant.dataset):
        return _with_reason(request, grant, "revoke", commands.revoke, _("Access was revoked."))
    scopes = {scope: what_ends(grant, scope, reader=request.actor) for scope in Scope}
    if not scopes[Scope.ACCESS]:
        scopes[Scope.ACCESS] = [grant]  # it has ended, and may still be revoked
    form = RevokeForm(request.POST if request.method == "POST" else None, choices=_choices(grant, scopes))
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            ending = scopes[Scope(form.cleaned_data["scope"])]
            n = commands.revoke_all(ending, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _what_was_done(grant, n, reader=request.actor))
            return redirect("dataset_users", slug=grant.dataset.slug)
    remaining = what_remains(grant, reader=request.actor)
    found = {"grant": grant, "form": form, "verb": "revoke", "remaining": remaining, "links": _living_links(grant)}
    found["asks_again"] = must_sign_in_again(request)
    return render(request, "datasets/end_access.html", found, status=422 if form.errors else 200)


def _choices(grant: AccessGrant, scopes: dict[Scope, list[AccessGrant]]) -> list[tuple[str, str]]:
    """The scopes that end more than this access, each with its number."""
    project = grant.agreement.item.request.title or grant.agreement.item.request.reference
    numbers = {"n": len(scopes[Scope.DATASETS]), "datasets": len({one.dataset_id for one in scopes[Scope.DATASETS]})}
    people = ", ".join(sorted({str(one.holder) for one in scopes[Scope.PROJECT]}))
    said = {
        Scope.ACCESS: _("This access only: %(project)s") % {"project": project},
        Scope.DATASET: _("All access of this person to this dataset, in %(n)s projects")
        % {"n": len(scopes[Scope.DATASET])},
        Scope.DATASETS: _(
            "All access of this person to the datasets that you manage (access grants: %(n)s, datasets: %(datasets)s)"
        )
        % numbers,
        Scope.PROJECT: _("Access to this dataset for everyone in the project: %(people)s") % {"people": people},
    }
    narrower = {Scope.DATASETS: Scope.DATASET}
    shown = [Scope.ACCESS]
    for scope in (Scope.DATASET, Scope.DATASETS, Scope.PROJECT):
        if len(scopes[scope]) > len(scopes[narrower.get(scope, Scope.ACCESS)]):
            shown.append(scope)
    return [(scope.value, said[scope]) for scope in shown]


def _what_was_done(grant: AccessGrant, n: int, *, reader: Person) -> str:
    """The result, with what the person still has on this dataset."""
    done = ngettext("%(n)s access grant was revoked.", "%(n)s access grants were revoked.", n) % {"n": n}
    left: Remaining = what_remains(grant, reader=reader)
    if left.same_dataset:
        kept = {"name": grant.holder, "reference": left.same_dataset[0].agreement.item.request.reference}
        return f"{done} " + _("%(name)s keeps access to this dataset through %(reference)s.") % kept
    return done


def _living_links(grant: AccessGrant) -> int:
    """How many download links stop working when this access ends."""
    return int(links_that_open(grant.holder).filter(grant=grant).count())


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
    found = {"grant": grant, "form": form, "verb": verb}
    return render(request, "datasets/end_access.html", found, status=422 if form.errors else 200)


def _grant(request: AuthenticatedRequest, pk: UUID) -> AccessGrant:
    """The grant, if it is the person's own or on a dataset they manage."""
    rows = visible_to(request.actor).filter(pk=pk)
    grant = rows.select_related("dataset", "holder__institution", "agreement__item__request").first()
    if grant is None:
        raise NotFound(_("This access grant does not exist, or you are not allowed to see it."))
    return grant
