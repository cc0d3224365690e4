"""People, the identities they sign in with, the providers that vouch for them, desks, terms and tokens."""

from apps.accounts.models.affiliations import Affiliation
from apps.accounts.models.break_glass import BreakGlassAccount
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
from apps.accounts.models.visas import Visa, VisaIssuer

__all__ = [
    "ALGORITHMS",
    "Affiliation",
    "BreakGlassAccount",
    "Desk",
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
    "Visa",
    "VisaIssuer",
    "new_colleague_code",
]
