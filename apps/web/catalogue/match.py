"""The use conditions of a dataset compared with the purpose that its reader wrote last."""

from typing import Any

from apps.access_requests.purposes import last_purpose, matches
from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.web.match_rows import match_shown


def match_of_dataset(person: Viewer, found: Dataset) -> dict[str, Any]:
    """The comparison of a controlled dataset, each condition with its verdict; None without a purpose."""
    if found.access != Dataset.Access.CONTROLLED or not isinstance(person, Person):
        return {"match": None, "may_compare": found.access == Dataset.Access.CONTROLLED}
    last = last_purpose(person)
    if last is None or last[0].is_empty:
        return {"match": None, "may_compare": True}
    purpose, request = last
    (compared,) = matches(purpose, [found], [person])
    shown = match_shown(compared.match)
    return {
        "match": shown,
        "match_by_code": {line["code"]: line for line in shown["lines"] if line["code"]},
        "match_beyond": [line for line in shown["lines"] if not line["code"]],
        "match_request": request,
        "may_compare": False,
    }


def with_verdicts(conditions: list[dict[str, Any]], context: dict[str, Any]) -> list[dict[str, Any]]:
    """Each condition with the verdict on its code; of several values of one code the last row has it."""
    by_code = dict(context.get("match_by_code", {}))
    for one in reversed(conditions):
        one["verdict"] = by_code.pop(one["code"], None)
    return conditions
