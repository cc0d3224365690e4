"""The first datasets of a list, as the front page shows them."""

import pytest

from apps.datasets import queries
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_first_page_has_the_newest_and_counts_all() -> None:
    shelves = [stories.published_dataset() for _ in range(3)]
    found = queries.catalogue().filter(pk__in=[one.dataset.pk for one in shelves])
    page = queries.first_page(found, size=2)
    assert page.items == [shelves[2].dataset, shelves[1].dataset]
    assert (page.total, page.more_than_counted) == (3, False)
