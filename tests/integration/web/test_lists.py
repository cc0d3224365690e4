"""Lists: filters, sort order and page in the address; unknown values are ignored and named, never a failure."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Q
from django.db.models.functions import Lower
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from apps.people.models import Institution
from apps.web.common.list_filters import Choice, DateRange, Option, Search, columns, text_of
from apps.web.common.lists import ListPage, ListSpec, Sort, list_page, list_page_of_rows

NOUN = ngettext_lazy("%(total)s institution", "%(total)s institutions", "n")
FILTERS = (
    Search("Name", columns("name", "country")),
    Choice("country", "Country", [Option("no", "Norway", Q(country="NO")), Option("dk", "Denmark", Q(country="DK"))]),
)
SPEC = ListSpec(
    noun=NOUN,
    sorts=(Sort("name", "Name", "name pk"), Sort("last", "Last", "-lowered -pk", {"lowered": Lower("name")})),
    filters=FILTERS,
)
ROWS = ListSpec(
    noun=NOUN,
    sorts=(Sort("n", "Number", lambda row: row.n), Sort("back", "Backwards", lambda row: -row.n)),
    filters=(
        Choice(
            "tab",
            "State",
            [Option("odd", "Odd", lambda row: row.n % 2 == 1), Option("all", "All")],
            tabs=True,
        ),
        Search("Word", text_of(lambda row: row.word)),
        DateRange("made", "Created", lambda row: row.made),
    ),
)


def page(address: str = "/list/", spec: ListSpec = SPEC) -> ListPage:
    return list_page(RequestFactory().get(address), spec, Institution.objects.filter(name__startswith="Here"))


def institutions(n: int) -> None:
    Institution.objects.bulk_create(Institution(name=f"Here {i:04}", country="DK" if i % 2 else "NO") for i in range(n))


def names(found: ListPage) -> list[str]:
    return [one.name for one in found.rows]


@pytest.mark.django_db
def test_each_page_says_which_rows_of_how_many_and_leads_to_the_next() -> None:
    institutions(60)
    seen, note, url, found = [], [], "/list/", page()
    while url:
        found = page(url)
        seen += names(found)
        note.append(found.note)
        url = found.next_url
    assert seen == sorted(seen)
    assert len(seen) == 60
    assert note == ["1–25 of 60 institutions", "26–50 of 60 institutions", "51–60 of 60 institutions"]
    assert page(found.previous_url).note == note[1]
    assert page(page(found.previous_url).previous_url).note == note[0]


@pytest.mark.django_db
@pytest.mark.parametrize("n", [3, 60])
def test_a_page_costs_three_statements_however_many_rows(django_assert_num_queries: Any, n: int) -> None:
    institutions(n)
    with django_assert_num_queries(2):
        first = page("/list/?q=here&country=no")
    if first.next_url:
        with django_assert_num_queries(3):
            page(first.next_url)


@pytest.mark.django_db
def test_more_than_a_thousand_rows_are_not_counted_to_the_end() -> None:
    institutions(1002)
    assert page().note == "1–25 of 1,000+ institutions"
    assert page().more_than_counted


@pytest.mark.django_db
def test_filters_are_chips_that_each_have_a_link_without_them() -> None:
    institutions(60)
    found = page("/list/?q=here+1&country=dk&sort=last")
    assert [chip["url"] for chip in found.chips] == ["/list/?country=dk&sort=last", "/list/?q=here+1&sort=last"]
    assert found.reset_url == "/list/?sort=last"
    assert found.filtered
    assert names(found) == sorted(names(found), reverse=True)
    assert all("1" in one.name and one.country == "DK" for one in found.rows)


@pytest.mark.django_db
def test_pages_of_a_list_sorted_by_an_expression_have_every_row_once() -> None:
    institutions(60)
    seen, url = [], "/list/?sort=last"
    while url:
        found = page(url)
        seen += names(found)
        url = found.next_url
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 60


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["country=xx", "sort=xx", "after=xx", "before=x~y", "after=a~b~c", "after=%00~%00", "after=x~None"]
)
def test_an_unknown_value_is_ignored_and_named(query: str) -> None:
    institutions(3)
    found = page(f"/list/?{query}")
    assert len(found.rows) == 3
    assert len(found.problems) == 1
    assert not found.chips


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["q=%00", "q=", "country=", "sort=", "page=7", "export=pdf", "q=%25_%5C"])
def test_values_that_mean_nothing_do_no_harm(query: str) -> None:
    institutions(3)
    assert page(f"/list/?{query}").problems == []


@pytest.mark.django_db
def test_a_search_that_is_too_long_is_cut_and_says_so() -> None:
    institutions(1)
    assert len(page(f"/list/?q={'a+' * 300}").problems) == 1
    assert len(page(f"/list/?q={'a' * 3000}").fields[0]["value"]) == 200


@pytest.mark.django_db
def test_a_page_whose_rows_are_gone_is_the_first_page() -> None:
    institutions(60)
    last = page(page(page().next_url).next_url)
    address = last.previous_url.replace("before", "after")
    Institution.objects.filter(name__gt="Here 0010").delete()
    assert names(page(address))[0] == "Here 0000"


def rows(address: str, n: int = 60) -> ListPage:
    made = [SimpleNamespace(n=i, word=f"Wörd{i}", made=datetime(2026, 1, 1 + i % 28, 23, tzinfo=UTC)) for i in range(n)]
    return list_page_of_rows(RequestFactory().get(address), ROWS, made, key=lambda row: row.n)


def test_rows_in_memory_have_the_same_filters_tabs_and_pages() -> None:
    first = rows("/list/")
    assert [one.n for one in first.rows] == list(range(1, 51, 2))
    second = rows(first.next_url)
    assert [one.n for one in second.rows] == [51, 53, 55, 57, 59]
    assert (first.note, second.note) == ("1–25 of 30 institutions", "26–30 of 30 institutions")
    assert rows(second.previous_url).rows == rows(second.first_url).rows
    assert [tab["url"] for tab in first.tabs] == ["/list/", "/list/?tab=all"]
    assert [tab["current"] for tab in rows("/list/?tab=all&q=x").tabs] == [False, True]
    assert [one.n for one in rows("/list/?tab=all&q=WÖRD59").rows] == [59]
    assert rows("/list/?tab=all&q=WÖRD59").hidden == [("tab", "all")]
    assert rows("/list/?after=xx").problems
    assert [one.n for one in rows("/list/?sort=back").rows][0] == 59


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("made_from=2026-01-03&made_to=2026-01-03", {3}),
        ("made_to=2026-01-02", {1, 2}),
        ("made_from=2026-01-28", {28}),
        ("made_from=2026-01-05&made_to=2026-01-04", set()),
    ],
)
def test_both_days_of_a_range_are_included(query: str, days: set[int]) -> None:
    assert {one.made.day for one in rows(f"/list/?tab=all&{query}", 28).rows} == days


@pytest.mark.parametrize("day", ["3", "0001-01-01", "9999-12-31", "2026-02-30", "20260103T10", "٢٠٢٦-٠١-٠٣"])
def test_a_day_that_is_none_is_ignored_and_named(day: str) -> None:
    found = rows(f"/list/?tab=all&made_from={day}")
    assert found.total == 60
    assert len(found.problems) == 1


@pytest.mark.django_db
def test_a_range_of_days_is_asked_of_the_database_in_the_readers_zone(settings: Any) -> None:
    one = DateRange("at", "Created", "at")
    with timezone.override("Europe/Oslo"):
        answer = one.read({"at_from": "2026-01-03", "at_to": "2026-01-03"})
    begin, end = (condition.children[0][1] for condition in answer.conditions)
    assert (begin.astimezone(UTC), end.astimezone(UTC)) == (
        datetime(2026, 1, 2, 23, tzinfo=UTC),
        datetime(2026, 1, 3, 23, tzinfo=UTC),
    )
    days = DateRange("at", "Created", "at", days=True).read({"at_to": "2026-01-03"})
    assert days.conditions[0].children[0] == ("at__lt", date(2026, 1, 4))
