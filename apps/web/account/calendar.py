"""The calendar feed: its page in the account, and the file that calendar programs read (RFC 5545)."""

import hashlib
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from apps.access_requests.queries_clocks import due_before
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.addresses import absolute, portal_host
from apps.core.errors import NotFound
from apps.people.models import Person
from apps.tokens.commands.feeds import end_calendar_feed, make_calendar_feed
from apps.tokens.queries import feed_of, reader_of_feed
from apps.web.common.actor import AuthenticatedRequest, PageRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form, shown_once_response
from apps.web.sign_in.step_up import freshly_signed_in

MOST = 1000


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def calendar_feed(request: AuthenticatedRequest) -> HttpResponse:
    """Create, renew or end the address; a new one stands in the answer to the form and nowhere else."""
    if request.method != "POST":
        return _page(request)
    if request.POST.get("act") == "end":
        if end_calendar_feed(by=request.actor):
            messages.success(request, _("The calendar address no longer works."))
        return redirect("calendar_feed")
    secret = make_calendar_feed(by=request.actor)
    return shown_once_response(_page(request, f"{absolute(reverse('calendar_file'))}?key={secret}"))


def _page(request: AuthenticatedRequest, address: str = "") -> HttpResponse:
    found = {"feed": feed_of(request.actor), "address": address, "committees": committees_of(request.actor)}
    return render(request, "account/calendar.html", found)


@require_safe
def calendar_file(request: PageRequest) -> HttpResponse:
    """The due dates before the committees of whoever has this address; references and dates, nothing else of a case.

    The key is a part of the query, which no log contains.
    """
    person = reader_of_feed(request.GET.get("key", ""))
    if person is None:
        raise NotFound(_("There is no calendar at this address. Its owner may have renewed or deleted the address."))
    answer = HttpResponse(_written(person), content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _written(person: Person) -> bytes:
    """One event of a whole day for each request and committee."""
    calendar, now = Calendar(), clock.now()
    calendar.add("prodid", "-//Gatehouse//Due dates//EN")
    calendar.add("version", "2.0")
    seen = set()
    with override(person.language):
        calendar.add("x-wr-calname", _("Reviews in Gatehouse"))
        for item in due_before(person)[:MOST]:
            key = (item.request_id, item.committee_id)
            if key in seen or item.due_on is None:
                continue
            seen.add(key)
            event = Event()
            event.add("uid", f"{hashlib.sha256(f'{key}'.encode()).hexdigest()[:32]}@{portal_host()}")
            event.add("dtstamp", now)
            event.add("dtstart", item.due_on)
            event.add("dtend", item.due_on + timedelta(days=1))
            event.add("summary", _("%(reference)s: review due") % {"reference": item.request.reference})
            event.add("transp", "TRANSPARENT")
            calendar.add_component(event)
    return bytes(calendar.to_ical())
