"""Identity providers: the list, one of them, the test of its connection, and switching it on and off."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.core import clock
from apps.core.addresses import absolute
from apps.core.editing import fingerprint
from apps.core.errors import NotFound
from apps.identity.commands.identities import deactivate_provider
from apps.identity.models import PersonSession
from apps.identity.oidc.connection import Client, Step, connection_steps, works
from apps.people.commands.providers import activate_provider, change_provider, enter_provider
from apps.people.entered import provider_facts
from apps.people.models import Provider
from apps.people.rules import check_can_set_up, check_operator_can_sign_in
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.set_up.common import crumbs, list_of, saved
from apps.web.set_up.ending import ask_before_ending
from apps.web.set_up.provider_forms import NewProviderForm, ProviderForm
from apps.web.sign_in.step_up import freshly_signed_in

PROVIDERS = ListSpec(
    ngettext_lazy("%(total)s identity provider", "%(total)s identity providers", "n"),
    [Sort("name", "", "name pk")],
    [Search(gettext_lazy("Name or issuer"), columns("name", "issuer"))],
)


@require_safe
@signed_in
def providers(request: AuthenticatedRequest) -> HttpResponse:
    """Every identity provider, and whether people can sign in through it."""
    check_can_set_up(request.actor)
    page = list_page(request, PROVIDERS, Provider.objects.select_related("institution"))
    rows = [
        {
            "title": one.name,
            "href": reverse("set_up_provider", args=[one.slug]),
            "note": one.issuer,
            "cells": [str(one.institution or ""), _("on") if one.is_active else _("off")],
        }
        for one in page.rows
    ]
    return list_of(
        request, page, [_("Identity provider"), _("Institution"), _("Switched on")], rows,
        title=_("Identity providers"), crumbs=crumbs((_("Identity providers"), "")),
        new_url=reverse("set_up_provider_new"), new_label=_("Add identity provider"),
        intro=_("Identity providers confirm who people are. This portal has no passwords."),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def provider_new(request: AuthenticatedRequest) -> HttpResponse:
    """Enter a provider. Nobody signs in through it before its connection works and it is switched on."""
    check_can_set_up(request.actor)
    form, status = NewProviderForm(request.POST or None), 200

    def save() -> tuple[str, str]:
        made = enter_provider(form.cleaned_data["slug"], by=request.actor, **_facts(form))
        return _("The provider was saved. Test the connection, then switch it on."), _page_of(made)

    if request.method == "POST":
        answer, status = saved(request, form, save)
        if answer is not None:
            return answer
    context = {"form": form, "title": _("Add identity provider"), "cancel": reverse("set_up_providers")}
    return render(request, "set_up/provider.html", context | _addresses(_("Add identity provider")), status=status)


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def provider(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What was entered about a provider."""
    check_can_set_up(request.actor)
    found = _provider(slug)
    form, status = ProviderForm(request.POST or None, initial=_initial(found)), 200

    def save() -> tuple[str, str]:
        change_provider(found, by=request.actor, **_facts(form), seen=form.cleaned_data["seen"])
        return _("The provider was saved. Test the connection again."), _page_of(found)

    if request.method == "POST":
        answer, status = saved(request, form, save)
        if answer is not None:
            return answer
    return _shown(request, found, form, status=status)


@require_POST
@signed_in
@freshly_signed_in
def provider_test(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Test the connection with what is saved, and say what works and what is wrong. It changes nothing."""
    check_can_set_up(request.actor)
    found = _provider(slug)
    return _shown(request, found, ProviderForm(initial=_initial(found)), tested=_tested(found))


@require_POST
@signed_in
@freshly_signed_in
@idempotent_form
def provider_activate(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """People may sign in through it, if its connection works at this moment."""
    check_can_set_up(request.actor)
    found = _provider(slug)
    tested = _tested(found)
    if not works(tested):
        return _shown(request, found, ProviderForm(initial=_initial(found)), tested=tested, status=409)
    activate_provider(found, by=request.actor)
    messages.success(request, _("People can now sign in through %(name)s.") % {"name": found})
    return redirect("set_up_provider", slug=found.slug)


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def provider_deactivate(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """A page that says whom this signs out; then nobody signs in through it any more."""
    check_can_set_up(request.actor)
    found = _provider(slug)
    said, back = {"name": found}, _page_of(found)

    def switch_off() -> tuple[str, str]:
        deactivate_provider(found, by=request.actor)
        return _("Nobody can sign in through %(name)s any more.") % said, back

    sessions = PersonSession.objects.alive().filter(provider=found).count()
    return ask_before_ending(
        request, switch_off, check=lambda: check_operator_can_sign_in(found), button=_("Switch off"), back=back,
        heading=_("Switch off %(name)s?") % said,
        effects=[
            _("Nobody can sign in through %(name)s.") % said,
            ngettext("%(n)s active session ends.", "%(n)s active sessions end.", sessions) % {"n": sessions},
            _("You can switch it on again if the test of the connection works."),
        ],
        crumbs=[
            *crumbs((_("Identity providers"), "set_up_providers")), {"label": found.name, "url": back},
            {"label": _("Switch off"), "url": ""},
        ],
    )  # fmt: skip


def _tested(found: Provider) -> list[Step]:
    secret = settings.PROVIDER_SECRETS.get(found.secret_name, "")
    address = absolute(reverse("oidc_authentication_callback"))
    return connection_steps(Client(found.issuer, found.client_id, secret, address), clock.now())


def _facts(form: ProviderForm) -> dict[str, Any]:
    return {name: value for name, value in form.facts().items() if name not in {"slug", "seen"}}


def _initial(found: Provider) -> dict[str, Any]:
    facts = provider_facts(found)
    return {**facts, "slug": found.slug, "institution": found.institution_id, "seen": fingerprint(facts)}


def _provider(slug: str) -> Provider:
    found = Provider.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This identity provider does not exist."))
    return found


def _page_of(found: Provider) -> str:
    return reverse("set_up_provider", args=[found.slug])


def _addresses(here: str) -> dict[str, Any]:
    """What the provider has to know of this portal."""
    return {
        "crumbs": crumbs((_("Identity providers"), "set_up_providers"), (here, "")),
        "redirect_address": absolute(reverse("oidc_authentication_callback")),
        "sign_out_address": absolute("/"),
        "back_channel_address": absolute(reverse("back_channel_logout")),
    }


def _shown(
    request: AuthenticatedRequest, found: Provider, form: ProviderForm, *, tested: Any = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "provider": found,
        "title": found.name,
        "tested": tested,
        "tested_at": clock.now() if tested is not None else None,
        "test_works": works(tested) if tested is not None else False,
        "cancel": reverse("set_up_providers"),
    }
    return render(request, "set_up/provider.html", context | _addresses(found.name), status=status)
