"""The one pagination of the pages: every row once, forwards and backwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from apps.core import clock
from apps.core.errors import Invalid
from apps.notifications.models import Notification
from apps.people.models import Institution
from apps.web.common.pagination import Page, page_of
from tests import stories

pytestmark = pytest.mark.django_db
NAMES = ["Århus", "A~b", "A~b", "Berlin", "Zürich & Co", "Ø=1", "x"]


def walked(found: Any, by: str, *, size: int = 3, kept: dict[str, str] | None = None) -> list[Page[Any]]:
    """Every page from the first to the last."""
    pages, url = [], "/list/"
    while url:
        pages.append(page_of(RequestFactory().get(url), found, by=by, size=size, kept=kept))
        url = pages[-1].next_url
    return pages


@pytest.fixture
def institutions(db: None) -> Any:
    made = [Institution.objects.create(name=name).pk for name in NAMES]
    return Institution.objects.filter(pk__in=made).order_by("name", "pk")


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_every_row_comes_once_forwards_and_backwards(institutions: Any, size: int) -> None:
    pages = walked(institutions, "name pk", size=size)
    assert [row for page in pages for row in page.rows] == list(institutions)
    assert pages[0].previous_url == pages[0].first_url == ""
    for before, page in zip(pages, pages[1:], strict=False):
        back = page_of(RequestFactory().get(page.previous_url), institutions, by="name pk", size=size)
        assert back.rows == before.rows


def test_a_list_that_goes_down_by_a_moment(db: None) -> None:
    person, now = stories.person(), clock.now()
    for number in range(7):  # pairs written at the same moment
        moment = now - timedelta(minutes=number // 2)
        Notification.objects.create(
            event_id=number + 1, reader=person, kind="x", subject="x", body="x", written_at=moment
        )
    notifications = Notification.objects.filter(reader=person).order_by("-written_at", "-event_id")
    pages = walked(notifications, "-written_at -event_id", size=2)
    assert [row.pk for page in pages for row in page.rows] == [one.pk for one in notifications]


def test_what_was_asked_for_is_kept_in_the_addresses(institutions: Any) -> None:
    first, second, _last = walked(institutions, "name pk", kept={"q": "a b"})
    assert first.next_url.startswith("/list/?q=a+b&after=")
    assert second.previous_url.startswith("/list/?q=a+b&before=")
    assert second.first_url == "/list/?q=a+b"


@pytest.mark.parametrize("key", ["x", "~", "a~not-an-id", "a\x00~6f1d2c1e-0000-4000-8000-000000000000"])
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_key_that_no_page_gave_is_refused(institutions: Any, way: str, key: str) -> None:
    with pytest.raises(Invalid):
        page_of(RequestFactory().get("/list/", {way: key}), institutions, by="name pk")


@pytest.mark.parametrize("key", ["2020-01-01~1", "2020-01-01T00:00:00~1", "soon~1", "2020-01-01T00:00:00Z~x"])
def test_a_moment_without_its_zone_is_refused(db: None, key: str) -> None:
    notifications = Notification.objects.order_by("-written_at", "-event_id")
    with pytest.raises(Invalid):
        page_of(RequestFactory().get("/list/", {"after": key}), notifications, by="-written_at -event_id")


def test_a_page_costs_one_statement(institutions: Any, django_assert_num_queries: Any) -> None:
    first = page_of(RequestFactory().get("/list/"), institutions, by="name pk", size=3)
    with django_assert_num_queries(1):
        page_of(RequestFactory().get(first.next_url), institutions, by="name pk", size=3)
