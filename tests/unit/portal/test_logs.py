"""A log line is one line, and opens nothing."""

import json
import logging
import re

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core import correlation
from portal.logs import JsonLine, OneLine
from tests.production import COMPLETE, start


def line(message: str, *args: object) -> str:
    return OneLine().format(logging.LogRecord("a.logger", logging.WARNING, __file__, 1, message, args, None))


@pytest.mark.parametrize("forged", ["\r\n2026 ERROR root hacked", "\x1b[2J", "\u2028next", "\u202egnp.exe"])
def test_what_somebody_types_never_makes_a_second_line_or_hides_one(forged: str) -> None:
    said = line("Not Found: %s", f"/x{forged}")
    assert len(said.splitlines()) == 1
    assert said.isprintable()


def test_a_traceback_stays_on_its_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError as fault:
        record = logging.LogRecord(
            "a", logging.ERROR, __file__, 1, "failed", (), (ValueError, fault, fault.__traceback__)
        )
    said = OneLine().format(record)
    assert len(said.splitlines()) == 1
    assert "ValueError: first" in said


def test_no_download_token_and_no_question_is_written_down() -> None:
    said = line("Not Found: %s", "/d/abcDEF123/file.csv?disease=gbsg&code=secret")
    assert "Not Found: /d/-/file.csv" in said
    assert "abcDEF123" not in said and "gbsg" not in said and "secret" not in said


def test_the_time_is_utc() -> None:
    record = logging.LogRecord("a", logging.INFO, __file__, 1, "x", (), None)
    record.created, record.msecs = 0.0, 7.0
    assert OneLine().format(record).startswith("1970-01-01T00:00:00.007Z INFO a x")


# ------------------------------------------------------------------------------------ nothing about a person
@pytest.mark.parametrize(
    "said",
    [
        "sent to anna.canary@hospital.example failed",
        "550 <anna.canary@hospital.example> no such mailbox",
        "mailto:anna.canary@xn--hospitl-4ya.example",
    ],
)
def test_no_address_of_a_person_is_written_down(said: str) -> None:
    """Case 39."""
    assert "canary" not in line("%s", said)


def failed(statement: str, *values: object) -> logging.LogRecord:
    """The record of a fault of the database, as the portal logs it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as fault:
        made = (type(fault), fault, fault.__traceback__)
        return logging.LogRecord("a", logging.ERROR, __file__, 1, "failed: %s", (fault,), made)
    raise AssertionError("the statement should fail")


@pytest.mark.django_db
@pytest.mark.parametrize("formatter", [OneLine, JsonLine])
@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("CREATE TEMPORARY TABLE t (name text CHECK (name = 'x')); INSERT INTO t VALUES (%s)", ["Canary"]),
        ("CREATE TEMPORARY TABLE u (n text UNIQUE); INSERT INTO u VALUES (%s), (%s)", ["Canary", "Canary"]),
        ("CREATE TEMPORARY TABLE v (n text UNIQUE); INSERT INTO v VALUES (%s), (%s)", ["Can\n\nThe Canary"] * 2),
        ("SELECT CAST(%s AS uuid)", ["Canary"]),
        ("SELECT %s FROM nowhere_canary", ["Canary"]),
    ],
)
def test_no_row_that_the_database_refused_is_written_down(
    formatter: type[OneLine], statement: str, values: list[str]
) -> None:
    """Case 39: "Failing row contains (... name ...)" was in the portal's log; the table or the code is enough."""
    record = failed(statement, *values)
    assert "Canary" in str(record.args) + statement, "the control: the fault itself has it"
    said = formatter().format(record)
    assert "Canary" not in said.replace("nowhere_canary", "")
    assert len(said.splitlines()) == 1
    assert re.search(r"23514|23505|22P02|42P01", said)


def test_what_somebody_typed_is_not_in_the_words_of_a_fault() -> None:
    try:
        try:
            int("Canary")
        except ValueError as first:
            raise KeyError("Canary too") from first
    except KeyError as fault:
        record = logging.LogRecord(
            "a", logging.ERROR, __file__, 1, "failed", (), (KeyError, fault, fault.__traceback__)
        )
    said = OneLine().format(record)
    assert "Canary" not in said.replace('int("Canary")', "").replace('KeyError("Canary too")', "")
    assert "invalid literal for int() with base 10" in said


def test_a_line_may_be_json() -> None:
    record = logging.LogRecord("a.logger", logging.WARNING, __file__, 1, "Not Found: %s", ("/d/abc?q=x\nforged",), None)
    correlation.begin("a-reference")
    said = JsonLine().format(record)
    correlation.begin("")
    assert len(said.splitlines()) == 1
    found = json.loads(said)
    assert (found["level"], found["logger"], found["reference"]) == ("WARNING", "a.logger", "a-reference")
    assert found["message"] == "Not Found: /d/-\nforged"


@pytest.mark.parametrize(("value", "printed"), [("", "OneLine"), ("line", "OneLine"), ("json", "JsonLine")])
def test_the_format_is_chosen_in_the_environment(value: str, printed: str) -> None:
    said = start("settings.LOGGING['formatters']['one_line']['()']", **COMPLETE, LOG_FORMAT=value)
    assert said.stdout.strip() == f"portal.logs.{printed}"
    wrong = start("settings.LOGGING", **COMPLETE, LOG_FORMAT="xml")
    assert "LOG_FORMAT must be line or json" in wrong.stderr
