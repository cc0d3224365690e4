"""What a person brought from home when they signed in."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import Terms, VisaIssuer


@dataclass(frozen=True)
class SignIn:
    """The facts of one sign-in: where, how strongly (acr, amr), and when the person last proved who they are (UTC)."""

    issuer: str
    acr: str
    auth_time: datetime
    amr: tuple[str, ...] = ()
    assurance: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brought:
    """One visa as it was brought (GA4GH Passport 1.2): what it says, and whether it is honoured or why not.

    `why` is a code of apps.accounts.wording; empty for one that is honoured. What a visa without `trusted` says was
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
    def honoured(self) -> bool:
        return not self.why
