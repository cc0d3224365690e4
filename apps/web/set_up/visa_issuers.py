"""Trusted visa issuers: the list, one of them, and ending the trust."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.core.editing import fingerprint
from apps.core.errors import NotFound
from apps.people.commands.visas import trust_visa_issuer, untrust_visa_issuer
from apps.people.entered import visa_issuer_facts
from apps.people.models import Visa, VisaIssuer
from apps.people.rules import check_can_set_up
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.set_up.common import crumbs, list_of, one_form
from apps.web.set_up.ending import ask_before_ending
from apps.web.set_up.provider_forms import NewVisaIssuerForm, VisaIssuerForm
from apps.web.sign_in.step_up import freshly_signed_in

ISSUERS = ListSpec(
    ngettext_lazy("%(total)s visa issuer", "%(total)s visa issuers", "n"),
    [Sort("name", "", "title pk")],
    [Search(gettext_lazy("Name or issuer"), columns("title", "issuer"))],
)


@require_safe
@signed_in
def visa_issuers(request: AuthenticatedRequest) -> HttpResponse:
    """Every issuer that is or was trusted."""
    check_can_set_up(request.actor)
    page = list_page(request, ISSUERS, VisaIssuer.objects.all())
    rows = [
        {
            "title": one.title,
            "href": reverse("set_up_visa_issuer", args=[one.slug]),
            "note": one.issuer,
            "cells": [
                ", ".join(one.sources),
                _("ended on %(day)s") % {"day": date_format(one.ended_at, "j M Y")} if one.ended_at else _("trusted"),
            ],
        }
        for one in page.rows
    ]
    return list_of(
        request, page, [_("Visa issuer"), _("Sources"), _("Status")], rows,
        title=_("Trusted visa issuers"), crumbs=crumbs((_("Trusted visa issuers"), "")),
        new_url=reverse("set_up_visa_issuer_new"), new_label=_("Add visa issuer"),
        intro=_(
            "GA4GH visas from these issuers count here. For the identity provider that sends them, select “Accept "
            "GA4GH passports from this provider”."
        ),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def visa_issuer_new(request: AuthenticatedRequest) -> HttpResponse:
    """Trust an issuer from the next sign-ins on."""
    form = NewVisaIssuerForm(request.POST or None)

    def save() -> tuple[str, str]:
        trust_visa_issuer(form.cleaned_data["slug"], new=True, by=request.actor, **_facts(form))
        return _("Visas of this issuer count from the next sign-in."), reverse("set_up_visa_issuers")

    title = _("Add visa issuer")
    return one_form(
        request, form, save, title=title, button=title, cancel=reverse("set_up_visa_issuers"),
        crumbs=crumbs((_("Trusted visa issuers"), "set_up_visa_issuers"), (title, "")),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def visa_issuer(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What was entered about an issuer. Saving it trusts it, also after the trust was ended."""
    check_can_set_up(request.actor)
    found = _issuer(slug)
    facts = visa_issuer_facts(found)
    initial = {**facts, "slug": found.slug, "provider": found.provider_id, "seen": fingerprint(facts)}
    form = VisaIssuerForm(request.POST or None, initial=initial)

    def save() -> tuple[str, str]:
        trust_visa_issuer(found.slug, by=request.actor, seen=form.cleaned_data["seen"], **_facts(form))
        return _("Visas of this issuer count from the next sign-in."), reverse("set_up_visa_issuers")

    button = _("Trust this issuer again") if found.ended_at else _("Save changes")
    return one_form(
        request, form, save, title=found.title, button=button, cancel=reverse("set_up_visa_issuers"),
        crumbs=crumbs((_("Trusted visa issuers"), "set_up_visa_issuers"), (found.title, "")),
        end_url="" if found.ended_at else reverse("set_up_visa_issuer_end", args=[found.slug]),
        end_label=_("End trust"), end_text=_("Visas of this issuer stop counting immediately."),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def visa_issuer_end(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """A page that says whom this affects; then none of its visas counts any more, at once."""
    check_can_set_up(request.actor)
    found = _issuer(slug)
    said, back = {"name": found}, reverse("set_up_visa_issuer", args=[found.slug])

    def end() -> tuple[str, str]:
        untrust_visa_issuer(found, by=request.actor)
        return _("Visas of %(name)s do not count any more.") % said, reverse("set_up_visa_issuers")

    people = Visa.objects.counted_now().filter(trusted=found).values("identity__person").distinct().count()
    return ask_before_ending(
        request, end, heading=_("End trust in %(name)s?") % said, button=_("End trust"), back=back,
        effects=[
            _("None of its visas counts any more, at once."),
            ngettext(
                "%(n)s person has an accepted visa of this issuer. Access that depends on it stops at the next use.",
                "%(n)s people have an accepted visa of this issuer. Access that depends on it stops at the next use.",
                people,
            ) % {"n": people},
            _("You can trust this issuer again later."),
        ],
        crumbs=[
            *crumbs((_("Trusted visa issuers"), "set_up_visa_issuers")), {"label": found.title, "url": back},
            {"label": _("End trust"), "url": ""},
        ],
    )  # fmt: skip


def _issuer(slug: str) -> VisaIssuer:
    found = VisaIssuer.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This visa issuer does not exist."))
    return found


def _facts(form: VisaIssuerForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name not in {"slug", "seen"}}
