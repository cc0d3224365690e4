"""Two windows on one draft: what each of them changed is merged field by field, and nothing that was typed is lost.

The page sends in `base` a digest of what each field held when it was made. A field that only the other window changed
keeps what is saved; one that only this window changed is saved; one that both changed is a conflict, and the person
chooses. A page without `base` says nothing about what it began with: every field that differs is then a conflict.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.access_requests import fields
from apps.access_requests.purposes import purpose_of
from apps.core.errors import Invalid
from apps.forms import values
from apps.forms.answers import storable
from apps.forms.combined import AskedQuestion
from apps.forms.kinds import Type
from apps.people.colleagues import split_entries
from apps.web.common.forms import refusal_of
from apps.web.requests.forms import RequestForm
from apps.web.requests.purpose_form import purpose_initial, purpose_names, read_answers

BASE, CHOICE = "base", "resolve-"
MINE, SAVED = "mine", "saved"
BESIDE = ("revision", "add_dataset", "further")
REFUSED = object()  # what was typed is not a valid answer
DIGITS = 12  # hex characters of a SHA-256: the fields of one draft, changed by its own person


@dataclass(frozen=True)
class Conflict:
    """One field that both windows changed: what is saved now, and what was typed here, as texts."""

    name: str
    label: str
    anchor: str
    saved: str
    typed: str
    digest: str  # of what is saved: the choice is about this and nothing later

    @property
    def choice(self) -> str:
        """The name of the radio buttons."""
        return CHOICE + self.name


@dataclass(frozen=True)
class Merged:
    """`data` is what was sent with what the other window saved filled in; `base` belongs to a page that shows it.

    `kept` are the labels of the fields that only the other window changed.
    """

    data: QueryDict
    base: str
    conflicts: list[Conflict]
    kept: list[str]


def base_of(form: RequestForm) -> str:
    """What each field of a form that was not sent holds, as the page sends it back."""
    return json.dumps({name: _digest(value) for name, value in _held(form).items()})


def merge(
    sent: QueryDict, form: RequestForm, saved: RequestForm, revision: int, *, beside: Collection[str] = ()
) -> Merged:
    """`form` is what was `sent` and read, `saved` the form of the request as it is now, at this revision.

    `beside` are fields that are not saved now.
    """
    base, data = _base(sent), sent.copy()
    mine, theirs = _typed(form), _held(saved)
    current = form.cleaned_data.get("revision") in (None, revision)
    known, conflicts, kept = dict(base or {}), list[Conflict](), list[str]()
    for name, value in theirs.items():
        here, there = _digest(mine.get(name, value)), _digest(value)
        if name in beside:
            continue
        known[name] = there
        if here == there or _is_mine(sent, name, base, there, current=current):
            continue
        chosen = sent.get(CHOICE + name, "")
        if chosen == f"{SAVED}-{there}" or (base is not None and base.get(name) == here):
            _take(data, saved, name)
            kept += [] if chosen else [str(saved.fields[name].label)]
            continue
        known[name] = (base or {}).get(name, "")
        conflicts.append(_conflict(form, name, value, mine[name]))
    data["revision"] = str(revision)
    data[BASE] = after = json.dumps(known)
    return Merged(data, after, conflicts, kept)


def _is_mine(sent: QueryDict, name: str, base: Mapping[str, str] | None, there: str, *, current: bool) -> bool:
    """What was typed here is saved: nobody else changed the field, or the person chose it over what is saved now."""
    if sent.get(CHOICE + name) == f"{MINE}-{there}":
        return True
    return current if base is None else base.get(name) == there


def without(merged: Merged, saved: RequestForm) -> QueryDict:
    """What is saved while the person has not chosen yet: everything but the fields in conflict."""
    data = merged.data.copy()
    for one in merged.conflicts:
        _take(data, saved, one.name)
    return data


def base_after(form: RequestForm, sent: QueryDict, *, beside: Collection[str]) -> str:
    """The base of a page that goes on after its text was saved: what it sent, but for fields not saved."""
    before = _base(sent) or {}
    after = {name: _digest(value) for name, value in _typed(form).items() if name not in beside}
    return json.dumps(before | after)


def has_base(sent: QueryDict) -> bool:
    return _base(sent) is not None


def _base(sent: QueryDict) -> dict[str, str] | None:
    try:
        found = json.loads(sent.get(BASE, ""))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _take(data: QueryDict, saved: RequestForm, name: str) -> None:
    """Put what is saved in the place of what was typed; an answer that is not sent stays as it is."""
    if name in saved.form_questions.asked:
        for key in [key for key in data if key == name or key.startswith(f"{name}.")]:
            del data[key]
        return
    value = saved.initial.get(name)
    found = value if isinstance(value, list | tuple) else ["" if value is None else value]
    data.setlist(name, [one.isoformat() if isinstance(one, date) else str(one) for one in found])


# ------------------------------------------------------------------------------------------------- values, compared
def _compared(form: RequestForm) -> list[str]:
    """The fields that two windows can both change: not locked ones, nor files, which are never overwritten."""
    asked = form.form_questions.asked
    files = {name for name, one in asked.items() if one.question.type == Type.FILE}
    return [name for name, one in form.fields.items() if name not in BESIDE and not one.disabled and name not in files]


def _held(form: RequestForm) -> dict[str, Any]:
    """What is saved, by field."""
    return {name: _of_saved(form, name) for name in _compared(form)}


def _of_saved(form: RequestForm, name: str) -> Any:
    one = form.form_questions.asked.get(name)
    if one is None:
        return _plain(name, form[name].initial)
    kept = one.typed() if one.typed() is not None else one.valid()
    return _answer(one, kept, one.reason())


def _typed(form: RequestForm) -> dict[str, Any]:
    """What was sent, as it would be saved, by field; an answer that the page did not have is left out."""
    facts, found = form.cleaned_data, dict[str, Any]()
    has_purpose = any(name in form.data for name in purpose_names())
    said, wrong = read_answers(facts)
    purpose = {name: value for name, value in purpose_initial(purpose_of(said)).items() if name not in wrong}
    for name in _compared(form):
        one = form.form_questions.asked.get(name)
        if one is not None:
            if f"{name}.asked" in form.data:
                found[name] = _answer(one, _read(one, form[name].data), _reason(form, one, name))
        elif name not in purpose_names():
            found[name] = _plain(name, facts.get(name, form[name].data))
        elif has_purpose:
            found[name] = _plain(name, purpose[name] if name in purpose and name in facts else form[name].data)
    return found


def _read(one: AskedQuestion, sent: Any) -> Any:
    read = _answer_in(one, sent)
    return storable(sent) if read is REFUSED else read


def _answer_in(one: AskedQuestion, sent: Any) -> Any:
    """The answer in its one form, or REFUSED."""
    found: list[Any] = []
    refused = refusal_of(lambda: found.append(values.read(one.question, sent)), Invalid)
    return REFUSED if refused is not None else found[0]


def _reason(form: RequestForm, one: AskedQuestion, name: str) -> str | None:
    marked = one.question.confidential and form.data.get(f"{name}.marked")
    return str(form.data.get(f"{name}.reason", "")).strip() if marked else None


def _answer(one: AskedQuestion, value: Any, reason: str | None) -> Any:
    """An answer with the reason for which it is confidential, if it is."""
    value = None if values.is_empty(value) else value
    return value if reason is None else [value, {"confidential": reason}]


def _plain(name: str, value: Any) -> Any:
    """A value of the form as text, or as sorted texts."""
    if name == fields.MEMBERS.name:
        value = split_entries(value) if isinstance(value, str) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(map(str, value))
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _digest(value: Any) -> str:
    empty = value in ("", None) or value == []
    text = "" if empty else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGITS]


# ------------------------------------------------------------------------------------------------- as texts
def _conflict(form: RequestForm, name: str, saved: Any, typed: Any) -> Conflict:
    field = form[name]
    texts = (_text(form, name, saved), _text(form, name, typed))
    return Conflict(name, str(field.label), field.id_for_label or field.auto_id, *texts, _digest(saved))


def _text(form: RequestForm, name: str, value: Any) -> str:
    one = form.form_questions.asked.get(name)
    if one is not None:
        return _answer_text(one, value)
    field = form.fields[name]
    choices = {str(key): label for key, label in field.widget.choices} if isinstance(field, forms.ChoiceField) else {}
    listed = value if isinstance(value, list) else [value]
    return "\n".join(str(choices.get(each, each)) for each in listed)


def _answer_text(one: AskedQuestion, value: Any) -> str:
    reason = ""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], dict) and set(value[1]) == {"confidential"}:
        value, reason = value[0], "\n" + _("Confidential: %(reason)s") % {"reason": value[1]["confidential"]}
    read = _answer_in(one, value)
    if read is REFUSED:
        return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) + reason
    return "\n".join(values.lines(one.question, read)) + reason


def mark(form: RequestForm, conflicts: list[Conflict]) -> None:
    """The sentence at each field in conflict, and in the summary above the form."""
    for one in conflicts:
        form.add_error(one.name, _("This was also changed in another window. Choose which text to save."))
