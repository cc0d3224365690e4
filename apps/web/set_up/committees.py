"""Committees: the list, a new one with its chair, and the details of one. Members are added on its own page."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.committees.commands import add_member, change_committee, create_committee
from apps.committees.models import Committee
from apps.committees.queries import committee_facts, with_member_counts
from apps.core.editing import fingerprint
from apps.core.errors import NotFound
from apps.people.rules import check_can_set_up
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.set_up.common import colleague, crumbs, list_of, one_form
from apps.web.set_up.forms import CommitteeForm, NewCommitteeForm
from apps.web.sign_in.step_up import freshly_signed_in

COMMITTEES = ListSpec(
    ngettext_lazy("%(total)s committee", "%(total)s committees", "n"),
    [Sort("name", "", "name pk")],
    [Search(gettext_lazy("Name"), columns("name", "slug"))],
)


@require_safe
@signed_in
def committees(request: AuthenticatedRequest) -> HttpResponse:
    """Every committee, and whether it has enough members."""
    check_can_set_up(request.actor)
    page = list_page(request, COMMITTEES, with_member_counts(Committee.objects.select_related("institution")))
    rows = [
        {
            "title": one.name,
            "href": reverse("set_up_committee", args=[one.slug]),
            "note": one.slug,
            "cells": [str(one.institution or ""), str(one.member_count), str(one.quorum)],
        }
        for one in page.rows
    ]
    return list_of(
        request, page, [_("Committee"), _("Institution"), _("Members"), _("Quorum")], rows,
        title=_("Committees"), crumbs=crumbs((_("Committees"), "")), new_url=reverse("set_up_committee_new"),
        new_label=_("Create committee"), intro=_("Committees decide on requests for data with controlled access."),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def committee_new(request: AuthenticatedRequest) -> HttpResponse:
    """Create a committee with its chair; then its members are added."""
    check_can_set_up(request.actor)
    form = NewCommitteeForm(request.POST or None)
    chair = colleague(request, form, "chair") if form.is_bound else None

    def save() -> tuple[str, str]:
        assert chair is not None  # the form is not valid otherwise
        made = create_committee(slug=form.cleaned_data["slug"], by=request.actor, **_facts(form))
        add_member(made, person=chair, is_chair=True, by=request.actor)
        return _("The committee was created. Now add its members."), reverse("committee_manage", args=[made.slug])

    title = _("Create committee")
    return one_form(
        request, form, save, title=title, button=title, cancel=reverse("set_up_committees"),
        crumbs=crumbs((_("Committees"), "set_up_committees"), (title, "")),
    )  # fmt: skip


def _facts(form: CommitteeForm) -> dict[str, Any]:
    return {name: value for name, value in form.facts().items() if name != "seen"}


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def committee(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The details of a committee."""
    check_can_set_up(request.actor)
    found = Committee.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This committee does not exist."))
    facts = committee_facts(found)
    shown = {**facts, "institution": found.institution_id, "seen": fingerprint(facts)}
    form = CommitteeForm(request.POST or None, initial=shown)

    def save() -> tuple[str, str]:
        change_committee(found, by=request.actor, **form.facts())
        return _("The committee was saved."), reverse("set_up_committees")

    return one_form(
        request, form, save, title=found.name, button=_("Save changes"), cancel=reverse("set_up_committees"),
        crumbs=crumbs((_("Committees"), "set_up_committees"), (found.name, "")),
        further_url=reverse("committee_manage", args=[found.slug]), further_label=_("Members, chair and decision rule"),
    )  # fmt: skip
