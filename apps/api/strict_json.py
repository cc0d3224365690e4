"""JSON with one meaning only (RFC 8259, and RFC 7493 where it is stricter).

Two parsers can read a duplicate name or a lone surrogate differently, so one could check another value than the other
uses. Ambiguous JSON is refused.
"""

import json
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from apps.api.errors import Malformed

MAX_DEPTH = 32


def parsed(body: bytes) -> Any:
    """The value of a JSON text; raises Malformed with the reason."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except RecursionError:
        raise Malformed(_("The JSON is nested too deeply.")) from None
    except ValueError:  # not UTF-8, not JSON, or a number with too many digits
        raise Malformed(_("The body is not valid JSON in UTF-8.")) from None
    _check(value, 0)
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Malformed(_("A name occurs twice in one JSON object."))
        found[name] = value
    return found


def _no_constant(_name: str) -> NoReturn:
    raise Malformed(_("NaN and Infinity are not allowed in JSON."))


def _check(value: Any, depth: int) -> None:
    """The nesting is at most MAX_DEPTH, and all text can be stored."""
    if depth > MAX_DEPTH:
        raise Malformed(_("The JSON is nested too deeply."))
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_text(name)
            _check(item, depth + 1)


def check_text(text: str) -> None:
    """The database can store the text: no NUL and no lone surrogate."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Malformed(_("The text contains characters that cannot be stored."))
