"""What a key for scripts, and whoever asks for one, must be."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import Denied, Gone, Invalid, TooOften, Unavailable, WrongState
from apps.core.text import is_blank, seen_length
from apps.people.models import Person
from apps.people.rules import check_fresh
from apps.people.sign_in import SignIn, sign_in_from
from apps.tokens.models import DeviceRequest, PersonalToken, ServiceAccount
from apps.tokens.queries import devices_waiting, wrong_codes_of

LONGEST_TOKEN = timedelta(days=365)
LONGEST_VOTING = timedelta(days=1)  # of a token that can vote

# What a program that renews itself may do: everything but vote.
DEVICE_SCOPES = tuple(scope.value for scope in PersonalToken.Scope if scope != PersonalToken.Scope.VOTE)

MOST_GUESSES, GUESSING = 5, timedelta(minutes=10)

MOST_FROM_ONE_PLACE, MOST_WAITING = 30, 5000


def check_token(*, name: str, scopes: list[str], days: int) -> None:
    """A token has a name, at least one scope it knows, and an end within a year."""
    fields: dict[str, str] = {}
    if is_blank(name):
        fields["name"] = _("Enter a name that tells you what the token is for.")
    unknown = set(scopes) - set(PersonalToken.Scope.values)
    if not scopes or unknown:
        fields["scopes"] = _("Choose at least one permission.")
    if not 1 <= days <= LONGEST_TOKEN.days:
        fields["days"] = _("Enter a number of days from 1 to %(days)s.") % {"days": LONGEST_TOKEN.days}
    if fields:
        raise Invalid(_("The token was not created."), fields=fields)


def check_can_vote_with_token(*, scopes: list[str], days: int, signed_in: SignIn | None) -> bool:
    """Whether the token will vote. It lasts a day, and a person makes it who has just signed in: on a page each vote
    needs such a sign-in (docs/decisions/committee-api.md).
    """
    if PersonalToken.Scope.VOTE not in scopes:
        return False
    if days > LONGEST_VOTING.days:
        said = _("A token that can vote is valid for at most 1 day. Enter 1.")
        raise Invalid(_("The token was not created."), fields={"days": said})
    if signed_in is None:
        raise Denied(_("A token that can vote is created on the page “Access tokens”."))
    check_fresh(signed_in)
    return True


def check_acts_for_a_person(scopes: list[str]) -> None:
    """A vote is a person’s own act: no service account has one."""
    if PersonalToken.Scope.VOTE in scopes:
        said = _("A service account cannot vote. Choose other permissions.")
        raise Invalid(_("The token was not created."), fields={"scopes": said})


def check_votes_now(token: PersonalToken) -> SignIn:
    """The sign-in in which a token that can vote was made. Raises Denied if it is not known, or not a person's own."""
    if token.kind != PersonalToken.Kind.PERSONAL or token.sign_in is None:
        raise Denied(_("You cannot vote with this token. Create a personal access token with the scope “vote”."))
    return sign_in_from(token.sign_in)


def check_own_token(by: Person, token: PersonalToken) -> None:
    if token.person_id != by.pk:
        raise Denied(_("This token belongs to another person."))


def check_service(*, name: str, purpose: str, days: int) -> None:
    """A service account has a name, a purpose others understand, and an end within a year."""
    fields: dict[str, str] = {}
    if is_blank(name):
        fields["name"] = _("Enter a name for the service account.")
    if seen_length(purpose) < 10:
        fields["purpose"] = _("Describe what runs under this account in at least 10 characters.")
    if not 1 <= days <= LONGEST_TOKEN.days:
        fields["days"] = _("Enter a number of days from 1 to %(days)s.") % {"days": LONGEST_TOKEN.days}
    if fields:
        raise Invalid(_("The service account was not created."), fields=fields)


def check_own_service(by: Person, account: ServiceAccount) -> None:
    if account.owner_id != by.pk:
        raise Denied(_("This service account belongs to another person."))


def check_service_alive(account: ServiceAccount) -> None:
    if account.ended_at is not None or account.ends_at <= clock.now():
        raise WrongState(_("This service account has ended. Create a new one."))


def check_token_within(account: ServiceAccount, until: datetime) -> None:
    if until > account.ends_at:
        sentence = _("The service account ends before the token would. Choose fewer days.")
        raise Invalid(_("The token was not created."), fields={"days": sentence})


def check_device_scopes(scopes: list[str]) -> None:
    if not scopes or set(scopes) - set(DEVICE_SCOPES):
        raise Invalid(_("Request at least one scope, and only scopes that exist."), field="scope")


def check_room_for_device(asked_from: str) -> None:
    """Few programs wait at once, from one place and in all: each code that is given out makes guessing easier."""
    waiting = devices_waiting()
    if waiting.filter(asked_from=asked_from or None)[:MOST_FROM_ONE_PLACE].count() >= MOST_FROM_ONE_PLACE:
        raise TooOften(_("Too many devices on your network are waiting for authorisation. Try again in ten minutes."))
    if waiting[:MOST_WAITING].count() >= MOST_WAITING:
        raise Unavailable(
            _(
                "Too many devices are waiting for authorisation. Try again in ten minutes, "
                "or use a personal access token."
            )
        )


def check_guesses(by: Person) -> None:
    """Five wrong codes in ten minutes, and the next may be typed later."""
    if wrong_codes_of(by, since=clock.now() - GUESSING) >= MOST_GUESSES:
        refusal = TooOften(_("You entered too many wrong codes. Wait ten minutes, then get a new code on the device."))
        refusal.headers = {"Retry-After": str(int(GUESSING.total_seconds()))}
        raise refusal


def check_can_answer(by: Person, asked: DeviceRequest) -> None:
    if asked.person_id != by.pk:
        raise Denied(_("Another person entered this code."))
    if asked.approved_at is not None or asked.refused_at is not None:
        raise WrongState(_("This device request has already been answered."))
    if asked.expires_at <= clock.now():
        raise Gone(_("The code has expired. Start again on the device to get a new code."))


def token_end(days: int) -> Any:
    return clock.now() + timedelta(days=days)
