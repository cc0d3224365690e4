"""Case 19: no filter of the event log walks the whole log; 100,000 events, and the plans that PostgreSQL makes."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db.models import Q, QuerySet

from apps.audit.log_groups import LOG_GROUPS
from apps.audit.models import Event
from apps.audit.queries import by_or_concerning, concerning, newest
from apps.web.common.lists import EXACT_UP_TO, counted
from apps.web.oversight.events import SORTS, SORTS_OF_FEW

EVENTS = 100_000
PERSON, THING = uuid.UUID(int=7), uuid.UUID(int=9)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = FIRST + timedelta(days=20)
# A minute apart, mostly downloads; ten events by the person, ten about the thing, ten stops.
FILL = """
INSERT INTO audit_event (at, kind, actor_kind, actor_id, subject_type, subject_id, about, correlation, facts)
SELECT %(first)s + n * interval '1 minute',
       CASE WHEN n %% 10000 = 5 THEN 'downloads.stopped' WHEN n %% 5 = 0 THEN 'person.signed_in'
            ELSE 'download.started' END,
       'person', CASE WHEN n %% 10000 = 1 THEN %(person)s ELSE md5('actor' || n %% 997)::uuid END,
       'downloadlink', md5('subject' || n)::uuid,
       ARRAY[md5('dataset' || n %% 499)::uuid,
             CASE WHEN n %% 10000 = 2 THEN %(thing)s ELSE md5('file' || n)::uuid END],
       '', '{}'
FROM generate_series(1, %(events)s) n
"""


def fill(owner: psycopg.Connection) -> None:
    """Writes the events with times of their own, which only the owner of the table can give them, and counts them."""
    owner.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
    owner.execute(FILL, {"first": FIRST, "person": PERSON, "thing": THING, "events": EVENTS})
    owner.execute("ANALYZE audit_event")
    owner.commit()


def filters() -> dict[str, Q]:
    day = Q(at__gte=DAY, at__lt=DAY + timedelta(days=1))
    return {
        "nothing": Q(),
        "a day": day,
        "a person": by_or_concerning([PERSON]),
        "a thing": concerning([THING]),
        "a rare kind": Q(kind="downloads.stopped"),
        "a rare group": Q(kind__in=["downloads.stopped", "downloads.resumed"]),
        "a frequent group": Q(kind__in=LOG_GROUPS["downloads"][1]),
        "a person on a day": by_or_concerning([PERSON]) & day,
    }


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(below for one in plan.get("Plans", []) for below in nodes(one))]


def looked_at(found: QuerySet[Event]) -> int:
    """How many events PostgreSQL read for this query."""
    plan = json.loads(found.explain(format="json", analyze=True))[0]["Plan"]
    reads = [node for node in nodes(plan) if "Scan" in node["Node Type"] and node["Node Type"] != "Subquery Scan"]
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in reads)


def page(where: Q) -> QuerySet[Event]:
    """The first page of these events, as the view asks for it."""
    found = newest().filter(where)
    sort = (SORTS_OF_FEW if counted(found) <= EXACT_UP_TO else SORTS)[0]
    return found.annotate(**sort.annotate).order_by(*str(sort.by).split())[:26]


@pytest.mark.django_db(transaction=True)
def test_no_filter_walks_the_whole_log(as_owner: psycopg.Connection) -> None:
    """With a control that must fail: what no index answers reads every event."""
    fill(as_owner)
    asked = filters()
    read = {name: looked_at(page(where)) for name, where in asked.items()}
    count = {name: looked_at(newest().filter(where).order_by()[: EXACT_UP_TO + 1]) for name, where in asked.items()}
    assert {name: n for name, n in read.items() if n > EVENTS / 20} == {}
    assert {name: n for name, n in count.items() if n > EVENTS / 20} == {}
    assert looked_at(page(Q(correlation="never"))) > EVENTS / 2
