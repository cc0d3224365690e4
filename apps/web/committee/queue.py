"""The review queue of a committee member."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from apps.access_requests.queries import (
    decided_by_committees_of,
    decisions_by_month,
    listed_decision,
    review_queue_of,
)
from apps.committees.queries import committees_of, is_chaired_by, with_member_counts
from apps.core import clock
from apps.core.actors import Viewer
from apps.core.errors import Denied
from apps.web.committee.presenters import months_before, several_months, why_blocked, why_committee_blocked
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in

RECENT = 8


MONTHS = 6


def _sits_in(person: Viewer) -> QuerySet[Any]:
    return with_member_counts(committees_of(person)).annotate(asked_at=clock.sql_now(), led=is_chaired_by(person))


@require_safe
@signed_in
def review_queue(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for this member, oldest first; then what waits for colleagues, and recent decisions."""
    person = request.actor
    mine = list(_sits_in(person))
    if not mine:
        raise Denied(_("Only members of a data access committee can see this page."))
    waiting = [_row(item) for item in review_queue_of(person, [one.pk for one in mine])]
    now = mine[0].asked_at
    since = months_before(now, MONTHS - 1)
    months = several_months(dict(decisions_by_month(person, since=since)), since, MONTHS)
    found: dict[str, Any] = {
        "committees": [_committee(one) for one in mine],
        "for_me": [row for row in waiting if not row["voted"]],
        "for_others": [row for row in waiting if row["voted"]],
        "oldest": max((row["days"] for row in waiting), default=0),
        "late": sum(1 for row in waiting if row["late"]),
        "decided": decided_by_committees_of(person)[:RECENT],
        "months": months,
        "most": max([month["value"] for month in months] + [1]),
    }
    return render(request, "committee/queue.html", found)


def _committee(one: Any) -> dict[str, Any]:
    return {"committee": one, "leads": one.led, "blocked": why_committee_blocked(one, one.member_count)}


def _row(item: Any) -> dict[str, Any]:
    """One line of the review queue; days are whole days since the applicant submitted it."""
    request, committee = item.request, item.committee
    days = (item.asked_at - request.submitted_at).days
    meant, decision = committee.review_days, listed_decision(item)
    return {
        "url": reverse("case", args=[request.pk]),
        "title": request.title or request.reference,
        "reference": request.reference,
        "dataset": str(item.dataset),
        "applicant": str(request.applicant),
        "institution": str(request.applicant.institution or ""),
        "days": days,
        "waiting": ngettext("%(n)s day (target %(meant)s)", "%(n)s days (target %(meant)s)", days)
        % {"n": days, "meant": meant},
        "late": days > meant,
        "voted": item.i_voted,
        "votes": _("%(cast)s cast; %(needed)s matching votes decide")
        % {"cast": decision.cast, "needed": decision.needed},
        "blocked": why_blocked(decision),
        "state": request.state,
        "state_label": request.get_state_display(),
    }
