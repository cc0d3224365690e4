"""The visas that came with a sign-in (claim ga4gh_passport_v1 of the userinfo): which are accepted, and why not.

GA4GH Passport 1.2 and AAI OIDC Profile 1.2. Three parties must be trusted: the provider that hands the passport over
(`trusts_visas`), the issuer that signed a visa and the source of the claim (both in the table of visa issuers). A
visa that is not trusted is left aside, and never stops a sign-in.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from apps.identity.oidc import visa_checks
from apps.identity.oidc.checks import Untrusted, moment, same
from apps.identity.oidc.claims import plain
from apps.identity.oidc.signatures import parts_of, prove_visa
from apps.identity.oidc.strict import read_object
from apps.people.models import Provider, VisaIssuer
from apps.people.models.visas import ACCEPTED_TERMS, LINKED, RESEARCHER
from apps.people.queries import terms_at, visa_issuers
from apps.people.sign_in import PresentedVisa

CLAIM = "ga4gh_passport_v1"

MOST = 50

LONGEST = 16_384

LONGEST_LIFE = timedelta(days=366)

OF_THE_INSTITUTION = {"so", "system"}  # not oneself, and not a colleague: the source as such

OF_ANYBODY = {"self", "peer", "system", "so", "dac"}


@dataclass(frozen=True)
class Read:
    """A visa while it is judged: what is kept of it, and its own object for the conditions of others."""

    visa: PresentedVisa
    said: Mapping[str, Any]

    def but(self, why: str) -> "Read":
        return replace(self, visa=replace(self.visa, why=why))

    @property
    def identity(self) -> visa_checks.Identity:
        return self.visa.subject, self.visa.issuer


def visas_of(provider: Provider, subject: str, userinfo: Mapping[str, Any], *, now: float) -> list[PresentedVisa]:
    """What the passport of this verified sign-in holds; nothing if its provider is not trusted. `now`: Unix seconds."""
    passport = userinfo.get(CLAIM, [])
    if not provider.trusts_visas or passport in ([], None):
        return []
    if not isinstance(passport, list) or len(passport) > MOST:
        return [PresentedVisa(why="too_many" if isinstance(passport, list) else "form")]
    trusted_issuers = {one.issuer: one for one in visa_issuers()}
    patience = time.monotonic() + settings.SIGN_IN_SECONDS
    read = [_read(token, trusted_issuers, now, patience) for token in _once_each(passport)]
    read = _of_this_person(read, provider, subject, trusted_issuers)
    return [_meaning(one).visa for one in _conditioned(read)]


def _once_each(passport: list[Any]) -> list[Any]:
    """The same visa twice is one visa; what is no text at all is one thing that cannot be read."""
    return list(dict.fromkeys(one if isinstance(one, str) else None for one in passport))


def _read(token: Any, trusted_issuers: Mapping[str, VisaIssuer], now: float, patience: float) -> Read:
    """Everything that a visa must be by itself: form, issuer, address of the keys, signature, times, object, source."""
    if not isinstance(token, str) or len(token) > LONGEST:
        return Read(PresentedVisa(why="form"), {})
    try:
        header, payload = parts_of(token)
        claims = read_object(payload)
    except Untrusted:
        return Read(PresentedVisa(why="form"), {})
    read = _claimed(claims, now)
    issuer = trusted_issuers.get(read.visa.issuer) if same(claims.get("iss"), read.visa.issuer) else None
    faults = visa_checks.format_faults(header, claims) + visa_checks.visa_header_faults(header)
    if issuer is None:
        faults = ["issuer"]
    elif not faults and not same(header["jku"], issuer.jku):
        faults = ["jku"]
    faults = faults or _signature_faults(token, issuer, patience)
    faults = faults or visa_checks.visa_faults(claims, now) or visa_checks.time_faults(claims, now)
    if not faults and issuer is not None:
        read = replace(read, visa=replace(read.visa, trusted=issuer))
        faults = [] if read.visa.source in issuer.sources else ["source"]
    return read.but(faults[0]) if faults else read


def _signature_faults(token: str, issuer: VisaIssuer | None, patience: float) -> list[str]:
    """A visa issuer that is slow costs its visas, not the sign-in: all of them together get the time of one call."""
    if issuer is None or time.monotonic() > patience:
        return ["no_keys"]
    try:
        prove_visa(token, issuer)
    except Untrusted as fault:
        return ["signature" if fault.code in {"signature", "unknown_key", "two_keys", "key"} else "no_keys"]
    return []


def _claimed(claims: Mapping[str, Any], now: float) -> Read:
    """What a visa says, cut to what can be kept and shown, trusted or not."""
    found = claims.get("ga4gh_visa_v1")
    said: Mapping[str, Any] = found if isinstance(found, dict) else {}
    latest = now + LONGEST_LIFE.total_seconds()
    visa = PresentedVisa(
        issuer=plain(claims.get("iss"), 300),
        subject=plain(claims.get("sub"), 255),
        type=plain(said.get("type"), visa_checks.LONGEST_URL),
        value=plain(said.get("value"), visa_checks.LONGEST_VALUE),
        source=plain(said.get("source"), visa_checks.LONGEST_URL),
        by=plain(said.get("by"), 40),
        asserted_at=_moment(said.get("asserted"), latest),
        expires_at=_moment(claims.get("exp"), latest),
    )
    return Read(visa, said)


def _moment(value: Any, latest: float) -> datetime | None:
    """Unix seconds as a moment; what lies further away than a visa is trusted for is cut to that."""
    seconds = moment(value)
    return None if seconds is None else datetime.fromtimestamp(min(seconds, latest), tz=UTC)


def _of_this_person(
    read: list[Read], provider: Provider, subject: str, trusted_issuers: Mapping[str, VisaIssuer]
) -> list[Read]:
    """A visa counts for the subject of this sign-in, or for one that a trusted LinkedIdentities visa ties to it."""
    issuers = {provider.issuer} | {one.issuer for one in trusted_issuers.values() if one.provider_id == provider.pk}
    start = {(subject, issuer) for issuer in issuers}
    links = [
        visa_checks.linked(one.visa.value, one.identity)
        for one in read
        if one.visa.accepted and one.visa.type == LINKED and "conditions" not in one.said
    ]
    mine = visa_checks.all_of_one(start, links)
    return [one.but("identity") if one.visa.accepted and one.identity not in mine else one for one in read]


def _conditioned(read: list[Read]) -> list[Read]:
    """A visa with conditions counts only beside visas that meet them; those must have none of their own."""
    others = [one.said for one in read if one.visa.accepted and not one.said.get("conditions")]

    def met(one: Read) -> bool:
        wanted = one.said.get("conditions", [])
        return wanted == [] or visa_checks.conditions_met(wanted, others)

    return [one if not one.visa.accepted or met(one) else one.but("conditions") for one in read]


def _meaning(read: Read) -> Read:
    """What an accepted visa gives here: acceptance of the terms of registered data, and researcher status."""
    visa = read.visa
    if not visa.accepted or visa.type == LINKED:
        return read
    if visa.type == RESEARCHER:
        if visa.value not in settings.RESEARCHER_STATUSES:
            return read.but("other_status")
        return read if visa.by in OF_THE_INSTITUTION else read.but("by")
    if visa.type != ACCEPTED_TERMS:
        return read.but("unused")
    terms = terms_at(visa.value)  # the current ones: who accepted earlier ones must accept again
    if terms is None or visa.by not in OF_ANYBODY:
        return read.but("other_terms" if terms is None else "by")
    published = terms.published_at.replace(microsecond=0)  # a visa tells whole seconds (RFC 7519, NumericDate)
    if visa.asserted_at is None or visa.asserted_at < published:
        return read.but("too_early")
    return replace(read, visa=replace(visa, terms=terms))
