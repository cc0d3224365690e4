"""What a person brought from home when they signed in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SignIn:
    """The facts of one sign-in: where, how strongly (acr, amr), and when the person last proved who they are (UTC)."""

    issuer: str
    acr: str
    auth_time: datetime
    amr: tuple[str, ...] = ()
    assurance: tuple[str, ...] = ()
