"""No daily page asks the database something whose cost grows with the portal: 200 datasets beside 2,000.

The plans are those without sequential scans: tables this small are read from end to end, whatever the statement.

The whole table, of every page at 10,000 and 100,000 datasets with times, is `python -m tests.performance.growth`.
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from apps.access_requests.models import AccessRequest, Membership
from tests.database import Urls
from tests.performance import seeding
from tests.performance.growth.measure import Cost, client_of, recorded_of
from tests.performance.growth.report import growing
from tests.performance.growth.visits import BASIC
from tests.performance.seeding import the_id

Fill = Callable[[int, int], None]
PLANTED = "planted"
PAGES = {
    "dataset, somebody with access", "front page, applicant", "my requests", "my agreements", "requests to review",
    "users of my dataset",
}  # fmt: skip


@pytest.fixture
def fill(transactional_db: None, counting_cache: None, database_urls: Urls, database_name: str) -> Fill:
    """Adds datasets with these numbers, and all that depends on them, to this worker's own database."""
    at = {role: f"{getattr(database_urls, role).rpartition('/')[0]}/{database_name}" for role in ("superuser", "owner")}

    def add(first: int, last: int) -> None:
        connection.close()
        seeding.fill(at["superuser"], at["owner"], first=first, last=last, parts=seeding.GROWTH, many=20, alike=200)

    return add


def test_no_statement_of_a_daily_page_grows(fill: Fill) -> None:
    """Neither more statements nor more blocks; the control, an OR of "mine or named", reads every request and is found.

    Issue 10, Must show 1.
    """
    fill(1, 200)
    small = _costs()
    fill(201, 2_000)
    large = _costs()
    found = {name: growing(small[name], large[name], few=40) for name in small}
    assert found.pop(PLANTED), "the planted statement was not found"
    assert not [(name, before.blocks, now.blocks, now.name) for name, ones in found.items() for before, now in ones]
    statements = {name: (small[name].recorded.times, large[name].recorded.times) for name in found}
    assert all(before == now for before, now in statements.values()), statements


def _costs() -> dict[str, Cost]:
    """Of the pages that most people open every day, and of the planted statement."""
    visits = [visit for visit in BASIC if visit.name in PAGES]
    assert len(visits) == len(PAGES)
    clients = {person: client_of(person) for person in {visit.person for visit in visits}}
    found = {visit.name: _cost(clients[visit.person].get, visit.address) for visit in visits}
    return found | {PLANTED: _cost(_mine_or_named, "")}


def _cost(get: Callable[[str], object], address: str) -> Cost:
    get(address)  # what is kept for a minute is found now
    recorded = recorded_of(get, address, connection, index_only=True)
    return Cost(recorded, recorded)


def _mine_or_named(_address: str) -> object:
    me = the_id("applicant")
    named = Membership.objects.filter(request=OuterRef("pk"), person_id=me)
    return list(AccessRequest.objects.filter(Q(applicant_id=me) | Q(Exists(named))).values("pk"))
