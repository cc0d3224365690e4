"""What a provider tells about a person, as far as it may be trusted: its own names, its own domains, plain text."""

import re
from collections.abc import Mapping
from typing import Any

from apps.core.text import given, is_blank
from apps.people.models import Institution, Provider

ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\Z", re.ASCII)

MOST = 30

# eduPerson, eduPersonAffiliation: who belongs to the institution. An alumnus, an affiliate or a reader of the library
# is known there, and that is no affiliation with it.
BELONG = frozenset({"member", "faculty", "staff", "employee", "student"})


def facts_about(provider: Provider, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The person's facts by our names for them; `institution` is a ROR id."""

    def said(ours: str) -> Any:
        return claims.get(provider.claim(ours))

    address = email(said("email"))
    return {
        "name": _name(said("name"), claims),
        "email": address,
        "email_verified": said("email_verified") is True and bool(address),
        "orcid": orcid(said("orcid")),
        "scoped_affiliations": [one for one in words(said("scoped_affiliations")) if _in_scope(one, provider)],
        "assurance": words(said("assurance")),
        "institution": plain(said("institution"), 40),
    }


def _name(full: Any, claims: Mapping[str, Any]) -> str:
    """The full name; else the given and the family name (OpenID Connect Core 1.0, 5.1), or the one that there is."""
    parts = [_single(claims.get("given_name")), _single(claims.get("family_name"))]
    return _single(full) or " ".join(part for part in parts if part)[:200]


def _single(value: Any) -> str:
    """A line of text, also when it is sent as a list of one; empty for what shows nothing."""
    line = plain(value[0] if isinstance(value, list) and len(value) == 1 else value, 200)
    return "" if is_blank(line) else line


def plain(value: Any, longest: int) -> str:
    """One line of what can be seen: people choose it themselves, and others read it in e-mails and lists."""
    if not isinstance(value, str):
        return ""
    return " ".join(given(value).split())[:longest]


def email(value: Any) -> str:
    """An address that mail can be sent to: one @, no spaces, nothing that could start a second header."""
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    address = plain(value, 255)
    local, at, domain = address.partition("@")
    usable = bool(local and at and domain) and "@" not in domain and not re.search(r"[\s,;<>\"]", address)
    return address if usable and len(address) <= 254 and address == value else ""


def words(value: Any) -> list[str]:
    """A claim of one or several codes."""
    several = value if isinstance(value, list) else [value]
    return [plain(one, 200) for one in several[:MOST] if isinstance(one, str) and plain(one, 200)]


def orcid(value: Any) -> str:
    """An ORCID iD whose check character is right (ISO 7064, MOD 11-2)."""
    found = ORCID.match(value) if isinstance(value, str) else None
    if found is None:
        return ""
    digits = found[1].replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return found[1] if digits[-1] == ("X" if check == 10 else str(check)) else ""


def institution_of(provider: Provider, facts: Mapping[str, Any]) -> Institution | None:
    """The person's institution, if the provider may speak for it and does not say that they are outside it."""
    found = _named(provider, facts)
    return found if found is not None and _belongs(found, facts) else None


def scoped_at(institution: Institution | None, facts: Mapping[str, Any]) -> str:
    """The first affiliation that says the person belongs there; empty if there is no such claim."""
    return next((one for one in _at(institution, facts) if _kind(one) in BELONG), "") if institution else ""


def _named(provider: Provider, facts: Mapping[str, Any]) -> Institution | None:
    """The one claimed by its ROR id if the provider may name it, or the one whose domain the affiliations bear; else
    the provider's own.
    """
    claimed, allowed = facts["institution"], provider.allowed_institutions
    if claimed:
        named = allowed.filter(ror__in=[claimed, f"https://ror.org/{claimed}"]).first()
        return named if named is not None else provider.institution
    scopes = sorted({_scope(one) for one in facts["scoped_affiliations"] if _kind(one) in BELONG})
    bearing = list(allowed.filter(domains__overlap=scopes)[:2]) if scopes else []
    return bearing[0] if len(bearing) == 1 else provider.institution


def _belongs(institution: Institution, facts: Mapping[str, Any]) -> bool:
    """Where affiliations are claimed, or another institution is claimed, one affiliation must say that the person
    belongs to this very institution: a guest of the institution is not affiliated with it.
    """
    elsewhere = facts["institution"] not in {"", institution.ror, institution.ror.removeprefix("https://ror.org/")}
    told_otherwise = bool(facts["scoped_affiliations"]) or elsewhere
    return not told_otherwise or bool(scoped_at(institution, facts))


def _at(institution: Institution, facts: Mapping[str, Any]) -> list[str]:
    """The affiliations within the institution's own domains; all that are trusted, where those are not known here."""
    domains = {domain.lower() for domain in institution.domains}
    return [one for one in facts["scoped_affiliations"] if not domains or _scope(one) in domains]


def _kind(affiliation: str) -> str:
    return affiliation.partition("@")[0].lower()


def _scope(affiliation: str) -> str:
    return affiliation.partition("@")[2].lower()


def _in_scope(affiliation: str, provider: Provider) -> bool:
    """`staff@hospital.example` counts from a provider of exactly that domain (L50: exactly, never its ending)."""
    return bool(_kind(affiliation)) and _scope(affiliation) in {domain.lower() for domain in provider.domains}
