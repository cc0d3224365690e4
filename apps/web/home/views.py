"""The first page: for visitors the public one, for people who are signed in what waits for them and what they have."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.access_requests.queries_conflicts import declared
from apps.access_requests.queries_deputy_votes import votes_waiting_for_deputy
from apps.access_requests.queries_invitations import waiting_for
from apps.grants import waiting
from apps.grants.access_state import states_of_own
from apps.grants.figures import busiest_of, figures_of
from apps.notifications.queries import notifications_of
from apps.people.models import Person
from apps.web.access import my_access
from apps.web.catalogue.views import front_page
from apps.web.committee.outside_presenters import reviews_shown
from apps.web.common.actor import PageRequest
from apps.web.common.navigation import facts_of, to_do
from apps.web.common.state_presenters import shown
from apps.web.common.tasks import reviews_waiting_for
from apps.web.home import todo
from apps.web.requests import my_requests
from apps.web.set_up.steps import steps
from apps.web.set_up.steps import to_do as to_do_of_set_up

SHOWN = 6  # rows in each part of the page
LATEST = 5  # notifications at the side


@require_safe
def home(request: PageRequest) -> HttpResponse:
    """What waits for the person first; then their requests, their access, their reviews and their datasets."""
    if not isinstance(request.actor, Person):
        return front_page(request)
    person, facts = request.actor, facts_of(request)
    requests = list(_requests(person)[: SHOWN + 1])
    access = list(_access(person)[: SHOWN + 1]) if facts["holds"] else []
    states, access_states = states_of_own(person, requests, access)
    own = [my_requests.row(one, states[one.pk], _titles(states[one.pk])) for one in requests]
    have = [{"grant": one, "shown": shown(access_states[one.pk])} for one in access]
    to_sign = waiting.agreements_to_countersign(person).order_by("offered_at", "pk")
    countersign = list(to_sign[: SHOWN + 1]) if facts["datasets_waiting"] else []
    invited = list(waiting_for(person)[: SHOWN + 1])
    stops = list(waiting.stops_to_resume(person)) if facts["stops_waiting"] else []
    tasks = todo.sorted_tasks(
        [todo.of_request(row) for row in own if row.yours]
        + [todo.of_access(one) for one in have if one["grant"].waits]
        + [*map(todo.of_invitation, invited), *map(todo.of_place, _places(person, facts))]
        + [todo.of_review(one) for one in _reviews(person, facts)]
        + [todo.of_countersigning(agreement) for agreement in countersign]
        + [todo.of_confirming(affiliation) for affiliation in _to_confirm(person, facts)]
        + [todo.of_stop(stop) for stop in stops]
    )
    context: dict[str, Any] = {
        "tasks": tasks[:SHOWN],
        "to_do": to_do(facts) + len(invited),
        "more_to_do": to_do(facts) + len(invited) - len(tasks[:SHOWN]),
        "facts": facts,
        "outside_reviews": reviews_shown(person)[:SHOWN],
        "requests": own[:SHOWN],
        "more_requests": len(own) > SHOWN,
        "access": have[:SHOWN],
        "more_access": len(have) > SHOWN,
        "next_end": next((one["grant"] for one in have if one["shown"]["state"].gives_access), None),
        "set_up_to_do": to_do_of_set_up(steps()) if facts["operates"] and not facts["is_break_glass"] else [],
        "figures": figures_of(person) if facts["cares"] else None,
        "datasets": busiest_of(person)[:SHOWN] if facts["cares"] else (),
        "notifications": notifications_of(person).defer("body")[:LATEST],
    }
    return render(request, "home/dashboard.html", context)


def _requests(person: Person) -> QuerySet[Any]:
    """What is not closed; what waits for the person first."""
    under_way = waiting.requests_under_way(person).values("pk")
    return my_requests.found(person).filter(pk__in=under_way).order_by("-waits", "-last_change", "-pk")


def _reviews(person: Person, facts: Mapping[str, Any]) -> list[Any]:
    """The requests that wait for the person as a member of a committee, and one for each vote as a deputy.

    `declared` says whether the person may read them already.
    """
    found: list[Any] = []
    if facts["reviews_waiting"]:
        waits = reviews_waiting_for(person).select_related("applicant").annotate(declared=declared(person, "pk"))
        found += waits[: SHOWN + 1]
    if facts["deputy_votes_waiting"]:
        kept = votes_waiting_for_deputy(person).select_related("request__applicant")
        for item in kept.annotate(declared=declared(person, "request_id")).order_by("request__submitted_at", "pk")[
            : SHOWN + 1
        ]:
            vars(item.request)["declared"] = item.declared
            found.append(item.request)
    return found


def _places(person: Person, facts: Mapping[str, Any]) -> list[Any]:
    """The places in classes that the person is to confirm, or for which they are to sign."""
    if not facts["classes_waiting"]:
        return []
    found = waiting.places_waiting_for(person).select_related("cohort__request__applicant")
    return list(found.order_by("invited_at", "pk")[: SHOWN + 1])


def _access(person: Person) -> QuerySet[Any]:
    """What is not over; what waits for the person first, then what ends first."""
    return my_access.found(person).filter(waiting.access_not_over()).order_by("-waits", "ends_at", "pk")


def _to_confirm(person: Person, facts: Mapping[str, Any]) -> list[Any]:
    """The affiliations that this signing official has to confirm, what ends first at the top."""
    if not facts["affiliations_waiting"]:
        return []
    found = waiting.affiliations_to_confirm(person).select_related("person", "institution")
    return list(found.order_by("valid_until", "pk")[: SHOWN + 1])


def _titles(state: Any) -> list[str]:
    """The datasets of a request, by title, from its states."""
    return sorted({one.dataset.title for one in (state, *state.also) if one.dataset is not None})
