"""JSON as strictly as it was meant (RFC 8259, I-JSON): one value a name, real numbers, text that can be stored."""

import json
from typing import Any

from apps.identity.oidc.checks import Untrusted


def read_json(body: bytes) -> Any:
    """The value, or Untrusted("json"): a name said twice could mean one thing to us and another to the signer."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_such_number)
        written = json.dumps(value, ensure_ascii=False)
        written.encode("utf-8")
    except (ValueError, RecursionError) as fault:
        raise Untrusted("json") from fault
    if "\\u0000" in written:
        raise Untrusted("json")
    return value


def read_object(body: bytes) -> dict[str, Any]:
    """The same, where only an object will do."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise Untrusted("json")
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is said twice")
    return made


def _no_such_number(written: str) -> float:
    raise ValueError(f"{written} is no number in JSON")
