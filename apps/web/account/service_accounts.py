"""Service accounts: pipelines that act for their owner, with an end and keys of their own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.errors import NotFound
from apps.tokens.commands.tokens import end_service_account, make_service_account, make_service_token
from apps.tokens.models import ServiceAccount
from apps.tokens.queries import service_accounts_of, tokens_of
from apps.web.account.forms import ServiceAccountForm, ServiceTokenForm
from apps.web.account.tokens import token_rows
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form, shown_once_response
from apps.web.sign_in.step_up import freshly_signed_in


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def service_accounts(request: AuthenticatedRequest) -> HttpResponse:
    """The pipelines the person answers for, and a new one."""
    form = ServiceAccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            account = make_service_account(by=request.actor, **form.cleaned_data)
            return HttpResponseRedirect(reverse("service_account", args=[account.pk]))
    now = clock.now()
    rows = [{"account": one, "alive": _alive(one, now)} for one in service_accounts_of(request.actor)]
    status = 422 if form.errors else 200
    return render(request, "account/services.html", {"form": form, "rows": rows}, status=status)


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def service_account(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One pipeline with its tokens; a new one's secret stands in the answer to the form and nowhere else."""
    account = _own(request, pk)
    if request.method != "POST":
        return _page(request, account, ServiceTokenForm())
    form = ServiceTokenForm(request.POST)
    if form.is_valid():
        with FormRefusals(form):
            token, secret = make_service_token(account, by=request.actor, **form.cleaned_data)
            return shown_once_response(_page(request, account, ServiceTokenForm(), made=token, shown=secret))
    return _page(request, account, form, status=422)


@require_POST
@signed_in
@freshly_signed_in
@idempotent_form
def service_account_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The pipeline is out from its next call on."""
    account = _own(request, pk)
    end_service_account(account, by=request.actor)
    messages.success(request, _("The service account was ended. Its tokens no longer work."))
    return HttpResponseRedirect(reverse("service_accounts"))


def _own(request: AuthenticatedRequest, pk: UUID) -> ServiceAccount:
    account = service_accounts_of(request.actor).filter(pk=pk).first()
    if account is None:
        raise NotFound(_("This service account does not exist."))
    return account


def _page(
    request: AuthenticatedRequest, account: ServiceAccount, form: ServiceTokenForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = clock.now()
    rows = token_rows(tokens_of(request.actor).filter(service=account), now)
    found = {"account": account, "alive": _alive(account, now), "form": form, "rows": rows, **more}
    return render(request, "account/service.html", found, status=status)


def _alive(account: ServiceAccount, now: Any) -> bool:
    return account.ended_at is None and account.ends_at > now
