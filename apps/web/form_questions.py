"""The questions of committees' forms as fields of the request form, and as its template shows them."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from apps.forms import values
from apps.forms.answers import MOST_REASON, Answers, wrong
from apps.forms.combined import AskedForm, AskedQuestion, AskedSection, answered, conditions, names_of, sections
from apps.forms.comparison import limits, said
from apps.forms.definition import Question
from apps.forms.kinds import Readers, Type
from apps.forms.values import PERIOD, PERSON, lines
from apps.web.file_boxes import file_box

BLANK_ROWS, MOST_ROWS_SENT = 3, 300
LINES = {Type.LONG_TEXT: 6, Type.COUNTRY: 2, Type.VARIABLES: 4}
INPUTS = {
    Type.NUMBER: "text", Type.DATE: "date", Type.EMAIL: "email", Type.PHONE: "tel", Type.URL: "url",
}  # fmt: skip
MODES = {Type.NUMBER: "decimal", Type.ORGANISATION: "url", Type.ORCID: "text"}
PART_LABELS = {
    "from": lambda: _("First day"), "until": lambda: _("Last day"), "name": lambda: _("Name"),
    "email": lambda: _("E-mail address"), "orcid": lambda: _("ORCID iD"),
}  # fmt: skip


class AnswerWidget(forms.Widget):
    """Takes what was sent for one question, in the shape that `apps.forms.values.read` understands."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> Any:
        kind = self.question.type
        if kind == Type.CHOICES:
            return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        if kind in (Type.PERIOD, Type.PERSON):
            parts = PERIOD if kind == Type.PERIOD else PERSON
            return {part: data.get(f"{name}.{part}", "") for part in parts}
        if kind == Type.TABLE:
            return self._rows(data, name)
        return data.get(name, "")

    def _rows(self, data: Any, name: str) -> list[dict[str, str]]:
        sent = {int(found[1]) for key in data if (found := re.fullmatch(re.escape(name) + r"\.(\d{1,4})\.\w+", key))}
        keys = [column.key for column in self.question.columns]
        return [{key: data.get(f"{name}.{row}.{key}", "") for key in keys} for row in sorted(sent)[:MOST_ROWS_SENT]]

    def id_for_label(self, id_: str, _index: str | None = None) -> str:
        """The first input of the question."""
        first = {Type.FILE: ".file", Type.PERIOD: ".from", Type.PERSON: ".name", Type.CHOICE: ".0", Type.CHOICES: ".0"}
        if self.question.type == Type.TABLE:
            return f"{id_}.0.{self.question.columns[0].key}"
        return id_ + first.get(self.question.type, "")


class AnswerField(forms.Field):
    """A question in the request form. It is never refused here: what is not valid is kept as it was typed."""

    def __init__(self, asked: AskedQuestion) -> None:
        super().__init__(required=False, label=str(asked.question), widget=AnswerWidget(asked.question))

    def clean(self, value: Any) -> Any:
        return value


class FormQuestions:
    """The forms that a request answers, for the request form: its fields, what was sent, and what the page shows."""

    def __init__(self, asked: Sequence[AskedForm], *, unlocked: Collection[str] | None = None) -> None:
        """`unlocked` are the names of the fields that can be changed; None if all can."""
        self._forms, self._unlocked = asked, unlocked
        self._sections = sections(asked)
        self._names = names_of(asked)
        self.asked = {one.name: one for part in self._sections for one in part.questions if one.question.asks}

    def fields(self) -> dict[str, forms.Field]:
        return {name: AnswerField(one) for name, one in self.asked.items()}

    def sent(self, form: forms.Form) -> dict[UUID, Answers]:
        """The answers in a form that was sent, by version; a question that its page did not have stays as it is."""
        open_now = [name for name in self.asked if not self._is_locked(name) and _was_asked(form, name)]
        found = {name: form.cleaned_data[name] for name in open_now}
        return answered(self._forms, found, self._reasons(form.data)) if found else {}

    def file_targets(self) -> dict[str, tuple[AskedForm, Question]]:
        """The questions to which files can be attached now, by the name of their field."""
        asked = {name: one for name, one in self.asked.items() if one.question.type == Type.FILE}
        return {name: (one.forms[0], one.question) for name, one in asked.items() if not self._is_locked(name)}

    def _is_locked(self, name: str) -> bool:
        return self._unlocked is not None and name not in self._unlocked

    def _reasons(self, data: Any) -> dict[str, str]:
        can_be = [name for name, one in self.asked.items() if one.question.confidential and not self._is_locked(name)]
        marked = [name for name in can_be if data.get(f"{name}.marked")]
        return {name: str(data.get(f"{name}.reason", ""))[:MOST_REASON] for name in marked}

    def wrong(self, answers: Mapping[UUID, Answers] | None = None) -> dict[str, str]:
        """The sentence about each answer that is not valid (stored, or of these), by the name of its field."""
        found: dict[str, str] = {}
        for one in self._forms:
            says = wrong(one.definition, (answers or {}).get(one.version, one.answers))
            found |= {self._names[one.version, key]: why for key, why in says.items()}
            found |= {self._names[one.version, key]: why for key, why in _wrong_files(one).items()}
        return found

    def boxes(self, form: forms.Form) -> list[dict[str, Any]]:
        """The sections with what the template needs for each question."""
        says = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
        if not form.is_bound:
            says = self.wrong()
        return [{"section": part, "boxes": self._boxes(part, form, says)} for part in self._sections]

    def _boxes(self, part: AskedSection, form: forms.Form, says: Mapping[str, str]) -> list[dict[str, Any]]:
        return [self._box(one, form, says.get(one.name, "")) for one in part.questions]

    def _box(self, one: AskedQuestion, form: forms.Form, error: str) -> dict[str, Any]:
        question = one.question
        if question.asks and self._is_locked(one.name):
            return _locked_box(one)
        value = form[one.name].data if _was_asked(form, one.name) else _kept(one)
        shown_if = conditions(one, self._names)
        box = {
            "name": one.name, "id": f"id_{one.name}", "label": str(question), "hint": question.hint,
            "limits": ", ".join(limits(question)), "required": one.required, "kind": str(question.type),
            "error": error, "silent": not question.asks, "show_if": json.dumps(shown_if) if shown_if else "",
            "shown_if": self._words(one) if shown_if else "", "private": question.readers == Readers.COMMITTEE,
            "public": question.readers == Readers.PUBLIC, "confidential": question.confidential,
        }  # fmt: skip
        if question.confidential:
            box["marked"], box["reason"] = self._marked(one, form)
        if question.type == Type.FILE:
            return box | file_box(one)
        return box | _inputs(question, f"id_{one.name}", one.name, value)

    def _marked(self, one: AskedQuestion, form: forms.Form) -> tuple[bool, str]:
        if _was_asked(form, one.name):
            return bool(form.data.get(f"{one.name}.marked")), str(form.data.get(f"{one.name}.reason", ""))
        return one.reason() is not None, one.reason() or ""

    def _words(self, one: AskedQuestion) -> str:
        """When it is shown, in words, with the questions by their text."""
        form = one.forms[0]
        section = form.definition.section_of(one.question.key)
        both = [section.visible_if if section else None, one.question.visible_if]
        return f" {_('and')} ".join(said(form.definition, condition, by_text=True) for condition in both if condition)


