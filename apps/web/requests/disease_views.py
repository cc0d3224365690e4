"""The search for a disease of the ontology: as data for the box of the request form, and as a page without script."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.access_requests import commands, rules
from apps.access_requests.models import AccessRequest
from apps.access_requests.purposes import purpose_of
from apps.core.errors import Invalid
from apps.datasets import diseases
from apps.datasets.matching import Disease, purpose_json
from apps.datasets.matching.purpose import MOST_DISEASES
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.requests.section_pages import section_address
from apps.web.requests.views import find

LONGEST_SEARCH = 200
SHOWN = 20


def _found(entered: str) -> list[dict[str, str]]:
    """The diseases that the words name, each with the synonym that has the words, if its name has not."""
    words = entered[:LONGEST_SEARCH].split()
    begun = len(words) > 1 and len(words[-1]) == 1  # one character of the next word is too little
    rows = diseases.find_diseases(" ".join(words[:-1] if begun else words), most=SHOWN)
    current = [one for one in rows if not one.is_obsolete]
    return [
        {"id": one.pk, "name": one.name, "value": str(one), "synonym": diseases.synonym_with(one, entered)}
        for one in current
    ]


@require_safe
@signed_in
def disease_search(request: AuthenticatedRequest) -> HttpResponse:
    """The first diseases that `q` names, as JSON: `found` with `id`, `name`, `value` and `synonym`."""
    return JsonResponse({"found": _found(request.GET.get("q", ""))})


@require_page_or_form
@signed_in
@idempotent_form
def request_diseases(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Search for diseases and add them to the research purpose of a request."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    entered = request.GET.get("q", "")
    context: dict[str, Any] = {"asked": found, "entered": entered, "refused": "", "status": 200}
    if request.method == "POST":
        refusal = refusal_of(lambda: _add(request, found), Invalid)
        if refusal is None:
            messages.success(request, _("The diseases were added."))
            return HttpResponseRedirect(section_address(pk, "purpose") + "#id_about_diseases")
        context |= {"refused": refusal.sentence, "status": refusal.status}
    context |= {"rows": _found(entered), "loaded": diseases.are_loaded()}
    context["back"] = section_address(pk, "purpose")
    return render(request, "requests/diseases.html", context, status=context["status"])


def _add(request: AuthenticatedRequest, found: AccessRequest) -> None:
    """Add the chosen diseases to those of the purpose."""
    chosen = diseases.current(request.POST.getlist("disease")[: MOST_DISEASES + 1])
    if not chosen:
        raise Invalid(_("Select a disease."), field="disease")
    purpose = purpose_of(found.research_purpose)
    named = dict.fromkeys([*(purpose.diseases or ()), *(Disease(one.pk, one.name) for one in chosen)])
    if len(named) > MOST_DISEASES:
        raise Invalid(_("Enter at most %(most)s diseases.") % {"most": MOST_DISEASES}, field="disease")
    changed = replace(purpose, diseases=tuple(named))
    commands.change(found, by=request.actor, research_purpose=purpose_json(changed))
