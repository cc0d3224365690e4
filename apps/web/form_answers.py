"""The answers to committees' forms as pages show them: what a round froze, and what changed between two rounds."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from apps.access_requests.form_answers import readable
from apps.forms import values
from apps.forms.combined import AskedForm, sections
from apps.forms.comparison import compare_answers
from apps.forms.kinds import Readers
from apps.forms.queries import versions_by_id

Snapshot = Mapping[str, Any]


def frozen_forms(*snapshots: Snapshot, committee_ids: Collection[UUID] | None) -> list[list[AskedForm]]:
    """The forms of each snapshot with what these committees may read (None: the applicant); one statement, or none."""
    rows = [list(one.get("forms", ())) for one in snapshots]
    ids = {UUID(row["version"]) for each in rows for row in each}
    versions = versions_by_id(ids) if ids else {}
    return [readable(each, versions, committee_ids) for each in rows]


def answer_sections(forms: list[AskedForm]) -> list[dict[str, Any]]:
    """The answered questions by section, each once; an answer that is missing is left out."""
    found = []
    for part in sections(forms):
        answered = [one for one in part.questions if one.valid() is not None]
        rows = [
            {
                "label": str(one.question),
                "lines": values.lines(one.question, one.valid()),
                "private": one.question.readers == Readers.COMMITTEE,
                "reason": one.reason() or "",
            }
            for one in answered
        ]
        if rows:
            found.append({"title": part.title, "rows": rows})
    return found


def answer_changes(before: list[AskedForm], after: list[AskedForm]) -> list[dict[str, Any]]:
    """The answers that differ between two rounds, in the shape of `request_rows.changes`; shared questions once."""
    old, new = (_by_name(forms) for forms in (before, after))
    questions = {name: one.question for name, one in (old | new).items()}
    given = [{name: one.valid() for name, one in each.items() if one.valid() is not None} for each in (old, new)]
    changed = compare_answers(questions, *given)
    return [{"label": one.label, "before": one.before, "after": one.after} for one in changed]


def _by_name(forms: list[AskedForm]) -> dict[str, Any]:
    return {one.name: one for part in sections(forms) for one in part.questions if one.question.asks}
