"""How a message becomes an e-mail: what people typed is escaped, dates are written out."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext

from apps.notifications.recipients import Words

LONGEST_SUBJECT = 200
LONGEST_LINE = 160
LONGEST_QUOTE = 4000
# Where a mail program would make a link of what somebody typed: "evil.example", "http://", "a@b".
LINK_MAKING = re.compile(r"(?<=\w)([.:@])(?=[^\W\d]|/)")
JOINER = "\u2060"


def written(words: Words, facts: Mapping[str, Any], *, reader: str, quoted: str) -> tuple[str, str]:
    """Subject and text of a notification in the language that is active now."""
    subject, body = words
    filled = {name: _shown(value) for name, value in facts.items()}
    parts = [gettext("Hello %(name)s,") % {"name": one_line(reader)}, str(body) % filled]
    if quoted.strip():
        parts.append(block(quoted))
    return one_line(str(subject) % filled)[:LONGEST_SUBJECT], "\n\n".join(parts) + "\n"


def _shown(value: Any) -> str:
    """A fact as it stands in a sentence: moments with their zone, the portal's own words, or what somebody typed."""
    if isinstance(value, datetime):
        return formats.date_format(localtime(value), "j F Y, H:i T")
    if isinstance(value, date):
        return formats.date_format(value, "j F Y")
    if isinstance(value, Promise):
        return str(value)
    return one_line(str(value))


def one_line(typed: str) -> str:
    """What somebody typed, safe inside a sentence or a subject line: one line, not too long, and never a link."""
    text = " ".join(_visible(typed).split())
    cut = text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"
    return LINK_MAKING.sub(rf"\1{JOINER}", cut)


def block(typed: str) -> str:
    """What somebody typed at length, marked as theirs on every line; nothing in it becomes a link."""
    text = "\n".join(_visible(line) for line in typed.strip()[:LONGEST_QUOTE].splitlines())
    return "\n".join(f"> {line}".rstrip() for line in LINK_MAKING.sub(rf"\1{JOINER}", text).split("\n"))


def _visible(text: str) -> str:
    """Without control characters and without those that turn the direction of text; white space becomes spaces."""
    kept = (" " if c.isspace() else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
