"""Institutions: the list, one of them, and its signing officials."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.core.editing import fingerprint
from apps.core.errors import NotFound
from apps.people.commands.institutions import change_institution, register_institution
from apps.people.commands.people import appoint_signing_official, dismiss_signing_official
from apps.people.entered import institution_facts
from apps.people.models import Institution
from apps.people.queries import officials_of
from apps.people.rules import check_can_set_up
from apps.people.set_up_queries import signing_officials_of
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.set_up.common import colleague, crumbs, list_of, one_form, saved
from apps.web.set_up.ending import ask_before_ending
from apps.web.set_up.forms import ColleagueForm, InstitutionForm
from apps.web.sign_in.step_up import freshly_signed_in

INSTITUTIONS = ListSpec(
    ngettext_lazy("%(total)s institution", "%(total)s institutions", "n"),
    [Sort("name", "", "name pk")],
    [Search(gettext_lazy("Name or ROR ID"), columns("name", "ror"))],
)


@require_safe
@signed_in
def institutions(request: AuthenticatedRequest) -> HttpResponse:
    """Every institution, and who signs for it."""
    check_can_set_up(request.actor)
    page = list_page(request, INSTITUTIONS, Institution.objects.all())
    officials = officials_of(one.pk for one in page.rows)
    rows = [
        {
            "title": one.name,
            "href": reverse("set_up_institution", args=[one.pk]),
            "note": one.ror,
            "cells": [one.country, ", ".join(one.domains), ", ".join(str(who) for who in officials.get(one.pk, []))],
        }
        for one in page.rows
    ]
    return list_of(
        request, page, [_("Institution"), _("Country"), _("Domains"), _("Signing officials")], rows,
        title=_("Institutions"), crumbs=crumbs((_("Institutions"), "")), new_url=reverse("set_up_institution_new"),
        new_label=_("Register institution"), intro=_("The hospitals and universities whose people use the portal."),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def institution_new(request: AuthenticatedRequest) -> HttpResponse:
    """Register an institution."""
    form = InstitutionForm(request.POST or None)

    def save() -> tuple[str, str]:
        made = register_institution(by=request.actor, **_facts(form, "seen"))
        return _("The institution was registered."), reverse("set_up_institution", args=[made.pk])

    title = _("Register institution")
    return one_form(
        request, form, save, title=title, button=title, cancel=reverse("set_up_institutions"),
        crumbs=crumbs((_("Institutions"), "set_up_institutions"), (title, "")),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def institution(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What is known of an institution, and its signing officials."""
    check_can_set_up(request.actor)
    found = _institution(pk)
    facts = institution_facts(found)
    form = InstitutionForm(request.POST or None, initial=facts | {"seen": fingerprint(facts)})

    def save() -> tuple[str, str]:
        change_institution(found, by=request.actor, **_facts(form))
        return _("The institution was saved."), reverse("set_up_institutions")

    return one_form(
        request, form, save, template="set_up/institution.html", **_shown(found, ColleagueForm(auto_id="official-%s"))
    )


@require_POST
@signed_in
@freshly_signed_in
@idempotent_form
def official_add(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Appoint a signing official of the institution."""
    check_can_set_up(request.actor)
    found = _institution(pk)
    here = reverse("set_up_institution", args=[found.pk])
    form, status = ColleagueForm(request.POST, auto_id="official-%s"), 422
    person = colleague(request, form)
    if person is not None:
        answer, status = saved(request, form, lambda: _appointed(request, found, person, here))
        if answer is not None:
            return answer
    facts = institution_facts(found)
    details = InstitutionForm(initial=facts | {"seen": fingerprint(facts)})
    return render(request, "set_up/institution.html", {"form": details, **_shown(found, form)}, status=status)


def _appointed(request: AuthenticatedRequest, found: Institution, person: Any, here: str) -> tuple[str, str]:
    appoint_signing_official(person, institution=found, by=request.actor)
    return _("%(name)s is now a signing official.") % {"name": person}, here


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def official_end(request: AuthenticatedRequest, pk: UUID, person: UUID) -> HttpResponse:
    """A page that says what ends with the role; then the person no longer signs for the institution."""
    check_can_set_up(request.actor)
    found = _institution(pk)
    who = signing_officials_of(found).filter(pk=person).first()
    if who is None:
        raise NotFound(_("This person is not a signing official of the institution."))
    back, said = reverse("set_up_institution", args=[found.pk]), {"name": who, "institution": found}

    def end() -> tuple[str, str]:
        dismiss_signing_official(who, institution=found, by=request.actor)
        return _("%(name)s is no longer a signing official.") % said, back

    left = signing_officials_of(found).exclude(pk=who.pk).count()
    remain = ngettext("%(n)s signing official remains.", "%(n)s signing officials remain.", left) % {"n": left}
    return ask_before_ending(
        request, end, heading=_("End the signing role of %(name)s?") % said, button=_("End role"), back=back,
        effects=[
            _("%(name)s can no longer confirm or end affiliations with %(institution)s or read its agreements.") % said,
            remain if left else _("No signing official remains. An operator then confirms affiliations."),
        ],
        crumbs=[
            *crumbs((_("Institutions"), "set_up_institutions")), {"label": found.name, "url": back},
            {"label": _("End role"), "url": ""},
        ],
    )  # fmt: skip


def _facts(form: InstitutionForm, *without: str) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name not in without}


def _institution(pk: UUID) -> Institution:
    found = Institution.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This institution does not exist."))
    return found


def _shown(found: Institution, official_form: ColleagueForm) -> dict[str, Any]:
    return {
        "title": found.name,
        "institution": found,
        "officials": signing_officials_of(found),
        "official_form": official_form,
        "crumbs": crumbs((_("Institutions"), "set_up_institutions"), (found.name, "")),
    }
