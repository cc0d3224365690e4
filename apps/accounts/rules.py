"""What an account must be before its person may act."""

import re
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts import queries
from apps.accounts.models import Desk, Person, PersonalToken
from apps.core import clock
from apps.core.errors import Denied, Invalid

ROR = re.compile(r"https://ror\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}\Z", re.ASCII)
LONGEST_TOKEN = timedelta(days=365)


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
