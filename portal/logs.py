"""One line per record, whatever was typed into a form, with no secret in it and nothing about a person."""

import json
import logging
import re
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, TypeAlias

from apps.core import correlation

# What follows may be a download link, an invitation, a sign-in code or a search for a disease: none of it belongs in a
# log.
# Nor do our own tokens, wherever they turn up, nor the addresses of people.
_SECRET = re.compile(
    r"(/[di]/)[^\s/?\"']+|\?[^\s\"']+|\bgh[acdrs]?_[\w-]{20,}|\b[a-z0-9]{1,8}\.[\w-]{43}\.[0-9a-f]{32}"
    r"|[^\s@<>\"'(),;:]+@[\w-]+(?:\.[\w-]+)+"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")
_DETAIL = re.compile(r"(?:DETAIL|HINT|CONTEXT|QUERY|STATEMENT|LINE \d+): .*", re.DOTALL)
_DEEPEST = 20  # faults that led to each other

Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def one_line(message: str) -> str:
    """The message with every control and direction character written out, so that it cannot forge a second line."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), message)


def without_secrets(message: str) -> str:
    """The message without download links, query strings, tokens and e-mail addresses."""
    return _SECRET.sub(lambda found: f"{found[1]}-" if found[1] else "-" if "@" in found[0] else "", message)


def safe_words(fault: BaseException) -> str:
    """What a fault says, without values: nothing in quotes, and of the database neither row nor key.

    PostgreSQL's DETAIL is `Failing row contains (...)` or `Key (email)=(...) already exists`; its codes and the names
    of table and constraint say what happened.
    """
    diagnosis: Any = getattr(fault, "diag", None)
    if getattr(diagnosis, "message_primary", None):
        names = [diagnosis.sqlstate, diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name]
        return f"{_without_values(diagnosis.message_primary)} ({', '.join(name for name in names if name)})"
    cause: BaseException | None = fault.__cause__
    if getattr(getattr(cause, "diag", None), "message_primary", None) and cause is not None:
        return safe_words(cause)
    return _without_values(str(fault))


def _without_values(words: str) -> str:
    return _QUOTED.sub("…", _DETAIL.sub("", words)).strip()


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    for _step in range(_DEEPEST):
        if fault is None:
            return
        yield fault
        fault = fault.__cause__ or fault.__context__


class OneLine(logging.Formatter):
    """Time (UTC), level, logger, message, the reference of the work; a traceback is folded into the same line."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        written = one_line(without_secrets(super().format(_without_faults(record))))
        reference = correlation.current()
        return f"{written} [{reference}]" if reference else written

    def formatException(self, ei: Raised) -> str:
        """The traceback; each fault in it says what it says without values."""
        written = super().formatException(ei)
        for fault in _chain(ei[1]):
            if said := str(fault):
                written = written.replace(said, safe_words(fault))
        return _DETAIL.sub("…", written)  # a fault that was not found word for word: its values go


class JsonLine(OneLine):
    """The same as one JSON object a line (LOG_FORMAT=json): at, level, logger, message, reference, fault."""

    def format(self, record: logging.LogRecord) -> str:
        shown = _without_faults(record)
        line = {
            "at": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(shown.getMessage()),
            "reference": correlation.current(),
            "fault": without_secrets(self.formatException(record.exc_info)) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in line.items() if value}, ensure_ascii=True)


def _without_faults(record: logging.LogRecord) -> logging.LogRecord:
    """The record with what a fault says in place of each fault among its arguments."""
    if not isinstance(record.args, tuple) or not any(isinstance(one, BaseException) for one in record.args):
        return record
    copy = logging.makeLogRecord(record.__dict__)
    copy.args = tuple(safe_words(one) if isinstance(one, BaseException) else one for one in record.args)
    return copy
