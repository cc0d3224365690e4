"""The register of decisions with 100,000 entries: no statement of a page reads more than a page and the count needs."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, Item
from tests import stories

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]
MANY = 100_000
MOST_READ = 20_000  # rows that the nodes of a plan give, together: the count is 1,001 rows through some joins
COPIES = """
WITH made AS (
    INSERT INTO {request} ({columns}) SELECT {values} FROM {request} one, generate_series(1, %s) n WHERE one.id = %s
    RETURNING id
), numbered AS (SELECT id, row_number() OVER () AS n FROM made)
INSERT INTO {item} ({item_columns}) SELECT {item_values} FROM {item} one, numbered WHERE one.id = %s
"""


def copies(item: Item, many: int) -> None:
    """So many decided items like this one, each in a request of its own; every hundredth is denied and final."""
    others = {
        "id": "gen_random_uuid()", "reference": "'R' || n",
        "decided_at": "one.decided_at - n * interval '1 minute'", "request_id": "numbered.id",
        "appeal_until": "CASE WHEN n %% 100 = 0 THEN date '2020-01-01' END",
        "state": "CASE WHEN n %% 100 = 0 THEN 'denied' ELSE one.state END",
    }  # fmt: skip

    def parts(model: Any, changed: set[str]) -> tuple[str, str]:
        names = [one.column for one in model._meta.concrete_fields]
        return ", ".join(names), ", ".join(others[name] if name in changed else f"one.{name}" for name in names)

    columns, values = parts(AccessRequest, {"id", "reference"})
    item_columns, item_values = parts(Item, set(others) - {"reference"})
    statement = COPIES.format(
        request=AccessRequest._meta.db_table, item=Item._meta.db_table, columns=columns, values=values,
        item_columns=item_columns, item_values=item_values.replace("* interval", "* interval"),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, [many, item.request_id, item.pk])
        cursor.execute("ANALYZE")


def rows_read(sql: str) -> float:
    """The rows that all nodes of the plan gave, with those that a filter removed."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan

    def read(node: dict[str, Any]) -> float:
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        return float(own) + sum(read(one) for one in node.get("Plans", ()))

    return read(plan[0]["Plan"])


def test_no_statement_of_a_page_reads_the_whole_register() -> None:
    requests.publish_register(public=True, by=stories.operator())
    item = stories.decided().item
    copies(item, MANY)
    year = item.decided_at.year if item.decided_at else 0
    own = f"committee={item.committee.slug}"
    read: dict[str, float] = {}
    for query in ("", "outcome=denied", own, f"{own}&outcome=denied", f"dataset={item.dataset.slug}", f"year={year}"):
        with CaptureQueriesContext(connection) as asked:
            page = Client().get(f"/decisions/?{query}")
        assert len(page.context["rows"]) == 25
        statements = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
        assert len(statements) <= 6
        read |= {f"{query} {n}": rows_read(sql) for n, sql in enumerate(statements)}
        after = Client().get(page.context["list"].next_url)
        assert len(after.context["rows"]) == 25
    print({name: n for name, n in read.items() if n > 100})
    assert {name: n for name, n in read.items() if n > MOST_READ} == {}
    assert rows_read("SELECT count(*) FROM access_requests_item") > MANY, "the control: this one reads everything"
