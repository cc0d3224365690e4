"""The people of an institution, for those who sign for it: the access they have, and whether it stands behind them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import commands, queries
from apps.accounts.models import Person
from apps.core.errors import Denied, Missing
from apps.grants.queries import in_force_of
from apps.web.guards import signed_in
from apps.web.once import once_per_form


@require_GET
@signed_in
def institution_people(request: HttpRequest) -> HttpResponse:
    """The people a signing official answers for, the access they have now, and until when their affiliation counts."""
    institutions = list(queries.institutions_signed_for(request.user))
    if not institutions:
        raise Denied(_("Only the signing officials of an institution see its people."))
    people = queries.people_of_institutions_signed_for(request.user)
    held: dict[Any, list[Any]] = {}
    for grant in in_force_of(people):
        held.setdefault(grant.holder_id, []).append(grant)
    until: dict[Any, Any] = {}
    for one in queries.affiliations_of_all(people):
        until[one.person_id, one.institution_id] = one.lapses_at
    rows = [
        {
            "person": person,
            "grants": held.get(person.pk, []),
            "until": until.get((person.pk, person.institution_id)),
            "is_self": person.pk == request.user.pk,
        }
        for person in people.select_related("institution")
    ]
    context = {"institutions": institutions, "rows": rows, "with_access": len(held)}
    return render(request, "account/institution.html", context)


@require_POST
@signed_in
@once_per_form
def affiliation_affirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The institution stands behind this person for another year."""
    person, home = _theirs(request, pk)
    commands.affirm_affiliation(person, institution=home, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The affiliation of %(name)s is affirmed.") % {"name": person.name})
    return HttpResponseRedirect(reverse("institution_people"))


@require_POST
@signed_in
@once_per_form
def affiliation_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person has left: what they had through the institution stops at their next request."""
    person, home = _theirs(request, pk)
    commands.end_affiliation(person, institution=home, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The affiliation of %(name)s is ended.") % {"name": person.name})
    return HttpResponseRedirect(reverse("institution_people"))


def _theirs(request: HttpRequest, pk: UUID) -> tuple[Person, Any]:
    """The person and their home institution; for anybody who does not answer for it there is no such person."""
    found = queries.people_of_institutions_signed_for(request.user).select_related("institution").filter(pk=pk).first()
    if found is None:
        raise Missing(_("There is no such person in your institution."))
    return found, found.institution
