"""People, the identities and visas they bring, their institutions, affiliations, platform roles and terms."""

from apps.people.models.affiliations import Affiliation, AffiliationStatement
from apps.people.models.claims import ClaimRule, PlatformRoleClaim
from apps.people.models.operator_codes import OperatorCode
from apps.people.models.people import (
    Identity,
    Institution,
    InstitutionRole,
    Person,
    PlatformRole,
    Terms,
    TermsAcceptance,
    new_colleague_code,
)
from apps.people.models.providers import ALGORITHMS, IdentityChange, Provider
from apps.people.models.site_texts import SiteText
from apps.people.models.snapshots import ActorSnapshot
from apps.people.models.visas import Visa, VisaIssuer

__all__ = [
    "ALGORITHMS",
    "Affiliation",
    "AffiliationStatement",
    "ClaimRule",
    "PlatformRole",
    "PlatformRoleClaim",
    "Identity",
    "IdentityChange",
    "Institution",
    "InstitutionRole",
    "OperatorCode",
    "Person",
    "Provider",
    "ActorSnapshot",
    "SiteText",
    "Terms",
    "TermsAcceptance",
    "Visa",
    "VisaIssuer",
    "new_colleague_code",
]
