"""Personal tokens: keys for scripts, shown once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import commands, queries
from apps.accounts.models import PersonalToken
from apps.core import clock
from apps.core.errors import Invalid, Missing
from apps.web.forms_account import TokenForm
from apps.web.forms_shared import add_refusal
from apps.web.guards import signed_in
from apps.web.once import done_once, once_per_form
from apps.web.step_up import freshly_signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@freshly_signed_in
@once_per_form
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens; a new one's secret stands in the answer to the form and nowhere else."""
    if request.method != "POST":
        return _page(request, TokenForm())
    form = TokenForm(request.POST)
    try:
        if form.is_valid():
            facts = form.cleaned_data
            token, secret = commands.make_token(
                facts["name"],
                scopes=facts["scopes"],
                days=facts["days"],
                by=request.user,  # type: ignore[arg-type]
            )
            return done_once(_page(request, TokenForm(), made=token, shown=secret))
    except Invalid as refusal:
        add_refusal(form, refusal)
    return _page(request, form, status=422)


@require_POST
@signed_in
@once_per_form
def token_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The token opens nothing from now on."""
    token = queries.tokens_of(request.user).filter(pk=pk).first()
    if token is None:
        raise Missing(_("There is no such token."))
    commands.revoke_token(token, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The token is revoked."))
    return HttpResponseRedirect(reverse("tokens"))


def _page(request: HttpRequest, form: TokenForm, *, status: int = 200, **more: Any) -> HttpResponse:
    now = clock.now()
    rows = [
        {"token": one, "scopes": _scopes(one), "state": _state(one, now)} for one in queries.tokens_of(request.user)
    ]
    return render(request, "account/tokens.html", {"form": form, "rows": rows, **more}, status=status)


def _scopes(token: PersonalToken) -> list[str]:
    words = dict(PersonalToken.Scope.choices)
    return [str(words.get(one, one)) for one in token.scopes]


def _state(token: PersonalToken, now: Any) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "active" if token.expires_at > now else "expired"
