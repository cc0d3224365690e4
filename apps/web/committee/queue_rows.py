"""The rows of Requests to review, on the page and in the export: numbers of votes, never choices."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.access_requests.queries import listed_decision
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.committees.decisions import Decision, Weight
from apps.grants.access_state import states_of_requests
from apps.grants.access_state.words import said
from apps.people.models import Person
from apps.web.committee.presenters import why_blocked
from apps.web.common.clock_rows import days_left

Row = dict[str, Any]


def rows_of(requests: Iterable[Any]) -> list[Row]:
    """One row for each request of `review_queue.with_items`."""
    return [_row(request) for request in requests]


def exported_rows(person: Person, requests: Iterable[Any]) -> list[Row]:
    """The same for the CSV file, each with the status that the page of the request shows to a member who declared."""
    found = list(requests)
    states = states_of_requests(person, found)
    return [_row(one) | {"status": said(states[one.pk]).badge if one.declared else ""} for one in found]


def _row(request: Any) -> Row:
    items = request.for_committee
    waiting = [item for item in items if item.waits_for_me]
    undecided = [item for item in items if item.state == ItemState.OPEN]
    shown = (waiting or undecided or items)[0]
    due = shown.due_on if request.state in UNDER_REVIEW else None
    row: Row = {
        "pk": request.pk,
        "url": reverse("case", args=[request.pk]),
        "title": (request.declared and request.title) or request.reference,
        "declared": request.declared,
        "reference": request.reference,
        "round": shown.round_number,
        "applicant": request.applicant.name,
        "institution": str(request.applicant.institution or ""),
        "datasets": [item.dataset.title for item in items],
        "committee": shown.committee.name,
        "reviewers": sorted({one["name"] for item in undecided for one in item.reviewers}),
        "submitted": request.submitted_at,
        "state": request.state,
        "due": due,
        **days_left(shown.clock_rule, due, request.asked_at.date()),
        "since": getattr(request, "since", None),
        "question": getattr(request, "question", "") if request.declared else "",
        "decisions": [item for item in items if item.state != ItemState.OPEN and request.declared],
        "closed_on": getattr(request, "closed_on", None),
        "withdrawn": request.state == RequestState.WITHDRAWN,
        "action": _("Check request") if request.declared else _("Declare conflicts of interest"),
    }
    if not request.declared:
        asks = {"possible_conflict": request.same_institution} if undecided and not row["withdrawn"] else {}
        return row | (asks or {"possible_conflict": False, "action": _("View request")})
    return row | (_votes(shown) if request.state == RequestState.IN_REVIEW else {})


def _votes(item: Any) -> Row:
    """How many votes are cast, and what the reader's vote may do."""
    decision = listed_decision(item)
    weight = Weight.NONE
    if item.waits_for_me and not item.i_voted:
        weight = decision.weight_of(str(item.me), conditions_proposed=bool(item.conditions_proposed))
    notes = {Weight.WILL: _("Your vote decides"), Weight.CAN: _("Your vote can decide")}
    if item.waits_for_me and item.i_voted:
        action, note = _again(item, decision)
    else:
        action, note = _("Cast vote") if item.waits_for_me else _("View request"), notes.get(weight, "")
    said = item.i_voted or decision.is_hopeless
    return {
        "votes": ngettext("%(cast)s of %(n)s vote", "%(cast)s of %(n)s votes", decision.eligible)
        % {"cast": decision.cast, "n": decision.eligible},
        "weight": note,
        "blocked": why_blocked(decision) if said else "",
        "action": action,
    }


def _again(item: Any, decision: Decision) -> tuple[str, str]:
    """What the reader, who has voted, can do now, and why it is their turn again."""
    asked = UUID(str(item.me)) in item.asked_to_confirm
    if asked and item.undone_by_me and decision.eligible > 1:  # they know the choices: their vote does not decide
        return _("View request"), _("Waiting for another voter")
    if asked and decision.must_be_confirmed:
        return _("Confirm vote"), _("Confirm or change your vote")
    if asked:
        return _("Change vote"), _("The decision was undone")
    if decision.is_divided:
        return _("Change vote"), _("The votes are divided")
    return _("View request"), ""  # nobody can confirm: whoever is left let the others leave


def _decided(row: Row) -> str:
    if row["withdrawn"]:
        return _("Withdrawn by applicant")
    return "; ".join(f"{item.dataset.title}: {item.get_state_display()}" for item in row["decisions"])


def _texts(row: Row, name: str) -> str:
    """The reason or the conditions of each decision; with the dataset's name where a request has several."""
    texts = [(item.dataset.title, getattr(item, name)) for item in row["decisions"] if getattr(item, name)]
    several = len(row["datasets"]) > 1
    return "\n\n".join(f"{title}: {text}" if several else text for title, text in texts)


COLUMNS = [
    (gettext_lazy("Reference"), lambda row: row["reference"]),
    (gettext_lazy("Request"), lambda row: row["title"]),
    (gettext_lazy("Round"), lambda row: row["round"]),
    (gettext_lazy("Applicant"), lambda row: row["applicant"]),
    (gettext_lazy("Institution"), lambda row: row["institution"]),
    (gettext_lazy("Datasets"), lambda row: row["datasets"]),
    (gettext_lazy("Committee"), lambda row: row["committee"]),
    (gettext_lazy("Status"), lambda row: row["status"]),
    (gettext_lazy("Submitted"), lambda row: row["submitted"]),
    (gettext_lazy("Due"), lambda row: row["due"]),
    (gettext_lazy("Reviewers"), lambda row: row["reviewers"]),
    (gettext_lazy("Votes cast"), lambda row: row.get("votes", "")),
    (gettext_lazy("Decision"), _decided),
    (gettext_lazy("Reason"), lambda row: _texts(row, "reason")),
    (gettext_lazy("Conditions"), lambda row: _texts(row, "terms")),
    (gettext_lazy("Decided on"), lambda row: row["closed_on"]),
]
