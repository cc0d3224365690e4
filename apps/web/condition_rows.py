"""The conditions of decisions as pages show them: by when, what was reported, what the committee said, who is next."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries_conditions
from apps.access_requests.due_dates import (
    REPORTED,
    SENT_BACK,
    TO_REPORT,
    due_day,
    due_words,
    is_overdue,
    last_report,
    state_of,
)
from apps.access_requests.models import Attachment, Condition, Item, Message
from apps.access_requests.states import ItemState
from apps.web import document_forms
from apps.web.common.forms import CleanTextField

Row = dict[str, Any]
LABELS = {
    TO_REPORT: _("Not reported yet"),
    REPORTED: _("Waiting for the committee"),
    SENT_BACK: _("Sent back"),
    "accepted": _("Met"),
}


class ReportForm(forms.Form):
    """How a condition is met, with a document if there is one."""

    use_required_attribute = False

    note = CleanTextField(
        label=_("How is the condition met?"),
        help_text=_("The applicant, the project members and the committees that decide on the request can read it."),
        max_length=Message.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Describe how the condition is met.")},
    )
    file = document_forms.DocumentField(label=_("Attach a file"), required=False)

    def __init__(self, *args: Any, condition: UUID, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"condition-{condition.hex[:12]}-%s"
        super().__init__(*args, **kwargs)


class ReviewForm(forms.Form):
    """Whether the condition is met; what is missing if it is not."""

    use_required_attribute = False

    answer = CleanTextField(
        label=_("Note to the applicant"),
        help_text=_("Required if you send the report back. The applicant and the project members can read it."),
        max_length=Message.LONGEST,
        required=False,
        depends=True,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, report: UUID, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"report-{report.hex[:12]}-%s"
        super().__init__(*args, **kwargs)


def condition_rows(
    items: Iterable[Item], *, executed: Mapping[UUID, datetime | None], today: date
) -> dict[UUID, list[Row]]:
    """The rows of these items by item; no statement unless one is approved with conditions, else three at most.

    `executed` says when the agreement of an item was fully signed.
    """
    wanted = [item.pk for item in items if item.state == ItemState.CONDITIONAL]
    found = queries_conditions.listed(wanted) if wanted else {}
    documents = _documents(found)
    return {
        pk: [_row(one, executed.get(pk), today, documents) for one in conditions] for pk, conditions in found.items()
    }


def _row(condition: Condition, executed_at: datetime | None, today: date, documents: Mapping[UUID, Any]) -> Row:
    state = state_of(condition)
    reports = [
        {"report": one, "documents": document_forms.shown(documents.get(one.message_id, []))}
        for one in condition.reports.all()
    ]
    return {
        "condition": condition,
        "due": due_words(condition),
        "due_day": due_day(condition, executed_at),
        "state": state,
        "label": LABELS[state],
        "overdue": is_overdue(condition, executed_at, today),
        "reports": reports,
        "waiting": last_report(condition) if state == REPORTED else None,
        "to_report": state in (TO_REPORT, SENT_BACK),
        "form": None,
    }


def obligation_rows(conditions: Iterable[Condition], executed_at: datetime | None, today: date) -> list[Row]:
    """The same rows without documents, for those who follow the conditions; `dated` says whether one has to be met by
    some time.
    """
    return [_row(one, executed_at, today, {}) | {"dated": one.due != Condition.Due.NONE} for one in conditions]


def _documents(found: Mapping[UUID, list[Condition]]) -> dict[UUID, list[Attachment]]:
    """The documents of every report, by message."""
    sent = [one.message_id for conditions in found.values() for row in conditions for one in row.reports.all()]
    rows: dict[UUID, list[Attachment]] = {}
    for one in Attachment.objects.filter(message__in=sent) if sent else ():
        if one.message_id is not None:
            rows.setdefault(one.message_id, []).append(one)
    return rows
