"""People, the identities they sign in with, the providers that vouch for them, desks, terms and tokens."""

from apps.accounts.models.affiliations import Affiliation, AffiliationWord
from apps.accounts.models.break_glass import BreakGlassAccount
from apps.accounts.models.claims import ClaimRule, DeskClaim
from apps.accounts.models.people import (
    Desk,
    Identity,
    Institution,
    InstitutionRole,
    Person,
    Terms,
    TermsAcceptance,
    new_colleague_code,
)
from apps.accounts.models.providers import ALGORITHMS, IdentityChange, Provider
from apps.accounts.models.sessions import LogoutWord, PersonSession
from apps.accounts.models.standing import Standing
from apps.accounts.models.tokens import DeviceRequest, PersonalToken, ServiceAccount, SpentRefresh
from apps.accounts.models.visas import Visa, VisaIssuer

__all__ = [
    "ALGORITHMS",
    "Affiliation",
    "AffiliationWord",
    "BreakGlassAccount",
    "Desk",
    "DeviceRequest",
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
    "ServiceAccount",
    "SpentRefresh",
    "Standing",
    "Terms",
    "TermsAcceptance",
    "Visa",
    "VisaIssuer",
    "new_colleague_code",
]
