"""A form as data: sections, their questions and texts in several languages. Plain values, without the database."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from apps.forms.kinds import SILENT, Readers, Type

FORMAT = "gatehouse-form/1"  # the value of `format` in the JSON of a form
DEFAULT_LANGUAGE = "en"  # every text has it; a reader of a language that is missing reads this one

Texts = Mapping[str, str]  # language code (ISO 639-1) and text
Json = Any


def in_language(texts: Texts) -> str:
    """The text in the reader's language, or in English."""
    code = (get_language() or DEFAULT_LANGUAGE).split("-")[0]
    return texts.get(code) or texts.get(DEFAULT_LANGUAGE, "")


@dataclass(frozen=True)
class Option:
    """One answer to choose. The key is stored, the label is shown."""

    key: str
    label: Texts

    def __str__(self) -> str:
        return in_language(self.label)


@dataclass(frozen=True)
class Question:
    """One question, or one column of a table.

    `least` and `most` count characters of a text, choices, rows, countries or variables, and limit the value of a
    number; `most_words` counts words. `earliest` and `latest` are days (ISO 8601) or "today". `largest` is the size
    of a file in bytes, `formats` are file name extensions. `refers_to` names the rule that wants the question, such as
    "EHDS 67(2)(a)". `visible_if` is a condition of `apps.forms.visibility`; without one the question is always shown.
    """

    key: str
    type: Type
    label: Texts
    help: Texts = field(default_factory=dict)
    required: bool = False
    readers: Readers = Readers.COMMITTEES
    confidential: bool = False
    visible_if: Json = None
    prefill: str = ""
    refers_to: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    most_words: int | None = None
    earliest: str = ""
    latest: str = ""
    options: tuple[Option, ...] = ()
    columns: tuple["Question", ...] = ()
    formats: tuple[str, ...] = ()
    largest: int | None = None

    def __str__(self) -> str:
        return in_language(self.label)

    @property
    def asks(self) -> bool:
        """Whether there is something to answer."""
        return self.type not in SILENT

    @property
    def is_private(self) -> bool:
        """Whether only the committee that asks reads the answer."""
        return self.readers == Readers.COMMITTEE

    @property
    def hint(self) -> str:
        return in_language(self.help)

    @cached_property
    def field_name(self) -> str:
        """The name of the field on a page: the same for questions that are answered once."""
        text = json.dumps(shape_of(self), sort_keys=True, ensure_ascii=False)
        return f"q-{self.key}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def option(self, key: str) -> Option | None:
        return next((one for one in self.options if one.key == key), None)


@dataclass(frozen=True)
class Section:
    key: str
    title: Texts
    help: Texts = field(default_factory=dict)
    visible_if: Json = None
    questions: tuple[Question, ...] = ()

    def __str__(self) -> str:
        return in_language(self.title)

    @property
    def hint(self) -> str:
        return in_language(self.help)


@dataclass(frozen=True)
class Definition:
    """A whole form."""

    name: Texts
    about: Texts = field(default_factory=dict)
    sections: tuple[Section, ...] = ()

    def __str__(self) -> str:
        return in_language(self.name)

    @property
    def summary(self) -> str:
        return in_language(self.about)

    def questions(self) -> Iterator[Question]:
        """Every question in the order of the form."""
        for section in self.sections:
            yield from section.questions

    def numbered(self) -> dict[str, str]:
        """The number of each question by its key: `2.3` is the third of the second section."""
        return {
            question.key: f"{at}.{place}"
            for at, section in enumerate(self.sections, start=1)
            for place, question in enumerate(section.questions, start=1)
        }

    def question(self, key: str) -> Question | None:
        return next((one for one in self.questions() if one.key == key), None)

    def section_of(self, key: str) -> Section | None:
        """The section of the question with this key."""
        return next((one for one in self.sections if any(q.key == key for q in one.questions)), None)


def to_json(definition: Definition) -> dict[str, Any]:
    """The form as JSON, without what has its default; `parsing.parse` of it gives the same form."""
    return {"format": FORMAT, **_members(definition)}


def question_json(question: Question) -> dict[str, Any]:
    """One question, or one column, as JSON."""
    return _members(question)


def canonical(definition: Definition) -> str:
    """The form as one text that is the same for the same form: its SHA-256 names the form."""
    return json.dumps(to_json(definition), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256_of(definition: Definition) -> str:
    return hashlib.sha256(canonical(definition).encode()).hexdigest()


def _members(thing: Any) -> dict[str, Any]:
    found = {one.name: getattr(thing, one.name) for one in fields(thing)}
    return {name: _plain(value) for name, value in found.items() if name in KEPT or not _is_default(value)}


def _is_default(value: Any) -> bool:
    return value is None or value is False or value in ("", (), {}, Readers.COMMITTEES)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [one if isinstance(one, str) else _members(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, Type | Readers) else value


KEPT = ("key", "type", "label", "name", "title")


def shape_of(question: Question) -> dict[str, Any]:
    """What makes an answer mean the same: two committees that ask with one key and one shape are answered once.

    Texts may differ, and whether the answer is required or when the question is shown.
    """
    shape = _members(question)
    for name in ("label", "help", "required", "visible_if", "prefill", "refers_to"):
        shape.pop(name, None)
    shape["options"] = [option.key for option in question.options]
    shape["columns"] = [shape_of(column) for column in question.columns]
    return shape
