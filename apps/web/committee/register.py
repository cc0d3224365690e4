"""What the register of decisions says of a case, for the members of the committee that decided it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.access_requests import queries_register as register
from apps.access_requests.models import Item
from apps.committees.queries import committees_of
from apps.web.committee import case
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.decision_rows import row


@require_safe
@signed_in
def case_register(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The entries of the decisions that the person's committees made on this request, published or not."""
    asked = case.find(request, pk)
    decided = Item.objects.filter(request=asked, committee__in=committees_of(request.actor))
    items = list(register.with_facts(decided.filter(state__in=register.OUTCOMES)).order_by("dataset__title", "pk"))
    final = set(register.final().filter(request=asked).values_list("pk", flat=True))
    entries = zip(items, register.entries(items), strict=True)
    context = {
        "public": register.is_public(),
        "rows": [{**row(entry), "item": item, "is_final": item.pk in final} for item, entry in entries],
        "crumbs": [
            {"label": _("Requests to review"), "url": reverse("review_queue")},
            {"label": asked.reference, "url": reverse("case", args=[pk])},
            {"label": _("What the register says"), "url": ""},
        ],
    }
    return render(request, "committee/register.html", context)
