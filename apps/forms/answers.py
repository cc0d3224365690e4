"""The answers to a form: which are valid, what is still missing, and what the committee gets. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Invalid
from apps.forms import values
from apps.forms.definition import Definition, Question
from apps.forms.kinds import Type
from apps.forms.visibility import shown_keys

MOST_REASON = 500  # characters of the reason for which an answer is confidential


@dataclass(frozen=True)
class Answers:
    """What a request has for one form, each part by the key of its question.

    `valid` are answers in their one form (`apps.forms.values`); `typed` is what was typed instead and is not valid;
    `confidential` are the reasons for which the applicant marked an answer.
    """

    valid: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    confidential: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, found: Mapping[str, Any]) -> "Answers":
        """From the JSON that `as_json` gives; what is missing is empty."""
        return cls(*(dict(found.get(name, {})) for name in ("valid", "typed", "confidential")))

    def as_json(self) -> dict[str, Any]:
        return {"valid": dict(self.valid), "typed": dict(self.typed), "confidential": dict(self.confidential)}


def read(definition: Definition, sent: Mapping[str, Any], reasons: Mapping[str, str]) -> Answers:
    """What was sent, by the keys of the questions: valid answers in their one form, others as they were typed.

    Files are never sent as an answer: they are attached, and whoever stores them adds them to the answers.
    """
    valid, typed = {}, {}
    for question in definition.questions():
        if question.key not in sent or question.type == Type.FILE:
            continue
        try:
            answer = values.read(question, sent[question.key])
        except Invalid:
            typed[question.key] = storable(sent[question.key])
            continue
        if answer is not None:
            valid[question.key] = answer
    allowed = {question.key for question in definition.questions() if question.confidential}
    marked = {key: reasons[key][:MOST_REASON].strip() for key in reasons if key in allowed}
    return Answers(valid, typed, marked)


def storable(sent: Any) -> Any:
    """What was typed without what the database cannot store: NUL and lone surrogates."""
    if isinstance(sent, str):
        return sent.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(sent, list):
        return [storable(one) for one in sent]
    if isinstance(sent, Mapping):
        return {storable(str(name)): storable(one) for name, one in sent.items()}
    return sent


def wrong(definition: Definition, answers: Answers) -> dict[str, str]:
    """What is wrong with each answer that is not valid, also of hidden questions, by key."""
    says = {}
    for question in definition.questions():
        if question.key in answers.typed:
            try:
                values.read(question, answers.typed[question.key])
            except Invalid as refusal:
                says[question.key] = refusal.sentence
    return says


def missing(definition: Definition, answers: Answers) -> dict[str, str]:
    """What stands between these answers and a committee, by key: wrong and missing answers of shown questions."""
    shown = shown_keys(definition, answers.valid)
    refused = wrong(definition, answers)
    says: dict[str, str] = {}
    for question in definition.questions():
        if question.key not in shown or not question.asks:
            continue
        if question.key in refused:
            says[question.key] = refused[question.key]
        elif question.required and question.key not in answers.valid:
            says[question.key] = needed(question)
        elif answers.confidential.get(question.key) == "":
            says[question.key] = _("Enter the reason why this answer is confidential.")
    return says


def needed(question: Question) -> str:
    """The sentence for a question that must be answered."""
    if question.type == Type.FILE:
        return _("Attach a file for “%(question)s”.") % {"question": question}
    if question.type in (Type.CHOICE, Type.CHOICES):
        return _("Choose an answer to “%(question)s”.") % {"question": question}
    return _("Answer “%(question)s”.") % {"question": question}


def final(definition: Definition, answers: Answers) -> dict[str, Any]:
    """What is frozen for the committee: the answers to shown questions, and the reasons of confidential ones."""
    shown = shown_keys(definition, answers.valid)
    frozen = {key: answer for key, answer in answers.valid.items() if key in shown}
    reasons = {key: reason for key, reason in answers.confidential.items() if key in frozen and reason}
    return {"answers": frozen} | ({"confidential": reasons} if reasons else {})


def moved(answers: Answers, old: Definition, new: Definition) -> Answers:
    """The same answers for another version of the form: what is valid there stays valid, the rest is kept as typed.

    An answer to a question that the new version does not ask is left out.
    """
    sent = {key: answer for key, answer in {**answers.valid, **answers.typed}.items() if new.question(key) is not None}
    for key, answer in answers.valid.items():
        asked, before = new.question(key), old.question(key)
        if asked is not None and before is not None and asked.type != before.type:
            sent[key] = "\n".join(values.lines(before, answer)) if isinstance(answer, list | dict) else answer
    return read(new, sent, answers.confidential)
