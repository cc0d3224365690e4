"""A request as JSON (`submitted.document`), read back: every wrong field is named by its path. Pure functions."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests import fields, imported_work, shared_work
from apps.access_requests.fields import Kind, RequestField
from apps.access_requests.purposes import checked
from apps.access_requests.submitted import FORMAT
from apps.core.errors import Invalid
from apps.core.identifiers import uuids
from apps.core.text import typed

MOST_BYTES = 1_000_000
MOST_NAMED = 100  # wrong values in one refusal
DOCUMENT_KEYS = {"format", "reference", "round", "submitted_at", "sha256", "request", "people", "datasets"} | {
    "invited", shared_work.FIELD,
}  # fmt: skip
BESIDE = {
    "reference",
    "applicant",
    "questions",
    "forms",
    "attachments",
    "class",
    "supervision",
    "invited",  # people who have not confirmed are invited again, or not
    shared_work.FIELD,  # its texts are beside the request
}  # of a snapshot, beside the fields


@dataclass
class Imported:
    """What the draft takes over: values of its columns by name, short names of datasets, colleague codes, and the
    answers to forms with the reasons of confidential ones, by the id of the version.
    """

    values: dict[str, Any] = field(default_factory=dict)
    datasets: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    works: list[imported_work.Said] = field(default_factory=list)
    answers: dict[UUID, tuple[dict[str, Any], dict[str, str]]] = field(default_factory=dict)


class _Wrong(Exception):
    """One value that is not as it should be: a sentence."""


def parsed(content: bytes) -> Any:
    """The value of the file; raises Invalid for one that is too large, not UTF-8 or not JSON."""
    if len(content) > MOST_BYTES:
        raise Invalid(_("The file is larger than 1 MB."), field="file")
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid(_("The file is not valid JSON in UTF-8."), field="file") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def read(data: Any) -> Imported:
    """The request in the document; raises Invalid whose `fields` have a sentence by the path of what is wrong."""
    wrong: dict[str, str] = {}
    if not isinstance(data, dict):
        raise Invalid(
            _(
                "The file does not contain a request. Use the file that “Request as JSON” on the page of a request "
                "downloads."
            ),
            fields={"file": _("It must be a JSON object.")},
        )
    if data.get("format") != FORMAT:
        wrong["format"] = _("The format must be “%(format)s”.") % {"format": FORMAT}
    wrong |= {name: _("This field is unknown. Remove it.") for name in sorted(set(data) - DOCUMENT_KEYS)}
    said = data.get("request")
    if not isinstance(said, dict):
        wrong["request"] = _("It must be a JSON object.")
        said = {}
    known = BESIDE | {one.name for one in fields.FIELDS}
    wrong |= {f"request.{name}": _("This field is unknown. Remove it.") for name in sorted(set(said) - known)}
    found = Imported()
    for one in fields.FIELDS:
        _take(one, said, data, found, wrong)
    found.works = imported_work.read_works(data, said, wrong)
    wrong |= imported_work.class_refused(said)
    found.answers = _answers(said.get("forms", []), wrong)
    if wrong:
        raise refused(wrong)
    return found


def refused(wrong: Mapping[str, str]) -> Invalid:
    """The refusal that names what is wrong by path, the first hundred of many; says how many more there are."""
    named = {path[:100]: text for path, text in list(wrong.items())[:MOST_NAMED]}
    more = len(wrong) - MOST_NAMED
    if more <= 0:
        return Invalid(_("The file was not imported."), fields=named)
    said = ngettext(
        "The file was not imported. %(n)s more value is wrong.",
        "The file was not imported. %(n)s more values are wrong.",
        more,
    )
    return Invalid(said % {"n": more}, fields=named)


def _take(
    one: RequestField, said: Mapping[str, Any], data: Mapping[str, Any], found: Imported, wrong: dict[str, str]
) -> None:
    path = f"request.{one.name}"
    if one.kind == Kind.DATASETS:
        found.datasets = _named(said.get(one.name, []), path, _index(data, "datasets", "slug", wrong), one.most, wrong)
    elif one.kind == Kind.PEOPLE:
        found.members = _named(said.get(one.name, []), path, _index(data, "people", "code", wrong), one.most, wrong)
    elif one.name in said:
        try:
            found.values[one.name] = VALUES[one.kind](one, said[one.name])
        except _Wrong as refusal:
            wrong[path] = str(refusal)


def _answers(rows: Any, wrong: dict[str, str]) -> dict[UUID, tuple[dict[str, Any], dict[str, str]]]:
    """The answers of each form; which of them are valid says the form itself, as when they are typed."""
    if not isinstance(rows, list):
        wrong["request.forms"] = _("It must be a list.")
        return {}
    found = {}
    for number, row in enumerate(rows):
        path, row = f"request.forms[{number}]", row if isinstance(row, dict) else {}
        version = next(iter(uuids([str(row.get("version", ""))])), None)
        said, reasons = row.get("answers", {}), row.get("confidential", {})
        if version is None:
            wrong[f"{path}.version"] = _("It must be the id of a version of a form.")
        elif not isinstance(said, dict):
            wrong[f"{path}.answers"] = _("It must be a JSON object.")
        elif not isinstance(reasons, dict) or not all(isinstance(text, str) for text in reasons.values()):
            wrong[f"{path}.confidential"] = _("It must be a JSON object.")
        else:
            found[version] = (said, reasons)
    return found


def _text(one: RequestField, value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(_("It must be text."))
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise _Wrong(_("The text contains characters that cannot be stored."))
    if one.most and len(value) > one.most:
        raise _Wrong(_("It must have at most %(most)s characters.") % {"most": one.most})
    try:
        return typed(value, field=one.name)
    except Invalid as refusal:
        raise _Wrong(refusal.sentence) from None


def _day(_one: RequestField, value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-01-31") else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise _Wrong(_("It must be a date such as 2027-06-30, or null."))


def _purpose(_one: RequestField, value: Any) -> dict[str, Any]:
    try:
        return checked(value)
    except Invalid as refusal:
        raise _Wrong(refusal.sentence) from None


VALUES: dict[Kind, Callable[[RequestField, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.LINE: _text,
    Kind.DAY: _day,
    Kind.ANSWERS: _purpose,
}


def _index(data: Mapping[str, Any], name: str, value: str, wrong: dict[str, str]) -> dict[str, str]:
    """The short name or code of each thing by its id, from the list beside the request."""
    listed, found = data.get(name, []), {}
    if not isinstance(listed, list):
        wrong[name] = _("It must be a list.")
        return {}
    for number, one in enumerate(listed):
        if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not isinstance(one.get(value), str):
            wrong[f"{name}[{number}]"] = _("It must be an object with “id” and “%(name)s”.") % {"name": value}
        else:
            found[one["id"]] = one[value]
    return found


def _named(listed: Any, path: str, known: Mapping[str, str], most: int, wrong: dict[str, str]) -> list[str]:
    """The names of the ids in the list; each that is not known is wrong."""
    if not isinstance(listed, list):
        wrong[path] = _("It must be a list.")
        return []
    if len(listed) > most:
        wrong[path] = _("It must have at most %(most)s entries.") % {"most": most}
        return []
    names = []
    for number, pk in enumerate(listed):
        if isinstance(pk, str) and pk in known:
            names.append(known[pk])
        else:
            wrong[f"{path}[{number}]"] = _("This id is in neither “datasets” nor “people” of the file.")
    return names
