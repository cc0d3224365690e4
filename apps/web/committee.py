"""The committee's desk, and what its chair keeps in order."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests import commands as bench
from apps.access_requests.queries import decided_by_committees_of, decisions_by_month, on_desk_of
from apps.accounts.models import Person
from apps.accounts.queries import colleagues_by_code
from apps.committees import commands, rules
from apps.committees.models import Committee
from apps.committees.queries import committees_of, led_by, public, seats_of, with_benches
from apps.core import clock
from apps.core.errors import Denied, Invalid, Missing
from apps.core.prepared import Prepared
from apps.web.committee_parts import blocked, months_before, needed, several_months, stuck, too_few
from apps.web.forms_committee import AcceptingForm, SeatForm
from apps.web.forms_shared import add_refusal
from apps.web.guards import SignedInRequest, signed_in
from apps.web.once import once_per_form
from apps.web.step_up import freshly_signed_in

LATELY = 8
MONTHS = 6


def _sits_in(person: Any) -> QuerySet[Committee]:
    return with_benches(committees_of(person)).annotate(asked_at=clock.sql_now(), led=led_by(person))


_benches = Prepared(lambda pk: _sits_in(Person(pk=pk)), UUID)
_decided = Prepared(lambda pk: decided_by_committees_of(Person(pk=pk))[:LATELY], UUID)


@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this member, oldest first; then what waits for colleagues, and what was decided lately."""
    person: Any = request.user
    mine = _benches.rows(person.pk)
    if not mine:
        raise Denied(_("The desk is for people who have a seat in a data access committee."))
    waiting = [_row(item) for item in on_desk_of(person, [one.pk for one in mine])]
    now = mine[0].asked_at
    since = months_before(now, MONTHS - 1)
    months = several_months(dict(decisions_by_month(person, since=since)), since, MONTHS)
    found: dict[str, Any] = {
        "committees": [_committee(one) for one in mine],
        "for_me": [row for row in waiting if not row["voted"]],
        "for_others": [row for row in waiting if row["voted"]],
        "oldest": max((row["days"] for row in waiting), default=0),
        "late": sum(1 for row in waiting if row["late"]),
        "decided": _decided.rows(person.pk),
        "months": months,
        "most": max([month["value"] for month in months] + [1]),
    }
    return render(request, "committee/desk.html", found)


def _committee(one: Any) -> dict[str, Any]:
    return {"committee": one, "leads": one.led, "blocked": too_few(one.seated, one.quorum)}


def _row(item: Any) -> dict[str, Any]:
    """One line of the desk, in plain words; days are whole days since the applicant handed it in."""
    request, committee = item.request, item.committee
    days = (item.asked_at - request.submitted_at).days
    meant, votes = committee.review_days, needed(item.bench, committee.quorum)
    return {
        "url": reverse("case", args=[request.pk]),
        "title": request.title or request.reference,
        "reference": request.reference,
        "dataset": str(item.dataset),
        "applicant": str(request.applicant),
        "institution": str(request.applicant.institution or ""),
        "days": days,
        "waiting": ngettext("%(n)s day of %(meant)s", "%(n)s days of %(meant)s", days) % {"n": days, "meant": meant},
        "late": days > meant,
        "voted": item.i_voted,
        "votes": _("%(cast)s cast; %(needed)s alike decide") % {"cast": item.votes_cast, "needed": votes},
        "blocked": blocked(item.bench, committee.quorum) or stuck(item.votes_cast, item.bench, committee.quorum),
        "state": request.state,
        "state_label": request.get_state_display(),
    }


@signed_in
@freshly_signed_in
@once_per_form
def manage(request: SignedInRequest, slug: str) -> HttpResponse:
    """The chair opens and closes the committee for requests, gives seats and ends them."""
    committee = public().filter(slug=slug).first()
    if committee is None:
        raise Missing(_("There is no committee at this address."))
    rules.check_can_lead(request.user, committee)
    deeds = {"accepting": _set_accepting, "seat": _seat, "unseat": _unseat}
    forms: dict[str, Any] = {}
    if request.method == "POST":
        deed = deeds.get(request.POST.get("action", ""))
        if deed is None:
            raise Invalid(_("Choose what to change."))
        forms = deed(request, committee)
        if not forms:
            return redirect("committee_manage", slug=committee.slug)
    return _manage_page(request, committee, forms)


def _manage_page(request: HttpRequest, committee: Committee, refused: dict[str, Any]) -> HttpResponse:
    seats = list(seats_of(committee).select_related("person__institution"))
    state = "yes" if committee.accepting else "no"
    found = {
        "committee": committee,
        "seats": seats,
        "blocked": too_few(len(seats), committee.quorum),
        "accepting_form": AcceptingForm(
            initial={"accepting": state, "closed_because": committee.closed_because}, auto_id="accepting-%s"
        ),
        "seat_form": SeatForm(auto_id="seat-%s"),
    }
    return render(request, "committee/manage.html", found | refused, status=422 if refused else 200)


def _set_accepting(request: SignedInRequest, committee: Committee) -> dict[str, Any]:
    form = AcceptingForm(request.POST, auto_id="accepting-%s")
    if form.is_valid():
        try:
            commands.set_accepting(committee, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The committee's page says so from now on."))
            return {}
    return {"accepting_form": form}


def _seat(request: SignedInRequest, committee: Committee) -> dict[str, Any]:
    form = SeatForm(request.POST, auto_id="seat-%s")
    if form.is_valid():
        person = colleagues_by_code([form.cleaned_data["code"]]).first()
        if person is None:
            form.add_error("code", _("No colleague has this code. Ask them to read it from their account page."))
            return {"seat_form": form}
        try:
            bench.seat_member(committee, person=person, by=request.user)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("%(name)s has a seat now.") % {"name": person})
            return {}
    return {"seat_form": form}


def _unseat(request: SignedInRequest, committee: Committee) -> dict[str, Any]:
    wanted = request.POST.get("seat", "")
    place = next((seat for seat in seats_of(committee) if str(seat.pk) == wanted), None)
    if place is None:
        raise Missing(_("There is no such seat in this committee (any more)."))
    bench.unseat_member(place, by=request.user)
    messages.success(request, _("The seat has ended. Votes cast from it on open requests no longer count."))
    return {}
