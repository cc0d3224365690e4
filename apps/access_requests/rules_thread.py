"""Who may write messages about a request, and withdraw them."""

from datetime import timedelta

from django.utils.translation import gettext as _

from apps.access_requests import queries_thread, rules
from apps.access_requests.models import AccessRequest, ConditionReport, Message
from apps.access_requests.states import RequestState
from apps.committees.models import Committee
from apps.core import clock
from apps.core.errors import Denied, Invalid, TooOften, WrongState
from apps.core.text import is_blank
from apps.people.models import Person
from apps.people.rules import check_not_break_glass

WITHDRAW_WITHIN = timedelta(minutes=10)
MOST_AN_HOUR = 60  # messages of one person on one request


def check_can_write(by: Person, request: AccessRequest, *, committee: Committee | None, internal: bool) -> None:
    """The applicant's side once the request is submitted, and members of its committees for one of theirs."""
    check_not_break_glass(by)
    if not by.is_active:
        raise Denied(_("Your account is not active."))
    if request.submitted_at is None:
        raise WrongState(_("You can send messages once the request is submitted."))
    if request.state == RequestState.WITHDRAWN:
        raise WrongState(_("The request is closed. You can read its messages, but not send new ones."))
    reader = queries_thread.reader_of(by, request)
    if committee is None and (internal or not reader.is_party):
        raise Denied(_("Only the applicant, the project members and the committee can send messages."))
    if committee is not None and committee not in reader.committees:
        rules.check_no_conflict(by, request)
        raise Denied(_("Only a member of the committee for this request can do this."))
    since = clock.now() - timedelta(hours=1)
    if Message.objects.filter(request=request, author=by, written_at__gt=since).count() >= MOST_AN_HOUR:
        raise TooOften(_("You have sent too many messages in the last hour. Try again later."))


def check_text(text: str) -> None:
    if is_blank(text):
        raise Invalid(_("Enter a message."), field="text")
    if len(text) > Message.LONGEST:
        raise Invalid(_("A message can have at most %(n)s characters.") % {"n": Message.LONGEST}, field="text")


def check_can_withdraw_message(by: Person, message: Message) -> None:
    """The author, who still reads the thread, within ten minutes."""
    if message.author_id != by.pk or not by.is_active:
        raise Denied(_("Only the author of a message can withdraw it."))
    if not queries_thread.messages_of(queries_thread.reader_of(by, message.request)).filter(pk=message.pk).exists():
        raise Denied(_("Only the author of a message can withdraw it."))
    if ConditionReport.objects.filter(message=message).exists():
        raise WrongState(_("This message reports a condition as met, so you cannot withdraw it."))
    if message.withdrawn_at is not None:
        raise WrongState(_("This message was already withdrawn."))
    if message.written_at < clock.now() - WITHDRAW_WITHIN:
        raise WrongState(_("You can withdraw a message only within 10 minutes of sending it."))
