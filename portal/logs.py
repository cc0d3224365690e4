"""One line per record, whatever was typed into a form, and no secret in it."""

import logging
import re
import time

from apps.core import correlation

# What follows may be a download link, a sign-in code or a search for a disease: none of it belongs in a log.
# Nor do our own tokens, wherever they turn up.
_SECRET = re.compile(r"(/d/)[^\s/?\"']+|\?[^\s\"']+|\bgh[adrs]?_[\w-]{20,}|\b[a-z0-9]{1,8}\.[\w-]{43}\.[0-9a-f]{32}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def one_line(message: str) -> str:
    """The message with every control and direction character written out, so that it cannot forge a second line."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), message)


def without_secrets(message: str) -> str:
    """The message without download links, without query strings, and without tokens."""
    return _SECRET.sub(lambda found: f"{found[1]}-" if found[1] else "", message)


class OneLine(logging.Formatter):
    """Time (UTC), level, logger, message, the reference of the work; a traceback is folded into the same line."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        written = one_line(without_secrets(super().format(record)))
        reference = correlation.current()
        return f"{written} [{reference}]" if reference else written
