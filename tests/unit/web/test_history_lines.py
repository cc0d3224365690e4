"""The history of a case: what several members do alike on one day is one line."""

from datetime import UTC, datetime
from uuid import uuid4

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.web.common.history import timeline


def test_declarations_of_one_day_are_one_line_with_every_name_and_other_events_stay_alone() -> None:
    people = {uuid4(): name for name in ("Astrid", "Jonas", "Leila")}
    days = [datetime(2026, 5, day, 10, minute, tzinfo=UTC) for day, minute in ((3, 1), (3, 4), (4, 0))]
    events = [
        Event(pk=number, kind=Kind.NO_CONFLICT_DECLARED, actor_kind="person", actor_id=person, at=at)
        for number, (person, at) in enumerate(zip(people, days, strict=True))
    ]
    events.insert(1, Event(pk=9, kind=Kind.VOTE_CAST, actor_kind="person", actor_id=events[0].actor_id, at=days[0]))
    shown = timeline(events, names=people, datasets={}, inside=True)
    assert [(one["who"], one["when"].day) for one in shown] == [
        ("Leila", 4), ("Jonas (10:04), Astrid (10:01)", 3), ("Astrid", 3)
    ]  # fmt: skip
