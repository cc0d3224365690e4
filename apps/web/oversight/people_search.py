"""The people of the portal, by name, e-mail address, ORCID iD or colleague code: for operators and auditors."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.people.commands.readings import record_people_search
from apps.people.models import Person
from apps.people.queries import named_with
from apps.people.rules import check_auditor_or_operator
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import writes
from apps.web.common.list_filters import Search
from apps.web.common.lists import ListSpec, Sort, list_page

PEOPLE = ListSpec(
    ngettext_lazy("%(total)s person", "%(total)s people", "n"),
    [Sort("name", "", "name pk")],
    [Search(gettext_lazy("Name, e-mail address, ORCID iD or colleague code"), named_with)],
)


@writes
@require_safe
@signed_in
def people_search(request: AuthenticatedRequest) -> HttpResponse:
    """Everyone with an account, closed ones included; each leads to what the person holds. Reading it is an event."""
    check_auditor_or_operator(request.actor)
    page = list_page(request, PEOPLE, Person.objects.select_related("institution"))
    record_people_search(page.rows, total=page.total, by=request.actor)
    return render(request, "oversight/people_search.html", {"list": page})
