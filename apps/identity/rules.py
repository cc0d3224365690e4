"""What must be true of sessions, identities and accounts before something happens to them."""

from django.utils.translation import gettext as _

from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState
from apps.identity.models import PersonSession
from apps.people.models import Identity, Person, Provider
from apps.people.queries import identities_of, providers
from apps.people.rules import check_not_break_glass


def check_break_glass_period(days: int) -> None:
    if not 1 <= days <= 366:
        raise Invalid(_("A break-glass account lasts between 1 and 366 days."), field="days")


def check_own_session(by: Person, session: PersonSession) -> None:
    if session.person_id != by.pk:
        raise Denied(_("This session belongs to somebody else."))


def check_still_theirs(person: Person, provider: Provider, *, subject: str) -> None:
    """The identity leads to this person, and the provider's word is taken, at this very moment."""
    theirs = identities_of(person).filter(issuer=provider.issuer, subject=subject).exists()
    if not theirs or not providers().filter(pk=provider.pk).exists():
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
    check_not_break_glass(person)
    check_not_break_glass(into)
    if person.merged_into_id is not None or not into.is_active:
        raise WrongState(_("One of these accounts is closed already."))


def check_not_merged(person: Person) -> None:
    """A merged account stays closed: its person has another one, and two accounts would make two people of them."""
    if person.merged_into_id is not None:
        raise WrongState(_("This account was merged into another one and stays closed."))
