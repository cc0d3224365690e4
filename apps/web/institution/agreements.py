"""The agreements that bind an institution, for those who sign for it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.agreements import queries
from apps.core.errors import Denied
from apps.people.queries import institutions_signed_for
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page

AGREEMENTS = ListSpec(
    ngettext_lazy("%(total)s agreement", "%(total)s agreements", "n"),
    [Sort("newest", "", "-offered_at -pk")],
    [
        Search(
            gettext_lazy("Dataset, project, person or reference"),
            columns("item__dataset__title", "item__request__title", "reference", "item__request__applicant__name"),
        )
    ],
)


@require_safe
@signed_in
def institution_agreements(request: AuthenticatedRequest) -> HttpResponse:
    """Every agreement that names an institution the reader signs for, newest first."""
    institutions = list(institutions_signed_for(request.actor).values_list("pk", flat=True))
    if not institutions:
        raise Denied(_("Only signing officials of an institution can see its agreements."))
    found = queries.with_expiry(queries.binding_any(institutions)).defer("text")
    page = list_page(
        request, AGREEMENTS, found.select_related("item__dataset", "item__request__applicant", "institution")
    )
    return render(request, "institution/agreements.html", {"list": page})
