"""What a sign-in must be, and what providers and identities must be."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts import queries
from apps.accounts.models import (
    ALGORITHMS,
    Identity,
    Person,
    PersonSession,
    Provider,
)
from apps.accounts.rules.people import check_own_account
from apps.accounts.visas import SignIn
from apps.core import clock
from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState

SLUG = re.compile(r"[a-z0-9-]{1,60}")

FRESH_FOR = timedelta(minutes=10)

SKEW = timedelta(minutes=1)

# OpenID Connect Core 1.0, 5.1: what many providers let people write themselves, and what is about the token, not them.
SELF_CHOSEN = {
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "email", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "address", "updated_at",
    "iss", "aud", "exp", "iat", "nbf", "nonce", "auth_time", "azp", "at_hash", "c_hash", "jti", "sid",
}  # fmt: skip


def check_own_session(by: Person, session: PersonSession) -> None:
    if session.person_id != by.pk:
        raise Denied(_("This session belongs to somebody else."))


def check_claim_rule(*, claim: str, value: str) -> None:
    """A claim by its exact name and one exact value; never something that people write about themselves."""
    fields: dict[str, str] = {}
    if not claim or claim != claim.strip() or len(claim) > 200:
        fields["claim"] = _("Name the claim exactly as the provider sends it.")
    elif claim in SELF_CHOSEN:
        fields["claim"] = _("People choose this themselves at many providers; map a group or an entitlement instead.")
    if not value or value != value.strip() or len(value) > 500:
        fields["value"] = _("Name the one value that counts, exactly as the provider sends it.")
    if fields:
        raise Invalid(_("The claim was not mapped."), fields=fields)


def check_fresh(sign_in: SignIn) -> None:
    """The person proved who they are within the last ten minutes; a time in the future proves nothing."""
    now = clock.now()
    if not now - FRESH_FOR <= sign_in.auth_time <= now + SKEW:
        raise NeedsSignIn(_("Please sign in again first: this needs a sign-in of the last ten minutes."))


def check_still_theirs(person: Person, provider: Provider, *, subject: str) -> None:
    """The identity leads to this person, and the provider's word is taken, at this very moment."""
    theirs = queries.identities_of(person).filter(issuer=provider.issuer, subject=subject).exists()
    if not theirs or not queries.providers().filter(pk=provider.pk).exists():
        raise WrongState(_("This identity has moved on. Look at the person again."))


def check_not_left(left: bool) -> None:
    if left:
        raise NeedsSignIn(_("Please sign in again"))


def check_can_split(identity: Identity, person: Person) -> None:
    if not person.identities.exclude(pk=identity.pk).exists():
        raise WrongState(_("It is this person’s only identity; there is nothing to split."))


def check_still_there(moved: int) -> None:
    if not moved:
        raise WrongState(_("This identity has moved on. Look at the person again."))


def check_can_merge(person: Person | None, into: Person | None) -> None:
    if person is None or into is None or person.pk == into.pk:
        raise Invalid(_("Name two different people."), field="into")
    check_own_account(person)
    check_own_account(into)
    if person.merged_into_id is not None or not into.is_active:
        raise WrongState(_("One of these accounts is closed already."))


def check_not_merged(person: Person) -> None:
    """A merged account stays closed: its person has another one, and two accounts would make two people of them."""
    if person.merged_into_id is not None:
        raise WrongState(_("This account was merged into another one and stays closed."))


def check_visa_issuer(*, slug: str, **facts: Any) -> None:
    """An issuer and the one address of its keys, both reached by https, and whose word it may pass on."""
    fields: dict[str, str] = {}
    if not _reached(facts["issuer"]):
        fields["issuer"] = _("The issuer must be an https address, as its visas say it.")
    if not _reached(facts["jku"]):
        fields["jku"] = _("The address of its keys must be an https address, as its visas say it.")
    if not facts["sources"] or not all(0 < len(one) <= 255 for one in facts["sources"]):
        fields["sources"] = _("Name at least one source whose word this issuer may pass on.")
    if not SLUG.fullmatch(slug):
        fields["slug"] = _("The short name is made of small letters, digits and hyphens.")
    if fields:
        raise Invalid(_("The visa issuer was not added."), fields=fields)


def _reached(address: str) -> bool:
    parts = urlsplit(address)
    plain = settings.SIGN_IN_PLAIN_LOOPBACK and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return bool(parts.hostname) and not parts.fragment and (parts.scheme == "https" or plain)


def check_provider(*, slug: str, **facts: Any) -> None:
    """A provider is reached by https, has a secret in the settings, and signs with a key pair."""
    fields: dict[str, str] = {}
    issuer = urlsplit(facts["issuer"])
    plain = settings.SIGN_IN_PLAIN_LOOPBACK and issuer.hostname in {"127.0.0.1", "localhost", "::1"}
    if not issuer.hostname or issuer.query or issuer.fragment or (issuer.scheme != "https" and not plain):
        fields["issuer"] = _("The issuer must be an https address, as its tokens say it.")
    if not facts["client_id"].strip():
        fields["client_id"] = _("Name the client id that the provider gave the portal: tokens are made for it.")
    if not settings.PROVIDER_SECRETS.get(facts["secret_name"]):
        fields["secret_name"] = _("The settings hold no secret of this name (PROVIDER_SECRETS).")
    if not set(facts.get("algorithms", ALGORITHMS)) <= set(ALGORITHMS):
        fields["algorithms"] = _("Tokens are signed with RS256 or ES256.")
    if not SLUG.fullmatch(slug):
        fields["slug"] = _("The short name is made of small letters, digits and hyphens.")
    if fields:
        raise Invalid(_("The provider was not added."), fields=fields)
