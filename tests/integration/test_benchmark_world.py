"""The benchmark's bulk SQL knows every table it fills: a change of the models must not break `make bench` unnoticed."""

import re

import pytest
from django.db import connection

from apps.access_requests.models import Item
from apps.datasets.models import Dataset
from apps.grants.models import AccessGrant
from tests.database import Urls
from tests.performance import decision, pages, seeding


@pytest.fixture
def world(transactional_db: None, database_urls: Urls, database_name: str) -> None:
    """Four hundred datasets and everybody around them, in this worker's own database."""
    connection.close()
    at = {role: getattr(database_urls, role).rpartition("/")[0] for role in ("superuser", "owner")}
    seeding.fill(f"{at['superuser']}/{database_name}", f"{at['owner']}/{database_name}", first=1, last=400)


def test_the_benchmark_world_has_what_its_pages_need(world: None) -> None:
    """Each question that is timed has the answer yes, and takes one statement."""
    assert (Dataset.objects.count(), AccessGrant.objects.count()) == (400, 480)
    decision.measure(each=10, rounds=1)  # ends with an error at the first no
    assert decision.statements() == 1


def test_every_benchmark_page_exists(world: None) -> None:
    looked = pages.pages(dataset=4)
    for page in looked:
        pages.look(page)
    assert [bool(page.statements) for page in looked] == [True] * len(looked)
    voted = seeding.WAITING // 3  # these wait for other members, in a tab of their own
    assert len(set(re.findall(r"/review/[0-9a-f-]{36}/", looked[-1].body))) == seeding.WAITING - voted
    assert Item.objects.filter(state="open").count() == seeding.COMMITTEES * seeding.WAITING
