"""What must be true of sessions, identities and accounts before something happens to them."""

from django.utils.translation import gettext as _

from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState
from apps.identity.models import PersonSession
from apps.people.models import Identity, Person, Provider
from apps.people.queries import identities_of, providers
from apps.people.rules import check_not_break_glass


def check_break_glass_period(days: int) -> None:
    if not 1 <= days <= 366:
        raise Invalid(_("An emergency account is valid for 1 to 366 days."), field="days")


def check_own_session(by: Person, session: PersonSession) -> None:
    if session.person_id != by.pk:
        raise Denied(_("This session belongs to another person."))


def check_still_theirs(person: Person, provider: Provider, *, subject: str) -> None:
    """The identity leads to this person, and the provider's word is taken, at this very moment."""
    theirs = identities_of(person).filter(issuer=provider.issuer, subject=subject).exists()
    if not theirs or not providers().filter(pk=provider.pk).exists():
        raise WrongState(_("This identity was changed in the meantime. Check the person and try again."))


def check_not_left(left: bool) -> None:
    if left:
        raise NeedsSignIn(_("Sign in again"))


def check_can_split(identity: Identity, person: Person) -> None:
    if not person.identities.exclude(pk=identity.pk).exists():
        raise WrongState(_("This is the person’s only identity. It cannot be separated from the account."))


def check_still_there(moved: int) -> None:
    if not moved:
        raise WrongState(_("This identity was changed in the meantime. Check the person and try again."))


def check_can_merge(person: Person | None, into: Person | None) -> None:
    if person is None or into is None or person.pk == into.pk:
        raise Invalid(_("Enter two different people."), field="into")
    check_not_break_glass(person)
    check_not_break_glass(into)
    if person.merged_into_id is not None or not into.is_active:
        raise WrongState(_("One of these accounts is already closed."))


def check_open(person: Person) -> None:
    """An account is closed once."""
    if not person.is_active:
        raise WrongState(_("This account is already closed."))


def check_not_merged(person: Person) -> None:
    """A merged account stays closed: its person has another one, and two accounts would make two people of them."""
    if person.merged_into_id is not None:
        raise WrongState(_("This account was merged into another account and cannot be reopened."))
