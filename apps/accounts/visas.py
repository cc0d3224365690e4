"""What a person brought from home when they signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LONGEST_LIST = 2000


@dataclass(frozen=True)
class SignIn:
    """The facts of one sign-in: where, how strongly (acr, amr), and when the person last proved who they are (UTC)."""

    issuer: str
    acr: str
    auth_time: datetime
    amr: tuple[str, ...] = ()
    assurance: tuple[str, ...] = ()
    second_factor: bool = False


@dataclass(frozen=True)
class Followed:
    """What came of following a provider's claims: whether they give any role at all, and whether they gave one now."""

    gives: bool
    gained: bool


def says(said: Mapping[str, Any], claim: str, value: str) -> bool:
    """Whether a provider says exactly this value of this claim, letter by letter: a text, or a list of texts.

    A list of anything else, or one that no group of people needs, says nothing at all.
    """
    told = said.get(claim)
    several = told if isinstance(told, list) else [told]
    if len(several) > LONGEST_LIST or not all(isinstance(one, str) for one in several):
        return False
    return value in several
