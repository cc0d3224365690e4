"""What a visa may say, as plain functions: facts in, faults out (GA4GH Passport 1.2; AAI OIDC Profile 1.2)."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from apps.identity.oidc.checks import SKEW, header_faults, moment, subject_faults

ALGORITHMS = ("RS256", "ES256")

TYPES = frozenset({"JWT", "VND.GA4GH.VISA+JWT"})

LONGEST_URL = 255

LONGEST_VALUE = 2000

MOST_CLAUSES = 20

CLAUSE_CLAIMS = ("value", "source", "by")

Identity = tuple[str, str]  # (subject, issuer), as a LinkedIdentities visa writes them


def visa_header_faults(header: Mapping[str, Any]) -> list[str]:
    """Signed with a key pair, by a key that is named; `jku` is the one pointer that a visa may carry."""
    others = {name: value for name, value in header.items() if name != "jku"}
    return ["header"] if header_faults(others, ALGORITHMS, TYPES) else []


def format_faults(header: Mapping[str, Any], claims: Mapping[str, Any]) -> list[str]:
    """The Visa Document Token Format: a `jku`, and no scope `openid`, which would make it an access token."""
    scope = claims.get("scope", "")
    if not isinstance(header.get("jku"), str) or not isinstance(scope, str) or "openid" in scope.split():
        return ["format"]
    return ["format"] if "aud" in claims else []


def time_faults(claims: Mapping[str, Any], now: float) -> list[str]:
    """Made in the past, valid now, with an end."""
    expires, issued = moment(claims.get("exp")), moment(claims.get("iat"))
    begins = moment(claims.get("nbf", 0))
    if expires is None or issued is None or begins is None or issued > now + SKEW or begins > now + SKEW:
        return ["times"]
    return ["expired"] if expires <= now else []


def visa_faults(claims: Mapping[str, Any], now: float) -> list[str]:
    """A subject, and a visa object whose required claims are there: type, asserted, value, source."""
    said = claims.get("ga4gh_visa_v1")
    if subject_faults(claims) or not _text(claims["sub"], 255) or not isinstance(said, dict):
        return ["form"]
    asserted = moment(said.get("asserted"))
    texts = {"type": LONGEST_URL, "source": LONGEST_URL, "value": LONGEST_VALUE}
    usable = all(_text(said.get(name), longest) for name, longest in texts.items())
    if asserted is None or asserted > now + SKEW or not usable or not _text(said.get("by", "unknown"), 40):
        return ["form"]
    return []


def _text(value: Any, longest: int) -> bool:
    """One line that is shown as it was said: what a person reads is exactly what was compared."""
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        return False
    return value.isprintable() and " ".join(value.split()) == value


def linked(value: str, own: Identity) -> set[Identity]:
    """The identities that a LinkedIdentities visa says are one person; only its own when it is written badly."""
    together = {own}
    for entry in value.split(";"):
        parts = entry.split(",")
        if len(parts) != 2 or not all(parts):
            return {own}
        together.add((unquote(parts[0]), unquote(parts[1])))
    return together


def all_of_one(start: set[Identity], links: Iterable[set[Identity]]) -> set[Identity]:
    """Every identity that is the same person as one of `start`, also by way of others."""
    known, left = set(start), list(links)
    while True:
        joined = [group for group in left if group & known]
        if not joined:
            return known
        known = known.union(*joined)
        left = [group for group in left if group not in joined]


def conditions_met(conditions: Any, others: list[Mapping[str, Any]]) -> bool:
    """One of the alternatives holds, with all its clauses; whatever is not understood does not hold.

    `others` are the visa objects that were accepted and have no conditions of their own.
    """
    if not isinstance(conditions, list) or not all(isinstance(one, list) and one for one in conditions):
        return False
    if sum(len(one) for one in conditions) > MOST_CLAUSES:
        return False
    return any(_all_met(alternative, others) for alternative in conditions)


def _all_met(clauses: list[Any], others: list[Mapping[str, Any]]) -> bool:
    return all(_well_made(clause) and any(_matches(clause, one) for one in others) for clause in clauses)


def _well_made(clause: Any) -> bool:
    """A type, and at least one other claim of text; no condition on conditions or on times."""
    if not isinstance(clause, dict) or not isinstance(clause.get("type"), str) or len(clause) < 2:
        return False
    wanted = {name: value for name, value in clause.items() if name != "type"}
    return all(name in CLAUSE_CLAIMS and _text(value, LONGEST_URL) for name, value in wanted.items())


def _matches(clause: Mapping[str, str], visa: Mapping[str, Any]) -> bool:
    """Every claim of the clause fits the same visa object."""
    if visa.get("type") != clause["type"]:
        return False
    return all(_fits(clause[name], visa.get(name)) for name in clause if name != "type")


def _fits(wanted: str, said: Any) -> bool:
    kind, colon, rest = wanted.partition(":")
    if not isinstance(said, str) or not colon:
        return False
    if kind == "const":
        return said == rest
    if kind == "pattern":
        return like(rest, said)
    return kind == "split_pattern" and any(like(rest, part) for part in said.split(";"))


def like(pattern: str, text: str) -> bool:
    """`?` is any one character, `*` any number of them, nothing else is special; the whole text must fit.

    Steps back only to the last `*`, so that no pattern makes it slow.
    """
    at = star = -1
    here = there = 0
    while there < len(text):
        if here < len(pattern) and pattern[here] == "*":
            star, at, here = here, there, here + 1
        elif here < len(pattern) and pattern[here] in ("?", text[there]):
            here, there = here + 1, there + 1
        elif star >= 0:
            at, here, there = at + 1, star + 1, at + 1
        else:
            return False
    return not pattern[here:].strip("*")
