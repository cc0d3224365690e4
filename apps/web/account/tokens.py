"""Tokens: keys for scripts, shown once; with them the authorised programs and the service accounts' keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.errors import NotFound
from apps.identity.oidc.views import signed_in as sign_in_facts
from apps.tokens.commands.tokens import make_token, revoke_token
from apps.tokens.models import PersonalToken
from apps.tokens.queries import tokens_of
from apps.web.account.forms import TokenForm
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form, shown_once_response
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.sign_in.step_up import freshly_signed_in

LIST = ListSpec(
    noun=ngettext_lazy("%(total)s token", "%(total)s tokens", "n"),
    sorts=(Sort("newest", _lazy("Newest first"), "-created_at -pk"),),
    filters=(Search(_lazy("Name of the token or service account"), columns("name", "service__name")),),
)


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def tokens(request: AuthenticatedRequest) -> HttpResponse:
    """The person's tokens; a new one's secret stands in the answer to the form and nowhere else."""
    if request.method != "POST":
        return _page(request, TokenForm())
    form = TokenForm(request.POST)
    if form.is_valid():
        with FormRefusals(form):
            facts = form.cleaned_data
            token, secret = make_token(
                facts["name"],
                scopes=facts["scopes"],
                days=facts["days"],
                signed_in=sign_in_facts(request),
                by=request.actor,
            )
            return shown_once_response(_page(request, TokenForm(), made=token, shown=secret))
    return _page(request, form, status=422)


@require_POST
@signed_in
@idempotent_form
def token_revoke(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The token opens nothing from now on."""
    token = tokens_of(request.actor).filter(pk=pk).first()
    if token is None:
        raise NotFound(_("This token does not exist."))
    revoke_token(token, by=request.actor)
    messages.success(request, _("The token was revoked."))
    if token.service_id is not None:
        return HttpResponseRedirect(reverse("service_account", args=[token.service_id]))
    return HttpResponseRedirect(reverse("tokens"))


def _page(request: AuthenticatedRequest, form: TokenForm, *, status: int = 200, **more: Any) -> HttpResponse:
    page = list_page(request, LIST, tokens_of(request.actor))
    rows = token_rows(page.rows, clock.now())
    return render(request, "account/tokens.html", {"form": form, "list": page, "rows": rows, **more}, status=status)


def token_rows(found: Iterable[PersonalToken], now: datetime) -> list[dict[str, Any]]:
    """Tokens as the table shows them, account/token_table.html."""
    return [{"token": one, "scopes": scope_words(one.scopes), "state": _state(one, now)} for one in found]


def scope_words(scopes: Iterable[str]) -> list[str]:
    words = dict(PersonalToken.Scope.choices)
    return [str(words.get(one, one)) for one in scopes]


def _state(token: PersonalToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    ended = token.service is not None and (token.service.ended_at is not None or token.service.ends_at <= now)
    return "expired" if ended or token.last_day <= now else "active"
