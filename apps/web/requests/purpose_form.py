"""The research purpose as form fields: one for each question, every one optional."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.countries import code_of, name_of
from apps.datasets import diseases
from apps.datasets.matching import Disease, Purpose, purpose_json
from apps.datasets.matching.purpose import LONGEST_TEXT, MOST_COUNTRIES, MOST_DISEASES
from apps.datasets.matching.questions import QUESTIONS, Kind, Question
from apps.web.common.forms import CleanTextField

PREFIX = "about_"
NONE = "none"  # the answer "none of these"
UNANSWERED = ("", gettext_lazy("Not answered"))
FLAGS = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")), UNANSWERED)
SUGGESTED = 4


def purpose_fields() -> dict[str, forms.Field]:
    """A field for each question, by the name that the page sends."""
    return {PREFIX + one.name: MAKERS[one.kind](one) for one in QUESTIONS}


def purpose_names() -> list[str]:
    return [PREFIX + one.name for one in QUESTIONS]


def _said(question: Question) -> dict[str, Any]:
    return {"label": question.question, "help_text": question.hint, "required": False}


def _one(question: Question) -> forms.Field:
    choices = FLAGS if question.kind == Kind.FLAG else (*question.choices, UNANSWERED)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **_said(question))


def _some(question: Question) -> forms.Field:
    choices = list(question.choices)
    if question.name == "sensitive":
        choices.append((NONE, gettext_lazy("None of these")))
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **_said(question))


def _lines(question: Question) -> forms.Field:
    box = forms.Textarea(attrs={"rows": 3, "autocapitalize": "none"})
    return CleanTextField(max_length=MOST_DISEASES * LONGEST_TEXT, widget=box, **_said(question))


def _line(question: Question) -> forms.Field:
    return CleanTextField(max_length=LONGEST_TEXT * (1 if question.kind == Kind.LINE else 5), **_said(question))


def _day(question: Question) -> forms.Field:
    box = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=box, **_said(question))


MAKERS: dict[Kind, Callable[[Question], forms.Field]] = {
    Kind.FLAG: _one, Kind.ONE: _one, Kind.SOME: _some, Kind.DISEASES: _lines, Kind.COUNTRIES: _line,
    Kind.DAY: _day, Kind.LINE: _line,
}  # fmt: skip


# ---------------------------------------------------------------------------------------------- from answers and back
def purpose_initial(purpose: Purpose) -> dict[str, Any]:
    """The answers as the form shows them."""
    return {PREFIX + one.name: _typed(one, getattr(purpose, one.name)) for one in QUESTIONS}


def _typed(question: Question, said: Any) -> Any:
    if said is None:
        return [] if question.kind == Kind.SOME else ""
    if question.kind == Kind.FLAG:
        return "yes" if said else "no"
    if question.kind == Kind.DISEASES:
        return "\n".join(map(diseases.shown, said))
    if question.kind == Kind.COUNTRIES:
        return ", ".join(sorted(map(name_of, said)))
    if question.kind == Kind.SOME:
        return sorted(said) or ([NONE] if question.name == "sensitive" else [])
    return said


def read_answers(cleaned: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The purpose as JSON, and by field what is wrong."""
    answers: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for one in QUESTIONS:
        value = cleaned.get(PREFIX + one.name)
        if value in (None, "", []):
            continue
        try:
            answers[one.name] = READ[one.kind](value)
        except ValueError as fault:
            faults[PREFIX + one.name] = str(fault)
    return purpose_json(Purpose(**answers)), faults


def _read_some(value: list[str]) -> frozenset[str]:
    if NONE in value and len(value) > 1:
        raise ValueError(_("Select either “None of these” or what the project does."))
    return frozenset(value) - {NONE}


def _read_diseases(value: str) -> tuple[Disease, ...]:
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    if len(lines) > MOST_DISEASES:
        raise ValueError(_("Enter at most %(most)s diseases.") % {"most": MOST_DISEASES})
    if any(len(line) > LONGEST_TEXT for line in lines):
        raise ValueError(_("Use at most %(most)s characters for each disease.") % {"most": LONGEST_TEXT})
    if refused := diseases.obsolete(lines):
        raise ValueError(" ".join(refused))
    return tuple(dict.fromkeys(map(diseases.named, lines)))


def _read_countries(value: str) -> frozenset[str]:
    names = [one.strip() for one in value.replace(";", ",").replace("\n", ",").split(",") if one.strip()]
    codes = {name: code_of(name) for name in names}
    unknown = [name for name, code in codes.items() if len(code) != 2 or code == "EU"]
    if unknown:
        raise ValueError(_("“%(name)s” is not a country.") % {"name": unknown[0][:60]})
    if len(codes) > MOST_COUNTRIES:
        raise ValueError(_("Enter at most %(most)s countries.") % {"most": MOST_COUNTRIES})
    return frozenset(codes.values())


def _read_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.FLAG: lambda value: value == "yes", Kind.ONE: str, Kind.SOME: _read_some, Kind.DISEASES: _read_diseases,
    Kind.COUNTRIES: _read_countries, Kind.DAY: lambda value: value, Kind.LINE: _read_line,
}  # fmt: skip


def unclear_diseases(purpose: Purpose) -> list[dict[str, Any]]:
    """The diseases without an id, each with those of the ontology that it may be."""
    free = [one.label for one in purpose.diseases or () if not one.id]
    return [
        {"text": text, "found": [str(term) for term in diseases.find_diseases(text, most=SUGGESTED)]} for text in free
    ]
