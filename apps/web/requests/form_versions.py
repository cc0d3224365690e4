"""A draft moves to a newer version of a committee's form, after a look at what changes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.access_requests import commands, form_answers, rules
from apps.access_requests.form_use import Use
from apps.access_requests.models import AccessRequest
from apps.access_requests.questions import FORMS
from apps.access_requests.rules_questions import editable_fields
from apps.access_requests.states import ItemState
from apps.core.errors import NotFound
from apps.forms.comparison import compare
from apps.forms.definition import Definition
from apps.forms.models import FormVersion
from apps.forms.queries import versions_by_id
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.form_changes import shown
from apps.web.requests.views import find


def newer_forms(found: AccessRequest) -> list[dict[str, Any]]:
    """The versions that the draft could move to, for notices on its page; none while the forms are locked."""
    editable = editable_fields(found)
    if editable is not None and FORMS not in editable:
        return []
    return [
        {
            "pk": one.pk,
            "title": _("“%(form)s” has a new version") % {"form": one.read},
            "text": _("%(committee)s published version %(n)s. You can keep answering the earlier version.")
            % {"committee": one.form.committee, "n": one.number},
        }
        for one in _offered(found)
    ]


def _offered(found: AccessRequest) -> list[FormVersion]:
    items = found.items.filter(state=ItemState.OPEN).values_list("dataset__committee_id", flat=True)
    return form_answers.newer_versions(found, set(items))


@require_page_or_form
@signed_in
@idempotent_form
def request_form_version(request: AuthenticatedRequest, pk: UUID, version: UUID) -> HttpResponse:
    """What the newer version asks differently; then the draft answers it from now on."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    newer = next((one for one in _offered(found) if one.pk == version), None)
    if newer is None:
        raise NotFound(_("This request cannot use this version of the form any more. Reload the page."))
    if request.method == "POST":
        commands.use_form_version(found, version=newer, by=request.actor)
        messages.success(request, _("The request now answers version %(n)s of the form.") % {"n": newer.number})
        return redirect("request_edit", pk=pk)
    known = versions_by_id(map(UUID, found.answers)).values()
    old = next((one for one in known if one.form_id == newer.form_id), None)
    before = old.read if old is not None else Definition(newer.read.name)
    changes = [shown(one, Use()) for one in compare(before, newer.read)]
    context = {"asked": found, "newer": newer, "name": str(newer.read), "old": old, "changes": changes}
    return render(request, "requests/form_version.html", context)
