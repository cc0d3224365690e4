"""People, the identities they sign in with, the providers that vouch for them, desks, terms and tokens."""

from apps.accounts.models.affiliations import Affiliation
from apps.accounts.models.claims import ClaimRule, DeskClaim
from apps.accounts.models.people import (
    Desk,
    Identity,
    Institution,
    InstitutionRole,
    Person,
    PersonalToken,
    Terms,
    TermsAcceptance,
    new_colleague_code,
)
from apps.accounts.models.providers import ALGORITHMS, IdentityChange, Provider
from apps.accounts.models.sessions import LogoutWord, PersonSession

__all__ = [
    "ALGORITHMS",
    "Affiliation",
    "ClaimRule",
    "Desk",
    "DeskClaim",
    "Identity",
    "IdentityChange",
    "Institution",
    "InstitutionRole",
    "LogoutWord",
    "Person",
    "PersonSession",
    "PersonalToken",
    "Provider",
    "Terms",
    "TermsAcceptance",
    "new_colleague_code",
]
