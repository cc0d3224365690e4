"""Small forms and answers for the tests of forms."""

from typing import Any

from apps.forms.definition import Definition
from apps.forms.kinds import Type
from apps.forms.parsing import parse

ROR, ORCID = "https://ror.org/03yrm5c26", "https://orcid.org/0000-0002-1825-0097"
# A valid answer to each type of question, as it is stored.
VALID: dict[Type, Any] = {
    Type.TEXT: "Text", Type.LONG_TEXT: "A long text of several words. " * 8, Type.NUMBER: 2000,
    Type.DATE: "2099-02-28", Type.PERIOD: {"from": "2020-01-01", "until": "2020-12-31"}, Type.EMAIL: "a@example.org",
    Type.PHONE: "+45 33 33 33 33", Type.URL: "https://example.org/", Type.ORCID: ORCID, Type.ORGANISATION: ROR,
    Type.COUNTRY: ["DK"], Type.PERSON: {"name": "Ann Holm"}, Type.VARIABLES: ["age"],
    Type.FILE: [{"id": "018f", "name": "plan.pdf", "size": 2000, "sha256": "ab" * 32}],
}  # fmt: skip


def question(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "label": {"en": key.capitalize()}} | more


def form(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The JSON of a form with one section."""
    section = {"key": "one", "title": {"en": "One"}, "questions": list(questions)}
    return {"format": "gatehouse-form/1", "name": {"en": "A form"}, "sections": [section]} | more


def yes_no(key: str, **more: Any) -> dict[str, Any]:
    options = [{"key": "yes", "label": {"en": "Yes"}}, {"key": "no", "label": {"en": "No"}}]
    return question(key, "choice", options=options, **more)


def read(*questions: dict[str, Any]) -> Definition:
    return parse(form(*questions))


def filled(definition: Definition) -> dict[str, Any]:
    """A valid answer to every question, also to hidden ones; each choice is the first option."""
    return {one.key: answer(one) for one in definition.questions() if one.asks}


def answer(one: Any) -> Any:
    if one.type == Type.CHOICE:
        return one.options[0].key
    if one.type == Type.CHOICES:
        return [option.key for option in one.options]
    if one.type == Type.TABLE:
        return [{column.key: answer(column) for column in one.columns}]
    if one.type == Type.NUMBER:
        return one.most or VALID[Type.NUMBER]
    if one.type in (Type.DATE, Type.PERIOD) and one.latest:
        return "2020-01-01" if one.type == Type.DATE else VALID[Type.PERIOD]
    if one.type == Type.PERIOD and one.earliest:
        return {"from": "2099-01-01", "until": "2099-12-31"}
    return VALID[one.type]
