"""The students of a class, for the committee that decides on it."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests.cohort_facts import class_in
from apps.access_requests.models import Student
from apps.core.errors import Denied, NotFound
from apps.core.identifiers import uuids
from apps.web.committee.case import find
from apps.web.committee.conflicts import declared_first
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.list_filters import Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page

SPEC = ListSpec(
    noun=ngettext_lazy("%(total)s student", "%(total)s students", "n"),
    sorts=(
        Sort("name", gettext_lazy("Name"), "name pk"),
        Sort("newest", gettext_lazy("Newest first"), "-added_at -pk"),
    ),
    filters=(Search(gettext_lazy("Name, e-mail address or ORCID iD"), columns("name", "email", "orcid")),),
    size=50,
)


@require_safe
@signed_in
def case_class(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Who is on the roster: as it was submitted last, with the students who were invited since the approval, also those
    who were removed again.

    The question about conflicts comes first, as for the case.
    """
    try:
        asked = find(request, pk)
    except Denied:
        if declared_first(request, pk) is None:
            raise
        return redirect("case", pk=pk)
    last = asked.rounds.first()
    taught = class_in(last.snapshot) if last is not None else None
    if taught is None:
        raise NotFound(_("This request is not for a class."))
    submitted = Q(pk__in=uuids(taught.students))
    students = Student.objects.filter(submitted | Q(invited_at__isnull=False), cohort__request=asked)
    listed = list_page(request, SPEC, students)
    rows = [{"student": one} for one in listed.rows]
    context: dict[str, Any] = {"case": asked, "taught": taught, "list": listed, "rows": rows}
    return render(request, "committee/class.html", context)
