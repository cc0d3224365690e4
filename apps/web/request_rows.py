"""The fields of a request as pages show them: what was written, and what changed between two rounds."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from apps.access_requests import fields
from apps.access_requests.fields import Kind, RequestField
from apps.access_requests.purposes import purpose_of
from apps.datasets.matching.questions import in_words


def written(values: Mapping[str, Any], *, for_committee: bool = False) -> list[dict[str, Any]]:
    """A row for each field that the applicant wrote, but for the title, which is the heading of its page.

    Each has `label`, `value` and `is_day`. `for_committee` leaves out what the committee is not shown.
    """
    found = [field for field in fields.of_kind(Kind.TEXT, Kind.LINE, Kind.DAY) if field.name != fields.TITLE.name]
    shown_fields = [field for field in found if field.shown_to_committee or not for_committee]
    return [
        {"label": field.label, "value": shown(field, values.get(field.name)), "is_day": field.kind == Kind.DAY}
        for field in shown_fields
    ]


def shown(field: RequestField, value: Any) -> Any:
    """A value of a snapshot as a person reads it: a day as a day; nothing if the round is older than the field."""
    if field.kind == Kind.DAY:
        return date.fromisoformat(value) if isinstance(value, str) and value else value
    if field.kind == Kind.ANSWERS:
        return in_words(purpose_of(value))
    return "" if value is None else value


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], *, names: Mapping[UUID, str], titles: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """What the applicant changed between two rounds, field by field, old and new side by side.

    `names` are those of people, `titles` those of datasets.
    """
    known = {Kind.PEOPLE: names, Kind.DATASETS: titles}
    compared = [field for field in fields.FIELDS if field.in_snapshot and field.shown_to_committee]
    rows = []
    for field in compared:
        old, new = before.get(field.name), after.get(field.name)
        if old == new:
            continue
        if field.kind in known:
            gone, come = _differing(old or [], new or [], known[field.kind])
            rows.append({"label": field.label, "before": gone, "after": come, "listed": True})
        else:
            rows.append({"label": field.label, "before": shown(field, old), "after": shown(field, new)})
    return rows


def _differing(before: list[str], after: list[str], known: Mapping[UUID, str]) -> tuple[list[str], list[str]]:
    """What left the list and what came to it, by name."""
    name = {pk: known.get(UUID(pk)) or pk for pk in {*before, *after}}
    gone = sorted(name[pk] for pk in set(before) - set(after))
    return gone, sorted(name[pk] for pk in set(after) - set(before))
