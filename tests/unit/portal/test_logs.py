"""A log line is one line, and opens nothing."""

import logging

import pytest

from portal.logs import OneLine


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
