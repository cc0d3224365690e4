"""What a provider tells about a person, as far as it may be believed: its own names, its own domains, plain text."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from apps.accounts.models import Institution, Provider

ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\Z", re.ASCII)
MOST = 30
JOINERS = "\u200c\u200d"  # hidden too, but some scripts cannot be written without them


def told(provider: Provider, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The person's facts by our names for them; `institution` is a ROR id."""

    def said(ours: str) -> Any:
        return claims.get(provider.claim(ours))

    return {
        "name": plain(said("name"), 200),
        "email": email(said("email")),
        "email_verified": said("email_verified") is True and bool(email(said("email"))),
        "orcid": orcid(said("orcid")),
        "scoped_affiliations": [one for one in words(said("scoped_affiliations")) if _in_scope(one, provider)],
        "assurance": words(said("assurance")),
        "institution": plain(said("institution"), 40),
    }


def plain(value: Any, longest: int) -> str:
    """One line of what can be seen: people choose it themselves, and others read it in letters and lists."""
    if not isinstance(value, str):
        return ""
    line = " ".join(value.split())
    return "".join(c for c in line if c in JOINERS or unicodedata.category(c)[0] != "C")[:longest]


def email(value: Any) -> str:
    """An address that mail can be sent to: one @, no spaces, nothing that could start a second header."""
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
    """The institution behind the person: the claimed one if the provider may name it, else the provider's own."""
    claimed = facts["institution"]
    if claimed:
        named = provider.allowed_institutions.filter(ror__in=[claimed, f"https://ror.org/{claimed}"]).first()
        if named is not None:
            return named
    return provider.institution


def _in_scope(affiliation: str, provider: Provider) -> bool:
    """`staff@hospital.example` counts from a provider of exactly that domain (L50: exactly, never its ending)."""
    kind, at, scope = affiliation.partition("@")
    return bool(kind and at) and scope.lower() in {domain.lower() for domain in provider.domains}
