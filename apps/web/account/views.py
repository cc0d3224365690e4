"""The person's own page, the terms, and the language."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as keep_language

from apps.core import correlation, zones
from apps.core.actors import Viewer
from apps.core.errors import NotFound, WrongState
from apps.notifications.queries import can_be_emailed
from apps.people import wording
from apps.people.commands.people import accept_terms, choose_language, choose_time_zone
from apps.people.models import Terms
from apps.people.queries import (
    current_terms,
    has_accepted_terms,
    identities_of,
    institutions_signed_for,
    latest_affiliations_of,
    not_renewed,
    officials_of,
    platform_roles_of,
    terms_of_version,
    visas_of,
)
from apps.web.account.details import details
from apps.web.account.forms import TermsForm
from apps.web.common.actor import AuthenticatedRequest, PageRequest
from apps.web.common.auth import sign_in_address, signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.time_zone import of_browser


@require_safe
@signed_in
def account(request: AuthenticatedRequest) -> HttpResponse:
    """Who the portal knows the person as, and what they may hand on: the colleague code."""
    person = request.actor
    identities = identities_of(person)
    context = {
        "person": person,
        "can_be_emailed": can_be_emailed(person.email),
        "identities": identities,
        "affiliations": _affiliations(person),
        "roles": platform_roles_of(person),
        "institutions": institutions_signed_for(person),
        "terms": current_terms(),
        "terms_accepted": has_accepted_terms(person),
        "time_zones": zones.names(),
        "browser_zone": of_browser(request),
        **details(person, identities),
        "visas": [wording.visa_in_words(one) for one in visas_of(person)],
    }
    return render(request, "account/account.html", context)


def _affiliations(person: Viewer) -> list[dict[str, Any]]:
    """Each institution's newest word about the person, and whom to ask where it does not count."""
    rows: list[Any] = list(latest_affiliations_of(person))
    gone = [one.institution_id for one in rows if not one.counts]
    officials = officials_of(gone) if gone else {}
    tried = {place for _person, place in not_renewed([one.person_id for one in rows])} if gone else set()
    return [
        {"affiliation": one, "officials": officials.get(one.institution_id, []), "tried": one.institution_id in tried}
        for one in rows
    ]


@require_page_or_form
@signed_in
@idempotent_form
def terms(request: AuthenticatedRequest) -> HttpResponse:
    """The terms for registered data; accepting them counts for the version that was shown."""
    current = current_terms()
    form, status = TermsForm(initial={"version": current.version if current else ""}), 200
    if request.method == "POST" and current is not None:
        form, status = TermsForm(request.POST), 422
        if form.is_valid():
            return _accepted(request, current, form.cleaned_data["version"])
    danish = get_language() == "da" and current is not None and current.text_da
    context = {
        "terms": current,
        "text": current.text_da if danish and current else current.text if current else "",
        "accepted": has_accepted_terms(request.actor),
        "form": form,
        "next": _asked_back(request),
    }
    return render(request, "account/terms.html", context, status=status)


@require_safe
def terms_version(request: PageRequest, version: int) -> HttpResponse:
    """One version of the terms at its permanent address; visas from elsewhere name it."""
    found = terms_of_version(version)
    if found is None:
        raise NotFound(_("This version of the terms of use does not exist."))
    danish = get_language() == "da" and found.text_da
    current = current_terms()
    context = {"terms": found, "text": found.text_da if danish else found.text, "newest": current}
    return render(request, "account/terms_version.html", context)


def _accepted(request: AuthenticatedRequest, current: Terms, shown: int) -> HttpResponse:
    if shown != current.version:
        raise WrongState(
            _("The terms of use changed after you opened this page. Reload the page and read the new terms.")
        )
    accept_terms(current, by=request.actor)
    messages.success(request, _("You have accepted the terms of use for registered access."))
    return HttpResponseRedirect(_back(request))


def _asked_back(request: PageRequest) -> str:
    """Where the person came from, if that is a page of this portal; else nothing."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    return asked if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""


def _back(request: PageRequest) -> str:
    return _asked_back(request) or reverse("terms")


@require_safe
def sign_in_refused(request: PageRequest) -> HttpResponse:
    """One plain page for every sign-in that went wrong, with a reference and no reason an attacker could use."""
    context = {"reference": correlation.current(), "again_url": sign_in_address(reverse("home"))}
    return render(request, "sign_in/provider_refused.html", context, status=403)


@require_POST
@signed_in
def set_time_zone(request: AuthenticatedRequest) -> HttpResponse:
    """Pages and e-mails show times in this time zone from now on."""
    choose_time_zone(request.actor, time_zone=request.POST.get("time_zone", ""), by=request.actor)
    messages.success(request, _("The time zone was saved."))
    return HttpResponseRedirect(f"{reverse('account')}#time-zone")


@require_POST
def set_language(request: PageRequest) -> HttpResponse:
    """Pages speak the chosen language from now on, and notifications to a signed-in person too."""
    answer: HttpResponse = keep_language(request)
    language = request.POST.get("language", "")
    if request.actor.is_authenticated and answer.cookies and request.actor.language != language:
        choose_language(request.actor, language=language, by=request.actor)
    return answer
