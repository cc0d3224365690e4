"""Help pages, whom to contact, and the texts that the operator of the portal writes."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.errors import NotFound
from apps.people.commands.site_texts import publish_site_text
from apps.people.models import SiteText
from apps.people.queries import newest_site_text
from apps.people.rules import check_operator
from apps.web.common.actor import AuthenticatedRequest, PageRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.help.forms import SiteTextForm
from apps.web.help.guides import ENGLISH, GUIDES, guide

PAGES = {SiteText.Kind.PRIVACY: "privacy", SiteText.Kind.ACCESSIBILITY: "accessibility"}


@require_safe
def help_start(request: PageRequest) -> HttpResponse:
    """Every guide, for whom it is, and its headings."""
    language = get_language() or ENGLISH
    found = [(guide(slug, language), about) for slug, (_file, about) in GUIDES.items()]
    guides = [{"guide": one, "about": about} for one, about in found if one is not None]
    return render(request, "help/help.html", {"guides": guides})


@require_safe
def help_page(request: PageRequest, slug: str) -> HttpResponse:
    """One guide."""
    found = guide(slug, get_language() or ENGLISH)
    if found is None:
        raise NotFound(_("There is no help page at this address."))
    return render(request, "help/guide.html", {"guide": found, "in_english_only": found.language != get_language()})


@require_safe
def contact(request: PageRequest) -> HttpResponse:
    """Whom to ask about what."""
    return render(request, "help/contact.html", {})


@require_safe
def privacy(request: PageRequest) -> HttpResponse:
    """What the portal stores about people, in the operator's words, or until then in its own."""
    return _site_text(request, SiteText.Kind.PRIVACY)


@require_safe
def accessibility(request: PageRequest) -> HttpResponse:
    """How accessible the portal is, in the operator's words, or until then in its own."""
    return _site_text(request, SiteText.Kind.ACCESSIBILITY)


def _site_text(request: PageRequest, kind: SiteText.Kind) -> HttpResponse:
    """The text in the reader's language, else in English."""
    found = newest_site_text(kind, get_language() or ENGLISH) or newest_site_text(kind, ENGLISH)
    context = {
        "kind": kind.value, "title": kind.label, "text": found, "invitation_kept_days": settings.INVITATION_KEPT_DAYS,
    }  # fmt: skip
    return render(request, "help/site_text.html", context)


@require_page_or_form
@signed_in
@idempotent_form
def site_text_edit(request: AuthenticatedRequest, kind: str, language: str) -> HttpResponse:
    """An operator writes a text; each version is kept."""
    check_operator(request.actor)
    if kind not in SiteText.Kind.values or language not in dict(settings.LANGUAGES):
        raise NotFound(_("The portal has no such text."))
    newest = newest_site_text(kind, language)
    initial = {"text": newest.text if newest is not None else ""}
    form = SiteTextForm(request.POST) if request.method == "POST" else SiteTextForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            publish_site_text(kind, language=language, text=form.cleaned_data["text"], by=request.actor)
            messages.success(request, _("The text was published."))
            return redirect(PAGES[SiteText.Kind(kind)])
    context: dict[str, Any] = {
        "form": form, "kind": SiteText.Kind(kind), "newest": newest, "spoken": dict(settings.LANGUAGES)[language],
    }  # fmt: skip
    return render(request, "help/site_text_edit.html", context, status=422 if form.errors else 200)
