"""CSV: what a program reads is what was there, and what a spreadsheet opens runs nothing."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.http import StreamingHttpResponse

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.people.commands.readings import record_export
from apps.people.models import Institution
from apps.web.common import csv_export
from apps.web.common.csv_export import cell, csv_response
from tests import stories

RUNS = tuple("=+-@＝＋－＠\t\r")


def text_of(answer: StreamingHttpResponse) -> str:
    return b"".join(answer).decode("utf-8")  # type: ignore[arg-type]


def read(answer: StreamingHttpResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(answer).removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u200e=1",
        "\ufeff=1",
        "＝1",
        "x;=1",
        "x,=1",
        "x\n=1",
        'x"=1',
        "a; -5",
        "a|@b",
    ],
)
def test_no_part_of_a_text_starts_a_formula(text: str) -> None:
    shown = cell(text)
    assert not shown.startswith(RUNS)
    for separator in ',;\t\r\n|"':
        assert not any(part.lstrip(" \u200e\ufeff").startswith(RUNS) for part in shown.split(separator))
    assert shown.replace("'", "") == text


def test_the_guard_is_needed() -> None:
    """The control: without the guard the same text would start a formula."""
    assert "=1+1".startswith(RUNS)


@pytest.mark.parametrize(
    "text", ["", "Tumour-stage 2", "a=b", "2026-11-27", "Ø 乳癌 עברית", 'said "no"', "DAR-1ETE-BWZ1", "x@y.example"]
)
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (-3, "-3"),
        (True, "1"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02 03:04:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=1))), "2026-01-02 02:04:05Z"),
        (["a", "=b"], "a; '=b"),
    ],
)
def test_values_have_one_form(value: Any, shown: str) -> None:
    assert cell(value) == shown


def test_the_file_is_utf_8_with_a_mark_and_every_cell_quoted() -> None:
    answer = csv_response("list", [("Né", str)], ["a\nb", 'c"d', "е"])
    assert text_of(answer) == '\ufeff"Né"\r\n"a\nb"\r\n"c""d"\r\n"е"\r\n'
    assert answer["Content-Disposition"] == 'attachment; filename="list.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_a_lone_surrogate_does_not_break_the_file() -> None:
    assert read(csv_response("list", [("A", str)], ["\ud800"]))[1:] == [["?"]]


@pytest.mark.django_db
@pytest.mark.parametrize(("n", "statements"), [(3, 2), (60, 2), (1100, 4)])
def test_rows_of_a_query_set_are_fetched_500_at_a_time(django_assert_num_queries: Any, n: int, statements: int) -> None:
    Institution.objects.bulk_create(Institution(name=f"Here {i:04}", country="NO") for i in range(n))
    found = Institution.objects.filter(name__startswith="Here").order_by("-name")
    with django_assert_num_queries(statements):
        rows = read(csv_response("list", [("Name", lambda one: one.name)], found))
    assert [row[0] for row in rows[1:]] == [f"Here {i:04}" for i in reversed(range(n))]


@pytest.mark.django_db
@pytest.mark.parametrize("n", [10, 11])
def test_the_name_of_the_file_says_that_rows_were_left_out(monkeypatch: Any, n: int) -> None:
    monkeypatch.setattr(csv_export, "MOST_ROWS", 10)
    Institution.objects.bulk_create(Institution(name=f"Here {i}", country="NO") for i in range(n))
    for found in (Institution.objects.filter(name__startswith="Here").order_by("pk"), list(range(n))):
        answer = csv_response("list", [("A", str)], found)
        assert ("first-10" in answer["Content-Disposition"]) is (n > 10)
        assert len(read(answer)) == 11


def test_rows_can_be_presented_many_at_a_time() -> None:
    parts: list[int] = []

    def present(part: list[int]) -> list[int]:
        parts.append(len(part))
        return [2 * one for one in part]

    assert len(read(csv_response("list", [("A", lambda one: one)], list(range(700)), present=present))) == 701
    assert parts == [500, 200]


@pytest.mark.django_db
def test_an_export_about_other_people_is_an_event_without_names() -> None:
    auditor = stories.auditor()
    record_export("events", rows=12, by=auditor)
    event = Event.objects.get(kind=Kind.LIST_EXPORTED)
    assert (event.actor_id, event.facts) == (auditor.pk, {"list": "events", "rows": 12})
