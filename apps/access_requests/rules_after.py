"""Who may undo a decision, and who may appeal one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from apps.access_requests import effect, queries
from apps.access_requests.models import AccessRequest, Appeal, Item, UndoneDecision
from apps.access_requests.rules import check_declared, check_is_applicant, check_no_conflict
from apps.access_requests.states import ItemState
from apps.committees.models import CommitteeMember
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank
from apps.people.models import Person
from apps.people.rules import check_not_break_glass


def check_can_undo(by: Person, item: Item, voters: Sequence[CommitteeMember], now: datetime) -> None:
    """An eligible voter or the chair, until the decision takes effect; once a round, so that nobody blocks it."""
    check_no_conflict(by, item.request)
    check_not_break_glass(by)
    mine = CommitteeMember.objects.active().filter(committee=item.committee_id, person=by)
    check_declared(by, item.request)
    votes = by.pk in {membership.person_id for membership in voters}
    if not by.is_active or not mine.exists() or not (votes or mine.filter(is_chair=True).exists()):
        raise Denied(_("Only eligible voters and the chair of this committee can undo its decision."))
    if item.state == ItemState.OPEN:
        raise WrongState(_("There is no decision to undo. Someone may have undone it already."))
    if not effect.is_pending(item, now):
        raise WrongState(_("The decision has taken effect, so you can no longer undo it."))
    if UndoneDecision.objects.filter(item=item, round=item.decided_in).exists():
        raise WrongState(
            _("A decision on this dataset was already undone in this round. It can be undone only once in a round.")
        )


def check_why_undone(why: str) -> None:
    if is_blank(why):
        raise Invalid(_("Enter a reason."), field="why")


def check_none_can_be_undone(request: AccessRequest) -> None:
    """While a decision of the request can be undone its round stays open: nobody ends it."""
    if request.items.filter(effect.pending()).exists():
        raise WrongState(
            _("A decision on this request can still be undone. Try again when the decision has taken effect.")
        )


def appeal_deadline(item: Item) -> date | None:
    """The last day to appeal the denial of this item; None if there is no denial. It does not ask for an appeal.

    A denial from before the portal knew appeals has the days that its committee gives now.
    """
    if item.state != ItemState.DENIED or item.decided_at is None:
        return None
    return item.appeal_until or item.decided_at.date() + timedelta(days=item.committee.appeal_days)


def is_over(day: date, now: datetime) -> bool:
    """Whether a day is over in every time zone: it ends last at UTC-12."""
    return (now - timedelta(hours=12)).date() > day


def can_appeal_until(item: Item, appeal: Appeal | None, now: datetime) -> date | None:
    """The last day of an appeal that can still be made; None if none can."""
    until = appeal_deadline(item)
    if until is None or appeal is not None or is_over(until, now) or effect.is_pending(item, now):
        return None
    return until


def check_can_appeal(by: Person, item: Item, now: datetime) -> None:
    """The applicant, against a denial in effect, once, until the last day."""
    check_is_applicant(by, item.request)
    check_not_break_glass(by)
    if Appeal.objects.filter(item=item).exists():
        raise WrongState(_("You have already appealed this decision. You can appeal a decision only once."))
    until = appeal_deadline(effect.announced(item, now))
    if until is None:
        raise WrongState(_("You can appeal a decision only if it denies a dataset."))
    if is_over(until, now):
        raise WrongState(_("The last day to appeal this decision has passed. You can revise and resubmit the request."))


def check_appeal_text(text: str) -> None:
    if is_blank(text):
        raise Invalid(_("Explain why the decision is wrong."), field="text")


def check_can_withdraw_appeal(by: Person, item: Item) -> None:
    """The applicant, while the committee has not decided on the appeal."""
    check_is_applicant(by, item.request)
    if not Appeal.objects.filter(item=item, outcome="").exists():
        raise WrongState(_("There is no appeal to withdraw. It may have been decided or withdrawn already."))


def check_can_revise(by: Person, request: AccessRequest) -> None:
    """The applicant, once a dataset of the request is denied. The caller has carried out what takes effect now."""
    check_is_applicant(by, request)
    if not request.items.filter(~effect.pending(), state=ItemState.DENIED).exists():
        raise WrongState(_("No dataset of this request is denied, so there is nothing to revise."))


def check_can_read_submitted(by: Person, request: AccessRequest) -> None:
    """Applicant, members and committee have what was submitted as a file; managers of a dataset read the page."""
    mine = queries.of_person(by).filter(pk=request.pk)
    if not mine.exists() and not queries.before_committees_of(by).filter(pk=request.pk).exists():
        raise Denied(_("Only the applicant, the project members and the committee can download this file."))
