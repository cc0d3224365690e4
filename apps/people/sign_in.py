"""What a sign-in says about a person: its strength, the claims of the provider and the visas."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from apps.people.models import Terms, VisaIssuer

LONGEST_LIST = 2000


@dataclass(frozen=True)
class SignIn:
    """One sign-in: issuer, strength (acr, amr), and when the person last authenticated (UTC)."""

    issuer: str
    acr: str
    auth_time: datetime
    amr: tuple[str, ...] = ()
    assurance: tuple[str, ...] = ()
    second_factor: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same as JSON, for `sign_in_from`."""
        return asdict(self) | {"auth_time": self.auth_time.isoformat()}


def sign_in_from(kept: Mapping[str, Any]) -> SignIn:
    """The sign-in that `SignIn.as_json` wrote."""
    lists = {name: tuple(kept[name]) for name in ("amr", "assurance")}
    return SignIn(**{**kept, **lists, "auth_time": datetime.fromisoformat(kept["auth_time"])})


@dataclass(frozen=True)
class Followed:
    """The result of applying a provider's claims: whether they give any role, and whether they gave a new one now."""

    gives: bool
    gained: bool


def says(said: Mapping[str, Any], claim: str, value: str) -> bool:
    """Whether a provider says exactly this value of this claim: a text, or a list of texts.

    A list of anything else, or one that no group of people needs, says nothing at all.
    """
    claimed = said.get(claim)
    several = claimed if isinstance(claimed, list) else [claimed]
    if len(several) > LONGEST_LIST or not all(isinstance(one, str) for one in several):
        return False
    return value in several


@dataclass(frozen=True)
class PresentedVisa:
    """One visa as presented at sign-in (GA4GH Passport 1.2): what it says, and whether it is accepted or why not.

    `why` is a code of apps.people.wording; empty for one that is accepted. What a visa without `trusted` says was
    not proved by anything.
    """

    issuer: str = ""
    subject: str = ""
    type: str = ""
    value: str = ""
    source: str = ""
    by: str = ""
    asserted_at: datetime | None = None
    expires_at: datetime | None = None
    trusted: VisaIssuer | None = None
    terms: Terms | None = None
    why: str = ""

    @property
    def accepted(self) -> bool:
        return not self.why
