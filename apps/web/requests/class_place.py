"""Classes for their students: the places that wait for them, and one place: confirm, sign, use."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.access_requests import commands, queries_cohorts
from apps.access_requests.models import Student
from apps.core.errors import NotFound
from apps.datasets.models import Dataset
from apps.grants.queries_cohorts import agreements_of_student
from apps.grants.waiting import places_waiting_for
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form

MOST = 100  # classes in the list
NAMED = ("cohort__request__applicant__institution", "cohort__institution")


@require_safe
@signed_in
def my_classes(request: AuthenticatedRequest) -> HttpResponse:
    """The classes in which the person has a place, those that wait for them first."""
    places = queries_cohorts.places_of(request.actor).select_related(*NAMED)
    waiting = set(places_waiting_for(request.actor).values_list("pk", flat=True))
    rows = sorted(places.order_by("-cohort__first_day", "pk")[:MOST], key=lambda one: one.pk not in waiting)
    context = {"rows": [{"place": one, "waits": one.pk in waiting} for one in rows]}
    return render(request, "requests/classes.html", context)


@require_page_or_form
@signed_in
@idempotent_form
def class_place(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One's own place in a class: the address is the same for every student, and says nothing to anybody else."""
    place = _place(request.actor, pk)
    if request.method == "POST":
        if request.POST.get("act") == "decline":
            commands.decline_place(place, by=request.actor)
            messages.success(request, _("You declined. You can still confirm until the class ends."))
        else:
            commands.confirm_place(place, by=request.actor)
            messages.success(request, _("You confirmed your place. Now read and sign the agreement."))
        return HttpResponseRedirect(reverse("class_place", args=[pk]))
    return render(request, "requests/class_place.html", _shown(request.actor, place))


def _place(person: Person, cohort: UUID) -> Student:
    """The place of this person in the class; a confirmed one before any other line that names them."""
    found = queries_cohorts.places_of(person).filter(cohort=cohort).select_related(*NAMED)
    place = found.order_by(F("confirmed_at").desc(nulls_last=True), "pk").first()
    if place is None:
        raise NotFound(
            _(
                "No class at this web address has a place for you. You are signed in as %(email)s. If your "
                "supervisor entered another e-mail address or ORCID iD, ask them to correct the roster."
            )
            % {"email": person.email or person.name}
        )
    return place


def _shown(person: Person, place: Student) -> dict[str, Any]:
    request = place.cohort.request
    agreements: list[Any] = list(agreements_of_student(person, request))
    datasets = Dataset.objects.filter(items__in=queries_cohorts.approved_items(place.cohort)).order_by("title", "pk")
    return {
        "place": place,
        "cohort": place.cohort,
        "supervisor": request.applicant,
        "datasets": list(datasets.only("title", "slug")),
        "agreements": agreements,
        "to_sign": [one for one in agreements if not one.is_signed],
        "ends_on": min((one.ends_on for one in agreements), default=request.ends_on),
    }
