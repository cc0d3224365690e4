"""What an account must be before its person may act, and what an institution may say."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts import queries
from apps.accounts.models import (
    Affiliation,
    Desk,
    Institution,
    Person,
)
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.legible import is_blank, seen_length

ROR = re.compile(r"https://ror\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}\Z", re.ASCII)


def check_active(person: Any) -> None:
    if not getattr(person, "is_active", False):
        raise Denied(_("Your account is not active. Please write to the portal's operator."))


def check_own_account(person: Any) -> None:
    """An account for emergencies runs the portal; nothing that a person answers for is done with it."""
    if getattr(person, "is_break_glass", False):
        raise Denied(_("This is a break-glass account. It opens the operator’s desk and nothing else."))


def check_break_glass_period(days: int) -> None:
    if not 1 <= days <= 366:
        raise Invalid(_("A break-glass account lasts between 1 and 366 days."), field="days")


def check_can_speak_for(by: Person, institution: Institution, person: Person) -> None:
    """A signing official of the institution, about somebody else of it; several accounts of one person are one."""
    if not by.is_active or not queries.institutions_signed_for(by).filter(pk=institution.pk).exists():
        raise Denied(_("Only a signing official of the institution may say this."))
    if queries.accounts_of(by).filter(pk=person.pk).exists():
        raise Denied(_("Nobody speaks for themselves here: ask another signing official, or sign in anew."))
    theirs = Institution.objects.filter(pk=institution.pk)
    if not queries.people_of(theirs).filter(pk=person.pk).exists():
        raise Denied(_("This person does not belong to your institution."))


def check_affiliated(person: Any) -> Affiliation:
    """An institution stands behind the person now; returns its word."""
    behind = queries.affiliation_behind(person)
    if behind is None:
        raise WrongState(
            _(
                "No institution stands behind you at present, and without one nobody signs. Sign in again through your "
                "institution; if that does not help, ask one of its signing officials to affirm you."
            )
        )
    return behind


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


def check_desk_kind(desk: str) -> None:
    if desk not in Desk.Kind.values:
        raise Invalid(_("A desk is auditor or operator."), field="desk")


def check_institution(name: str, country: str, ror: str) -> None:
    """A name, a country (ISO 3166-1 alpha-2) and, where there is one, a ROR id (https://ror.org/ and 9 characters)."""
    fields: dict[str, str] = {}
    if is_blank(name):
        fields["name"] = _("Give the institution's name.")
    elif queries.institution_named(name):
        fields["name"] = _("An institution of this name is registered already.")
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        fields["country"] = _("Give the country as two letters, such as DK.")
    if ror and not ROR.match(ror):
        fields["ror"] = _("A ROR id looks like https://ror.org/01aj84f44.")
    if fields:
        raise Invalid(_("The institution was not registered."), fields=fields)


DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z", re.ASCII
)


def check_domains(domains: Iterable[str]) -> list[str]:
    """Whole domain names, each once; a name covers itself and nothing below it."""
    said = [one.strip().lower() for one in domains if one.strip()]
    wrong = next((one for one in said if not DOMAIN.match(one)), None)
    if wrong is not None:
        raise Invalid(_("“%(domain)s” is no domain name.") % {"domain": wrong}, field="domains")
    return sorted(set(said))


def check_reason(reason: str) -> str:
    """A reason that another operator can understand later."""
    if seen_length(reason) < 10:
        raise Invalid(_("Say why, so that it can be understood later."), field="reason")
    return reason.strip()
