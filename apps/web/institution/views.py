"""The people of an institution, for those who sign for it: the access they have, and whether their affiliation is
active.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.core.errors import Denied, NotFound
from apps.grants.access_state import states_of_grants
from apps.grants.access_state.words import said
from apps.grants.queries import depending_on, holders_through
from apps.grants.reach import can_use_registered, who_can_use_registered
from apps.grants.waiting import CONFIRM_DAYS, affiliations_to_confirm
from apps.people.commands.affiliations import confirm_affiliation, end_affiliation
from apps.people.models import Institution, Person
from apps.people.models.affiliations import valid_until_from
from apps.people.queries import institutions_answered_for, named, people_affiliated_with
from apps.people.rules import check_can_speak_for
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.navigation import facts_of
from apps.web.common.pagination import page_of
from apps.web.institution.forms import PeopleForm, StatementForm
from apps.web.sign_in.step_up import freshly_signed_in

SOON = timedelta(days=CONFIRM_DAYS)


@require_safe
@signed_in
def institution_people(request: AuthenticatedRequest) -> HttpResponse:
    """The people a signing official answers for, fifty a page: their access now, and until when it stands on them."""
    institutions = list(institutions_answered_for(request.actor))
    if not institutions:
        raise Denied(_("Only signing officials of an institution can see its people."))
    here = next((one for one in institutions if str(one.pk) == request.GET.get("of", "")), institutions[0])
    form = PeopleForm(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {"q": "", "show": ""}
    people = _asked_for(people_affiliated_with(here), here, asked["show"], by=request.actor)
    kept = {"of": str(here.pk), "q": asked["q"], "show": asked["show"]}
    page = page_of(request, named(people, asked["q"]), by="name pk", kept=kept)
    context = {
        "institutions": institutions,
        "here": here,
        "form": form,
        "rows": _rows(request, here, page.rows),
        "with_access": holders_through(here).values("holder_id").distinct().count(),
        "page": page,
        "signs": facts_of(request)["signs"],
    }
    return render(request, "institution/people.html", context)


def _asked_for(people: Any, here: Institution, show: str, *, by: Person) -> Any:
    """Everybody, or those whose access, lapse or missing word the official wants to look at."""
    if show == "access":
        granted = Q(pk__in=holders_through(here).values("holder_id"))
        return people.filter(
            granted | Q(pk__in=who_can_use_registered(people.filter(until__isnull=False)).values("pk"))
        )
    if show == "due":
        return people.filter(pk__in=affiliations_to_confirm(by).filter(institution=here).values("person"))
    if show == "soon":
        return people.filter(until__lte=clock.sql_now() + SOON)
    return people.filter(until__isnull=True) if show == "gone" else people


def _rows(request: AuthenticatedRequest, here: Institution, shown: list[Any]) -> list[dict[str, Any]]:
    grants: dict[UUID, list[Any]] = {}
    for row in _access(request.actor, here, [person.pk for person in shown]):
        grants.setdefault(row["grant"].holder_id, []).append(row)
    registered = can_use_registered([person.pk for person in shown if person.until is not None])
    return [
        {
            "person": one, "grants": grants.get(one.pk, []), "registered": one.pk in registered,
            "is_self": one.pk == request.actor.pk, **_word(one),
        }
        for one in shown
    ]  # fmt: skip


def _access(reader: Person, here: Institution, people: list[UUID]) -> list[dict[str, Any]]:
    """The access of these people that depends on the institution, each with its state in words."""
    grants = list(depending_on(here, people).select_related("dataset", "agreement__item__request"))
    states = states_of_grants(reader, grants) if grants else {}
    return [{"grant": one, "said": said(states[one.pk]), "state": states[one.pk]} for one in grants]


def _word(row: Any) -> dict[str, Any]:
    """What the institution says of the person today, as one of four words."""
    if row.until is not None:
        return {"state": "stands"}
    if row.was_ended_at is not None:
        return {"state": "ended"}
    return {"state": "lapsed" if row.was_until is not None else "none"}


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def affiliation_confirm(request: AuthenticatedRequest, institution: UUID, pk: UUID) -> HttpResponse:
    """Confirm this person's affiliation with the institution for another year."""
    done = _("The affiliation of %(name)s was confirmed.")
    return _asked_why(request, institution, pk, confirm_affiliation, verb="confirm", done=done)


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def affiliation_end(request: AuthenticatedRequest, institution: UUID, pk: UUID) -> HttpResponse:
    """The person has left: what they had through the institution stops at their next request."""
    done = _("The affiliation of %(name)s was ended.")
    return _asked_why(request, institution, pk, end_affiliation, verb="end", done=done)


def _asked_why(
    request: AuthenticatedRequest, institution: UUID, pk: UUID, deed: Callable[..., Any], *, verb: str, done: str
) -> HttpResponse:
    """A page that says what will happen and asks why; then it happens."""
    home, person = _theirs(request, institution, pk)
    me = request.actor
    check_can_speak_for(me, home, person)
    form = StatementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            deed(person, institution=home, reason=form.cleaned_data["reason"], by=me)
            messages.success(request, done % {"name": person.name})
            return HttpResponseRedirect(f"{reverse('institution_people')}?{urlencode({'of': home.pk})}")
    context = {
        "here": home, "person": person, "form": form, "verb": verb, **_word(person),
        "grants": _access(me, home, [person.pk]), "new_end": valid_until_from(clock.now()),
    }  # fmt: skip
    return render(request, "institution/affiliation.html", context, status=422 if form.errors else 200)


def _theirs(request: AuthenticatedRequest, institution: UUID, pk: UUID) -> tuple[Institution, Person]:
    """The institution and its person; for anybody who does not answer for it there is neither."""
    home = institutions_answered_for(request.actor).filter(pk=institution).first()
    person = people_affiliated_with(home).filter(pk=pk).first() if home is not None else None
    if home is None or person is None:
        raise NotFound(_("This person does not exist in your institution."))
    return home, person
