"""Terms of use and agreement templates: the versions there are, and a new one."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.agreements.commands import publish_template
from apps.agreements.models import Template
from apps.agreements.queries import newest_template, newest_templates
from apps.agreements.wording import PLACEHOLDERS
from apps.committees.models import Committee
from apps.core.editing import fingerprint
from apps.core.errors import NotFound
from apps.people.commands.people import publish_terms
from apps.people.models import Terms
from apps.people.queries import current_terms
from apps.people.rules import check_can_set_up
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.set_up.common import crumbs, list_of, one_form
from apps.web.set_up.forms import TermsForm
from apps.web.set_up.template_form import MORE, TemplateForm, compacted, initial_of, rows_sent
from apps.web.sign_in.step_up import freshly_signed_in

TERMS = ListSpec(ngettext_lazy("%(total)s version", "%(total)s versions", "n"), [Sort("new", "", "-version")])
TEMPLATES = ListSpec(
    ngettext_lazy("%(total)s template", "%(total)s templates", "n"),
    [Sort("title", "", "title pk")],
    [Search(gettext_lazy("Title"), columns("title"))],
)


@require_safe
@signed_in
def terms_versions(request: AuthenticatedRequest) -> HttpResponse:
    """Every version of the terms, the newest first."""
    check_can_set_up(request.actor)
    page = list_page(request, TERMS, Terms.objects.all())
    rows = [
        {
            "title": _("Version %(version)s") % {"version": one.version},
            "href": reverse("terms_version", args=[one.version]),
            "note": "",
            "cells": [date_format(one.published_at, "j M Y"), _("yes") if one.text_da else _("no")],
        }
        for one in page.rows
    ]
    return list_of(
        request, page, [_("Version"), _("Published"), _("In Danish")], rows,
        title=_("Terms of use"), crumbs=crumbs((_("Terms of use"), "")), new_url=reverse("set_up_terms_new"),
        new_label=_("Publish new version"),
        intro=_("Everyone must accept the newest version before they can use data with registered access."),
    )  # fmt: skip


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def terms_new(request: AuthenticatedRequest) -> HttpResponse:
    """Write a new version, starting from the newest."""
    newest = current_terms()
    version = newest.version if newest is not None else 0
    texts = {"text": newest.text, "text_da": newest.text_da} if newest is not None else {}
    form = TermsForm(request.POST or None, initial={**texts, "seen": fingerprint({"version": version})})

    def save() -> tuple[str, str]:
        made = publish_terms(by=request.actor, **form.cleaned_data)
        said = {"version": made.version}
        return _("Version %(version)s was published. Everyone must accept it.") % said, reverse("set_up_terms")

    return one_form(
        request, form, save, title=_("Publish new terms"), button=_("Publish terms"), cancel=reverse("set_up_terms"),
        crumbs=crumbs((_("Terms of use"), "set_up_terms"), (_("Publish new version"), "")),
        warning=_("After publishing, everyone must accept the new version before they can use data with registered "
                  "access. A published version cannot be changed."),
    )  # fmt: skip


@require_safe
@signed_in
def templates(request: AuthenticatedRequest) -> HttpResponse:
    """The newest version for all committees, and of each committee that has its own."""
    check_can_set_up(request.actor)
    page = list_page(request, TEMPLATES, newest_templates())
    rows = [
        {
            "title": one.title,
            "href": f"{reverse('set_up_template_new')}?{_chosen(one)}",
            "note": "",
            "cells": [
                str(one.committee or _("all committees")),
                str(one.version),
                date_format(one.published_at, "j M Y"),
            ],
        }
        for one in page.rows
    ]
    return list_of(
        request, page, [_("Template"), _("For the datasets of"), _("Version"), _("Published")], rows,
        title=_("Agreement templates"), crumbs=crumbs((_("Agreement templates"), "")),
        new_url=reverse("set_up_template_new"), new_label=_("Write new version"),
        intro=_("The text that both sides sign after an approval. Agreements that already exist keep their text."),
    )  # fmt: skip


def _chosen(template: Template) -> str:
    query = QueryDict(mutable=True)
    query["committee"] = template.committee.slug if template.committee is not None else ""
    return query.urlencode()


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def template_new(request: AuthenticatedRequest) -> HttpResponse:
    """Write a new version of a template, starting from the newest. "More clauses" publishes nothing."""
    check_can_set_up(request.actor)
    committee = _committee(request.GET.get("committee", ""))
    if request.method == "POST":
        form = TemplateForm(compacted(request.POST), rows=rows_sent(request.POST.get("rows", "")))
    else:
        newest = newest_template(committee)
        version = newest.version if newest is not None else 0
        start = initial_of(newest) or {"committee": committee, "opened": committee.pk if committee else ""}
        rows = len(newest.clauses) + 1 if newest is not None else MORE
        form = TemplateForm(initial={**start, "seen": fingerprint({"version": version})}, rows=rows)
    shown: dict[str, Any] = {
        "title": _("Agreement template"),
        "placeholders": sorted(PLACEHOLDERS),
        "crumbs": crumbs((_("Agreement templates"), "set_up_templates"), (_("Write new version"), "")),
    }
    if "more" in request.POST:
        sent = compacted(request.POST)
        form = TemplateForm(initial=sent.dict(), rows=rows_sent(request.POST.get("rows", "")) + MORE)
        return render(request, "set_up/template.html", {"form": form, **shown})

    def save() -> tuple[str, str]:
        said = form.cleaned_data
        made = publish_template(
            said["title"], clauses=form.entered(), committee=said["committee"], seen=_seen(form), by=request.actor
        )
        return _("%(template)s was published.") % {"template": made}, reverse("set_up_templates")

    return one_form(request, form, save, template="set_up/template.html", **shown)


def _seen(form: TemplateForm) -> str:
    """What the editor saw counts for the committee they saw it for; for another one there is nothing to compare."""
    chosen = form.cleaned_data["committee"]
    same = form.cleaned_data["opened"] == (str(chosen.pk) if chosen is not None else "")
    return str(form.cleaned_data["seen"]) if same else ""


def _committee(slug: str) -> Committee | None:
    if not slug:
        return None
    found = Committee.objects.filter(slug=slug[:80]).first()
    if found is None:
        raise NotFound(_("This committee does not exist."))
    return found
