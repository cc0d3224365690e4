"""Files that answer questions of committees' forms: rows of `Attachment` whose `field` names form and question.

They stay when the request moves to another version of the form; whether the version accepts them is checked each time.
Committees that ask with one key and one shape share the files, as they share other answers.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest, Attachment
from apps.core.errors import Invalid
from apps.forms import files, values
from apps.forms.answers import Answers
from apps.forms.combined import AskedForm, name_of
from apps.forms.definition import Question
from apps.forms.kinds import Type
from apps.forms.models import FormVersion
from apps.forms.queries import versions_by_id


def field_of(form: UUID | None, key: str) -> str:
    """What `Attachment.field` has for the question with this key; at most 93 characters."""
    return f"{form.hex}.{key}" if form is not None else ""


def asking(form: AskedForm) -> list[Question]:
    """The questions of the form that ask for files."""
    return [one for one in form.definition.questions() if one.type == Type.FILE]


def fill(request: AccessRequest, forms: Iterable[AskedForm], begun: Iterable[AskedForm]) -> None:
    """Put the files of the request into the answers of these forms; one statement, none if no form asks for files.

    `begun` are all forms that the request was ever asked with: a file that was attached for a form that is not asked
    any more answers the same question of those that are.
    """
    forms = list(forms)
    if not any(map(asking, forms)):
        return
    fields = fields_by_name([*forms, *begun])
    stored: dict[str, list[Attachment]] = {}
    for row in request.attachments.filter(message=None, removed_at=None).exclude(field=""):
        stored.setdefault(row.field, []).append(row)
    for form in forms:
        for one in asking(form):
            names = dict.fromkeys(fields[name_of(form, one)])
            form.files[one.key] = [row for field in names for row in stored.get(field, ())]
        form.answers = _with_files(form)


def fields_by_name(forms: Iterable[AskedForm]) -> dict[str, list[str]]:
    """What `Attachment.field` can have, by the name of the field of the question on a page."""
    found: dict[str, list[str]] = {}
    for form in forms:
        for one in asking(form):
            found.setdefault(name_of(form, one), []).append(field_of(form.form, one.key))
    return found


def _with_files(form: AskedForm) -> Answers:
    valid, typed = dict(form.answers.valid), dict(form.answers.typed)
    for one in asking(form):
        found = [_value(row) for row in form.files[one.key]]
        if not found:
            continue
        try:
            valid[one.key] = values.read(one, found)
        except Invalid:
            typed[one.key] = found
    return Answers(valid, typed, form.answers.confidential)


def _value(row: Attachment) -> dict[str, Any]:
    """A file as an answer has it. A name that was erased is replaced by the kind of document."""
    name = row.name or str(row.get_kind_display())
    found = {"id": str(row.pk), "name": name, "size": row.size, "sha256": row.sha256}
    return found | ({"infected": True} if row.check_state == Attachment.CheckState.INFECTED else {})


def question_of(forms: Iterable[AskedForm], field: str) -> tuple[AskedForm, Question] | None:
    """The question of these forms that the files with this `Attachment.field` answer."""
    pairs = ((form, one) for form in forms for one in asking(form))
    return next((pair for pair in pairs if field_of(pair[0].form, pair[1].key) == field), None)


def question_with(forms: Iterable[AskedForm], file: Attachment) -> tuple[AskedForm, Question] | None:
    """The question of these forms that the file answers now."""
    pairs = ((form, one) for form in forms for one in asking(form))
    return next((pair for pair in pairs if file in pair[0].files.get(pair[1].key, ())), None)


def check_accepts(form: AskedForm, question: Question, name: str, size: int) -> None:
    """One more file of this name and size can be attached to the question."""
    try:
        files.check_count(question, len(form.files.get(question.key, ())) + 1)
        files.check_file(question, name, size)
    except Invalid as refusal:
        raise Invalid(refusal.sentence, field="file") from None


def asked_here(forms: Iterable[AskedForm], field: str) -> tuple[AskedForm, Question]:
    """As `question_of`; raises Invalid if the request is not asked for such a file."""
    found = question_of(forms, field)
    if found is None:
        raise Invalid(_("This request is not asked for this file. Reload the page."), field="file")
    return found


# ------------------------------------------------------------------------------------------------- who reads them
def unreadable(request: AccessRequest, committees: Collection[UUID]) -> set[UUID]:
    """The ids of files that these committees must not read; two statements, mostly one.

    They read files that answer a question in a round, unless only another committee reads the answer.
    """
    used = set(request.attachments.exclude(field="").values_list("pk", flat=True))
    if not used:
        return set()
    rows = [row for said in request.rounds.values_list("snapshot__forms", flat=True) for row in said or ()]
    read = readable(rows, versions_by_id({UUID(row["version"]) for row in rows}), committees)
    return {pk for pk in used if str(pk) not in read}


def readable(
    rows: Iterable[Mapping[str, Any]], versions: Mapping[UUID, FormVersion], committees: Collection[UUID]
) -> set[str]:
    """The ids of the files that these committees read in the answers of these forms of a round.

    Not by `Attachment.field`: that may name a form that was not asked any more when the request was submitted.
    """
    shown, others = set[str](), set[str]()
    for row in rows:
        version = versions.get(UUID(row["version"]))
        for one in version.read.questions() if version is not None else ():
            if one.type == Type.FILE:
                own = UUID(row["committee"]) in committees
                found = _ids_in(row.get("answers", {}).get(one.key))
                (shown if own or not one.is_private else others).update(found)
    return shown - others


def frozen_ids(forms: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of the files in the answers of these forms of a snapshot."""
    return {pk for row in forms for answer in row.get("answers", {}).values() for pk in _ids_in(answer)}


def _ids_in(answer: Any) -> set[str]:
    entries = answer if isinstance(answer, list) else ()
    return {one["id"] for one in entries if isinstance(one, Mapping) and "sha256" in one}
