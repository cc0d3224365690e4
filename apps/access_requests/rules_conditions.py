"""Who may report that a condition of a decision is met, who says whether it is, and by when one can be due."""

from django.utils.translation import gettext as _

from apps.access_requests import due_dates, queries, queries_conditions, rules
from apps.access_requests.due_dates import DueDate
from apps.access_requests.models import Condition, ConditionReport, Message
from apps.access_requests.states import RequestState
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank
from apps.people.models import Person
from apps.people.rules import check_not_break_glass

OVER = (RequestState.WITHDRAWN, RequestState.CLOSED)


def check_due_date(due: DueDate) -> None:
    """A kind that there is, with the day or the number of days that it needs; a day is not over yet."""
    kinds = Condition.Due
    if due.due not in kinds.values:
        raise Invalid(_("Select when the condition must be met."), field="new_due")
    if due.due == kinds.DATE and (due.due_on is None or due.due_on < clock.today()):
        raise Invalid(_("Enter the due date of the condition: today or later."), field="new_due_on")
    if due.due == kinds.AFTER_SIGNING and not 1 <= (due.due_days or 0) <= due_dates.LONGEST_DAYS:
        raise Invalid(_("Enter 1 to %(n)s days after signing.") % {"n": due_dates.LONGEST_DAYS}, field="new_due_days")
    if (due.due_on is not None and due.due != kinds.DATE) or (
        due.due_days is not None and due.due != kinds.AFTER_SIGNING
    ):
        raise Invalid(_("You entered a date or a number of days. Select the due date that uses it."), field="new_due")


def check_can_report(by: Person, condition: Condition) -> None:
    """The applicant or a project member; a condition of a decision in effect that is not met and not reported now."""
    check_not_break_glass(by)
    request = condition.item.request
    if not by.is_active or not queries.people_of(request).filter(pk=by.pk).exists():
        raise Denied(_("Only the applicant and the project members can report that a condition is met."))
    if request.state in OVER:
        raise WrongState(_("The request is closed, so you can no longer report its conditions."))
    if not queries_conditions.of_decisions().filter(pk=condition.pk).exists():
        raise WrongState(_("This condition is not part of a decision."))
    reports = condition.reports.exclude(verdict=ConditionReport.Verdict.SENT_BACK)
    if reports.exists():
        raise WrongState(_("This condition was reported as met. The request page shows what the committee says."))


def check_note(text: str) -> None:
    if is_blank(text):
        raise Invalid(_("Describe how the condition is met."), field="note")
    if len(text) > Message.LONGEST:
        raise Invalid(_("A note can have at most %(n)s characters.") % {"n": Message.LONGEST}, field="note")


def check_can_review(by: Person, report: ConditionReport) -> None:
    """A member of the committee that decided, who declared no conflict of interest; once."""
    check_not_break_glass(by)
    item = report.condition.item
    if not by.is_active or not committees_of(by).filter(pk=item.committee_id).exists():
        raise Denied(_("Only a member of the committee that decided can review how its conditions are met."))
    rules.check_no_conflict(by, item.request)
    rules.check_declared(by, item.request)
    if report.verdict != ConditionReport.Verdict.WAITING:
        raise WrongState(_("Another member has reviewed this report. Reload the page."))


def check_answer(answer: str, *, needed: bool) -> None:
    """What the committee says to a report; needed if it is sent back."""
    if len(answer) > Message.LONGEST:
        raise Invalid(_("A note can have at most %(n)s characters.") % {"n": Message.LONGEST}, field="answer")
    if needed and is_blank(answer):
        raise Invalid(_("Explain what is missing. The applicant and the project members can read it."), field="answer")