def _wrong_files(form: AskedForm) -> dict[str, str]:
    """The sentence about files that a question does not accept; whatever else was sent, they are still attached."""
    attached = {key: value for key, value in form.answers.typed.items() if key in form.files}
    return wrong(form.definition, Answers(typed=attached))


def _locked_box(one: AskedQuestion) -> dict[str, Any]:
    """The answer as text; `given` has it for the conditions of other questions, as the page's script compares them."""
    answer = one.valid()
    given = [] if answer is None else answer if isinstance(answer, list) else [answer]
    compared = json.dumps([str(each) for each in given])
    label = str(one.question)
    return {
        "name": one.name, "label": label, "lines": lines(one.question, answer), "locked": True, "given": compared
    }  # fmt: skip


def _was_asked(form: forms.Form, name: str) -> bool:
    """Whether the page that was sent had this question; an unchecked box is not in what is sent, this marker is."""
    return form.is_bound and f"{name}.asked" in form.data


def _kept(one: AskedQuestion) -> Any:
    typed = one.typed()
    return one.valid() if typed is None else typed


def _inputs(question: Question, id_: str, name: str, value: Any) -> dict[str, Any]:
    """What is in the boxes of one question; `value` is an answer, or what was typed instead."""
    kind = question.type
    if kind in (Type.CHOICE, Type.CHOICES):
        chosen = value if isinstance(value, list) else [value]
        return {"options": [
            {"key": one.key, "label": str(one), "id": f"{id_}.{at}", "on": one.key in chosen}
            for at, one in enumerate(question.options)
        ]}  # fmt: skip
    if kind in (Type.PERIOD, Type.PERSON):
        parts = value if isinstance(value, Mapping) else {}
        names = PERIOD if kind == Type.PERIOD else PERSON
        types = {"from": "date", "until": "date", "email": "email"}
        return {"parts": [
            {"name": f"{name}.{one}", "id": f"{id_}.{one}", "label": PART_LABELS[one](), "value": parts.get(one, ""),
             "type": types.get(one, "text"), "optional": one in ("email", "orcid")}
            for one in names
        ]}  # fmt: skip
    if kind == Type.TABLE:
        return {"columns": question.columns, "rows": _rows(question, id_, name, value)}
    return {
        "value": _text(value),
        "lines": LINES.get(kind, 0),
        "type": INPUTS.get(kind, "text"),
        "mode": MODES.get(kind, ""),
    }


def _rows(question: Question, id_: str, name: str, value: Any) -> list[list[dict[str, Any]]]:
    rows = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
    most = int(question.most or values.MOST_ROWS)
    blank: list[Mapping[str, Any]] = [{}] * max(0, min(BLANK_ROWS, most - len(rows)))
    return [
        [
            {"label": str(column), "required": column.required, "kind": str(column.type)}
            | _inputs(column, f"{id_}.{number}.{column.key}", f"{name}.{number}.{column.key}", row.get(column.key))
            | {"name": f"{name}.{number}.{column.key}", "id": f"{id_}.{number}.{column.key}"}
            for column in question.columns
        ]
        for number, row in enumerate([*rows, *blank])
    ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)
