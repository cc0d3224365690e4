"""What an account must be before its person may act."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts import queries
from apps.accounts.models import ALGORITHMS, Desk, Identity, Institution, Person, PersonalToken, PersonSession, Provider
from apps.accounts.visas import SignIn
from apps.core import clock
from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState

ROR = re.compile(r"https://ror\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}\Z", re.ASCII)
LONGEST_TOKEN = timedelta(days=365)
FRESH_FOR = timedelta(minutes=10)
SKEW = timedelta(minutes=1)


def check_active(person: Any) -> None:
    if not getattr(person, "is_active", False):
        raise Denied(_("Your account is not active. Please write to the portal's operator."))


def check_token(*, name: str, scopes: list[str], days: int) -> None:
    """A token has a name, at least one scope it knows, and an end within a year."""
    fields: dict[str, str] = {}
    if not name.strip():
        fields["name"] = _("Give the token a name, so that you know later what it is for.")
    unknown = set(scopes) - set(PersonalToken.Scope.values)
    if not scopes or unknown:
        fields["scopes"] = _("Choose at least one thing the token may do.")
    if not 1 <= days <= LONGEST_TOKEN.days:
        fields["days"] = _("A token lives between 1 and %(days)s days.") % {"days": LONGEST_TOKEN.days}
    if fields:
        raise Invalid(_("The token was not made."), fields=fields)


def check_own_token(by: Person, token: PersonalToken) -> None:
    if token.person_id != by.pk:
        raise Denied(_("This token belongs to somebody else."))


def check_own_session(by: Person, session: PersonSession) -> None:
    if session.person_id != by.pk:
        raise Denied(_("This session belongs to somebody else."))


def check_can_speak_for(by: Person, institution: Institution, person: Person) -> None:
    """A signing official of the institution, about somebody else of it."""
    if not queries.institutions_signed_for(by).filter(pk=institution.pk).exists():
        raise Denied(_("Only a signing official of the institution may say this."))
    if by.pk == person.pk:
        raise Denied(_("Nobody speaks for themselves here: ask another signing official, or sign in anew."))
    if person.institution_id != institution.pk:
        raise Denied(_("This person does not belong to your institution."))


def check_affiliation_there(ended: int) -> None:
    if not ended:
        raise WrongState(_("There is no affiliation in force to end."))


def check_same(by: Person, person: Person) -> None:
    if by.pk != person.pk:
        raise Denied(_("Only the person themselves may do this."))


def check_operator(by: Any) -> None:
    if not queries.holds_desk(by, Desk.Kind.OPERATOR):
        raise Denied(_("Only an operator may do this."))


def check_auditor(by: Any) -> None:
    if not queries.holds_desk(by, Desk.Kind.AUDITOR):
        raise Denied(_("Only an auditor may read this."))


def check_desk_period(days: int) -> None:
    if not 1 <= days <= 366:
        raise Invalid(_("A desk is held for at most a year at a time."), field="days")


def check_institution(name: str, country: str, ror: str) -> None:
    """A name, a country (ISO 3166-1 alpha-2) and, where there is one, a ROR id (https://ror.org/ and 9 characters)."""
    fields: dict[str, str] = {}
    if not name.strip():
        fields["name"] = _("Give the institution's name.")
    elif queries.institution_named(name):
        fields["name"] = _("An institution of this name is registered already.")
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        fields["country"] = _("Give the country as two letters, such as DK.")
    if ror and not ROR.match(ror):
        fields["ror"] = _("A ROR id looks like https://ror.org/01aj84f44.")
    if fields:
        raise Invalid(_("The institution was not registered."), fields=fields)


def token_end(days: int) -> Any:
    return clock.now() + timedelta(days=days)


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


def check_reason(reason: str) -> str:
    """A reason that another operator can understand later."""
    if len(reason.strip()) < 10:
        raise Invalid(_("Say why, so that it can be understood later."), field="reason")
    return reason.strip()


def check_can_split(identity: Identity, person: Person) -> None:
    if not person.identities.exclude(pk=identity.pk).exists():
        raise WrongState(_("It is this person’s only identity; there is nothing to split."))


def check_still_there(moved: int) -> None:
    if not moved:
        raise WrongState(_("This identity has moved on. Look at the person again."))


def check_can_merge(person: Person | None, into: Person | None) -> None:
    if person is None or into is None or person.pk == into.pk:
        raise Invalid(_("Name two different people."), field="into")
    if person.merged_into_id is not None or not into.is_active:
        raise WrongState(_("One of these accounts is closed already."))


def check_not_merged(person: Person) -> None:
    """A merged account stays closed: its person has another one, and two accounts would make two people of them."""
    if person.merged_into_id is not None:
        raise WrongState(_("This account was merged into another one and stays closed."))


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
    if not re.fullmatch(r"[a-z0-9-]{1,60}", slug):
        fields["slug"] = _("The short name is made of small letters, digits and hyphens.")
    if fields:
        raise Invalid(_("The provider was not added."), fields=fields)
