"""Who may change the clock of a review, and when."""

from datetime import date

from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest, ReviewClock
from apps.access_requests.rules import check_declared, check_no_conflict
from apps.access_requests.states import UNDER_REVIEW, ItemState
from apps.committees.clocks.terms import ClockRule
from apps.committees.models import Committee
from apps.committees.queries import chaired_by
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank
from apps.people.models import Person
from apps.people.rules import check_not_break_glass

LONGEST_REASON = 2000


def check_is_chair(by: Person, request: AccessRequest, committee: Committee) -> None:
    """The chair of a committee that still has to decide, who has no conflict of interest."""
    check_not_break_glass(by)
    if not by.is_active or not chaired_by(by).filter(pk=committee.pk).exists():
        raise Denied(_("Only the chair can change the due date of a review."))
    check_no_conflict(by, request)
    check_declared(by, request)
    undecided = request.items.filter(committee=committee, state=ItemState.OPEN)
    if request.state not in UNDER_REVIEW or not undecided.exists():
        raise WrongState(_("Your committee is not reviewing this request now, so there is no due date to change."))


def check_can_extend(row: ReviewClock | None, rule: ClockRule | None, today: date) -> None:
    """Once, by a committee that allows it, and not after the due day: the applicant is notified before it."""
    if row is None or rule is None or row.due_on is None:
        raise WrongState(_("This review has no due date, so you cannot extend it."))
    if rule.extension < 1:
        raise WrongState(_("The deadlines of the committee do not allow an extension of this review."))
    if row.is_extended:
        raise WrongState(_("This review was already extended. You can extend a review only once."))
    if today > row.due_on:
        raise WrongState(_("The due date has passed. You can extend a review only until its due date."))


def check_can_use_fast_track(row: ReviewClock | None, rule: ClockRule | None, offered: ClockRule, today: date) -> None:
    """A committee that has a fast track, for a review that runs by its normal period and is not overdue."""
    if row is None or rule is None or row.due_on is None:
        raise WrongState(_("This review has no due date, so you cannot change it."))
    if offered.amount < 1 or offered.unit != rule.unit:
        raise WrongState(_("The committee has no fast track for this review."))
    if rule.fast or row.is_extended:
        raise WrongState(_("This review is already extended or on the fast track."))
    if today > row.due_on:
        raise WrongState(_("The due date has passed. You can move a review to the fast track only until its due date."))


def check_clock_reason(reason: str) -> None:
    """The reason is sent to the applicant, so there is one."""
    if is_blank(reason):
        raise Invalid(_("Enter a reason. It is sent to the applicant."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(_("The reason can have at most %(n)s characters.") % {"n": LONGEST_REASON}, field="reason")
