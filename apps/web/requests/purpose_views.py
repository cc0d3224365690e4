"""The comparison beside the request form, and answers used again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands, rules
from apps.access_requests.queries import with_purpose
from apps.access_requests.states import EDITABLE
from apps.core.errors import NotFound
from apps.core.identifiers import uuids
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.idempotency import idempotent_form
from apps.web.requests.edit import form_of
from apps.web.requests.purpose_section import purpose_context
from apps.web.requests.section_pages import section_address, sections_context
from apps.web.requests.views import find


@require_safe
@signed_in
def request_match(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What the page shows again after each save: the comparison with the datasets, and what each section needs."""
    found = find(request.actor, pk)
    rules.check_is_applicant(request.actor, found)
    context = purpose_context(found) | {"asked": found}
    if found.state in EDITABLE:
        context |= sections_context(found, form_of(found))
    return render(request, "requests/_match_parts.html", context)


@require_POST
@signed_in
@idempotent_form
def request_reuse_purpose(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The answers of an earlier request of the same applicant become those of this draft."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    earlier = with_purpose(request.actor).filter(pk__in=uuids([request.POST.get("from", "")])).first()
    if earlier is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    commands.change(found, by=request.actor, research_purpose=earlier.research_purpose)
    messages.success(request, _("The answers were copied from %(reference)s.") % {"reference": earlier.reference})
    return HttpResponseRedirect(section_address(pk, "purpose") + "#purpose")
