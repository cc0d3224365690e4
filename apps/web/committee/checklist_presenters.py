"""The checklists on the page of a case: criteria, the newest verdict on each, and the form for another."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from apps.access_requests.models import AccessRequest, Round, Verdict
from apps.access_requests.queries_checklists import checklist_in, newest_verdicts
from apps.access_requests.rules_checklists import missing_verdicts
from apps.access_requests.states import UNDER_REVIEW, ItemState
from apps.committees.checklists import mark
from apps.committees.models import Committee
from apps.web.common.forms import CleanTextField


class VerdictForm(forms.Form):
    """One verdict on one criterion, on the round that the member has read (`seen`)."""

    use_required_attribute = False

    seen = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("Reload the page and try again.")}
    )
    says = forms.ChoiceField(
        label=gettext_lazy("Verdict"),
        choices=Verdict.Says.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a verdict.")},
    )
    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        max_length=Verdict.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter a reason. Only the committee can read it.")},
    )


@dataclass
class Shown:
    """The checklist of one committee on the page of a case."""

    committee: Committee
    required: bool
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def given(self) -> int:
        return sum(row["verdict"] is not None for row in self.rows)

    @property
    def missing(self) -> str:
        """Why nobody can vote yet; empty if verdicts are not required or all are there."""
        return missing_verdicts([row["number"] for row in self.rows if row["verdict"] is None] if self.required else [])


# The tone and the icon of a verdict.
LOOKS = {
    "": {"tone": "wait", "icon": "circle"},
    Verdict.Says.MET.value: {"tone": "good", "icon": "check"},
    Verdict.Says.NOT_MET.value: {"tone": "bad", "icon": "ban"},
    Verdict.Says.UNCLEAR.value: {"tone": "wait", "icon": "question"},
    Verdict.Says.NOT_APPLICABLE.value: {"tone": "still", "icon": "circle"},
}
Typed = dict[tuple[UUID, int], VerdictForm]


def checklists_of_case(
    asked: AccessRequest, seen: Round, entries: Iterable[dict[str, Any]], typed: Typed | None = None
) -> list[Shown]:
    """The checklists of the committees in which the reader is, with the newest verdicts. One statement at most.

    `entries` are those of `items_of_case`; a form is there while the committee reviews the round, for its members.
    """
    mine = {entry["item"].committee_id: entry["item"].committee for entry in entries if entry["mine"]}
    members = {entry["item"].committee_id for entry in entries if entry["is_member"]}
    undecided = {entry["item"].committee_id for entry in entries if entry["item"].state == ItemState.OPEN}
    verdicts = newest_verdicts(seen, mine)
    found = []
    for pk, committee in mine.items():
        checklist = checklist_in(seen, pk)
        opens = asked.state in UNDER_REVIEW and seen.closed_at is None and pk in members & undecided
        given = verdicts.get(pk, {})
        rows = [
            _row(pk, number, text, given.get(number), seen, typed or {}, opens=opens)
            for number, text in enumerate(checklist.criteria, start=1)
        ]
        found += [Shown(committee, checklist.required, rows)] if rows else []
    return found


def _row(
    committee: UUID, number: int, text: str, verdict: Verdict | None, seen: Round, typed: Typed, *, opens: bool
) -> dict[str, Any]:
    """One criterion: its mark, its text, the newest verdict and the form for another."""
    said: dict[str, Any] = {"seen": seen.pk}
    if verdict is not None:
        said |= {"says": verdict.says, "reason": verdict.reason}
    form = typed.get((committee, number))
    blank = VerdictForm(initial=said, auto_id=f"verdict-{committee}-{number}-%s")
    return {
        "number": number,
        "mark": mark(number),
        "text": text,
        "verdict": verdict,
        "look": LOOKS[verdict.says] if verdict is not None else LOOKS[""],
        "form": (form or blank) if opens else None,
        "form_open": form is not None,
    }


def without_votes(entries: Iterable[dict[str, Any]], checklists: Iterable[Shown]) -> None:
    """Where verdicts are missing that must be there before a vote, the entries of a case have no form to vote."""
    missing = {one.committee.pk: one.missing for one in checklists if one.missing}
    for entry in entries:
        why = missing.get(entry["item"].committee_id, "")
        if why and entry["form"] is not None and entry["my_vote"] is None:
            entry.update(form=None, why_not=why, missing_verdicts=why, confirm=False)
