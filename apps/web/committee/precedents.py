"""Earlier decisions of the reader's committees, as a case lists them."""

from collections.abc import Iterable
from typing import Any

from apps.access_requests import denials, queries_precedents
from apps.access_requests.models import AccessRequest, Round
from apps.people.models import Person


def precedents_of_case(
    case: AccessRequest, seen: Round, me: Person, entries: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """At most five decisions on the same datasets or for the same purpose. Names of people are in none.

    Of a request in which the reader has not declared yet, neither its title nor what was decided is shown.
    """
    mine = [entry["item"] for entry in entries if entry["mine"]]
    committees, datasets = {item.committee_id for item in mine}, {item.dataset_id for item in mine}
    rows: list[Any] = list(queries_precedents.precedents(me, case, seen, committees, datasets)) if mine else []
    return [
        {
            "item": item,
            "declared": item.declared,
            "title": item.request.title if item.declared else "",
            "reasons": denials.labels(item.denial_codes or ()) if item.declared else [],
        }
        for item in rows
    ]
