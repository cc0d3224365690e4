"""Messages about the conditions of a decision: reported, accepted, sent back, due soon, overdue."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries as requests
from apps.access_requests import queries_thread
from apps.access_requests.models import Condition, ConditionReport
from apps.agreements import queries_conditions
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.datasets.queries import owners_of
from apps.grants.access_state.words import day
from apps.notifications.recipients import Message, Note, Notes, subject_of


def _facts(condition: Condition) -> dict[str, Any]:
    item = condition.item
    return {
        "reference": item.request.reference, "title": item.request.title, "dataset": item.dataset.title,
        "committee": item.committee.name,
    }  # fmt: skip


def _report(event: Event) -> ConditionReport:
    fetched = ConditionReport.objects.select_related(
        "message", "condition__item__request", "condition__item__dataset", "condition__item__committee"
    )
    return fetched.get(pk=subject_of(event))


def _reported(event: Event) -> Notes:
    """The members of the committee without a conflict: any of them can review the report."""
    report = _report(event)
    item = report.condition.item
    said = "\n\n".join(part for part in (report.condition.text, report.message.text) if part)
    for person in queries_thread.readers_of(item.request, committees=[item.committee_id]):
        yield Note(
            person, "condition_reported.member", reverse("case", args=[item.request_id]), _facts(report.condition), said
        )


def _reviewed(event: Event) -> Notes:
    """The applicant and the project members, with what the committee says."""
    report = _report(event)
    item = report.condition.item
    said = "\n\n".join(part for part in (report.condition.text, report.answer) if part)
    for person in requests.people_of(item.request):
        page = reverse("request_page", args=[item.request_id])
        yield Note(person, f"condition_{report.verdict}.applicant", page, _facts(report.condition), said)


def _due_soon(event: Event) -> Notes:
    condition = _still_open(event)
    if condition is not None:
        yield from _applicant_side(condition, "condition_due_soon.applicant")


def _overdue(event: Event) -> Notes:
    """The applicant's side; the chair, who has no conflict; and the owners of the dataset."""
    condition = _still_open(event)
    if condition is None:
        return
    yield from _applicant_side(condition, "condition_overdue.applicant")
    item = condition.item
    facts, path = _facts(condition) | {"due": day(condition.due_day)}, reverse("conditions") + "?state=overdue"
    readers = queries_thread.readers_of(item.request, committees=[item.committee_id])
    chairs = readers.filter(members__committee=item.committee_id, members__is_chair=True, members__ends_at=None)
    for person in [*chairs, *owners_of(item.dataset)]:
        yield Note(person, "condition_overdue.follower", path, facts, condition.text)


def _applicant_side(condition: Any, notification: str) -> Notes:
    facts = _facts(condition) | {"due": day(condition.due_day)}
    page = reverse("request_page", args=[condition.item.request_id]) + "#conditions"
    for person in requests.people_of(condition.item.request):
        yield Note(person, notification, page, facts, condition.text)


def _still_open(event: Event) -> Any:
    """The condition, unless it was reported or the request is over since."""
    found = queries_conditions.still_open().filter(Q(is_reported=False), pk=subject_of(event))
    return found.select_related("item__request", "item__dataset", "item__committee").first()


MESSAGES: Mapping[Kind, Message] = {
    Kind.CONDITION_REPORTED: Message(
        _reported,
        {
            "condition_reported.member": (
                _("Condition to review: %(reference)s"),
                _(
                    "A condition of the approval of “%(title)s” for “%(dataset)s” was reported as met. Open the "
                    "request and accept the report or send it back. The condition, and the report:"
                ),
            ),
        },
    ),
    Kind.CONDITION_ACCEPTED: Message(
        _reviewed,
        {
            "condition_accepted.applicant": (
                _("%(committee)s accepted a condition as met: %(reference)s"),
                _("%(committee)s accepted that this condition for “%(dataset)s” is met:"),
            ),
        },
    ),
    Kind.CONDITION_SENT_BACK: Message(
        _reviewed,
        {
            "condition_sent_back.applicant": (
                _("A condition is not met yet: %(reference)s"),
                _(
                    "%(committee)s sent back the report on a condition for “%(dataset)s”. Report the condition "
                    "again on the request page. The condition, and what is missing:"
                ),
            ),
        },
    ),
    Kind.CONDITION_DUE_SOON: Message(
        _due_soon,
        {
            "condition_due_soon.applicant": (
                _("A condition is due on %(due)s: %(reference)s"),
                _(
                    "A condition of your approval for “%(dataset)s” is due on %(due)s. Report it as met on the request "
                    "page. The condition:"
                ),
            ),
        },
    ),
    Kind.CONDITION_OVERDUE: Message(
        _overdue,
        {
            "condition_overdue.applicant": (
                _("A condition is overdue: %(reference)s"),
                _(
                    "A condition of your approval for “%(dataset)s” was due on %(due)s. Report it as met on the "
                    "request page. The committee and the dataset owner were notified. The condition:"
                ),
            ),
            "condition_overdue.follower": (
                _("A condition is overdue: %(reference)s"),
                _(
                    "A condition of the approval of “%(title)s” for “%(dataset)s” was due on %(due)s, and nothing was "
                    "reported. The applicant was notified. The condition:"
                ),
            ),
        },
    ),
}
