"""What was submitted in one round, as a file: JSON that can be imported again, and PDF. Made from the frozen snapshot.

`sha256` is of `request` as canonical JSON (keys sorted, no spaces, UTF-8), as it was written when the round opened; it
differs once texts about people were erased.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from apps.access_requests import fields, form_answers, form_files
from apps.access_requests.cohort_facts import class_in
from apps.access_requests.models import AccessRequest, Round, SharedWork
from apps.access_requests.named import named_members, named_people
from apps.access_requests.purposes import purpose_of
from apps.access_requests.queries import of_person
from apps.access_requests.queries_invitations import invited_in
from apps.access_requests.queries_shared_work import named_in
from apps.access_requests.shared_work import FIELD
from apps.committees.queries import committees_of
from apps.core.pdf import compiled
from apps.datasets.matching.questions import in_words
from apps.datasets.models import Dataset
from apps.forms.answers import Answers
from apps.forms.combined import AskedForm
from apps.forms.definition import Question
from apps.forms.kinds import Type
from apps.forms.queries import versions_by_id
from apps.forms.values import lines
from apps.people.models import Person

FORMAT = "gatehouse-request/1"


def document(request: AccessRequest, seen: Round, reader: Person) -> dict[str, Any]:
    """The round as JSON: the snapshot, and the people and datasets that it names by id.

    A committee gets the answers that its committees may read; `sha256` is of the whole snapshot all the same.
    """
    said = _readable(seen.snapshot, _committees(request, reader))
    people = Person.objects.filter(pk__in=named_people(said)).order_by("name", "pk")
    datasets = Dataset.objects.filter(pk__in=said["datasets"]).order_by("title", "pk")
    return {
        "format": FORMAT,
        "reference": request.reference,
        "round": seen.number,
        "submitted_at": seen.opened_at.isoformat(),
        "sha256": seen.sha256,
        "request": said,
        "people": [{"id": str(one.pk), "code": one.code, "name": one.name} for one in people],
        "datasets": [{"id": str(one.pk), "slug": one.slug, "title": one.title} for one in datasets],
        "invited": [{"id": str(one.pk), "label": one.entry} for one in invited_in(seen)],
        FIELD: [*map(_work, named_in(seen))],
    }


def _work(one: SharedWork) -> dict[str, Any]:
    ids = {"id": str(one.pk), "party": str(one.party_id)}
    return {**ids, "colleague": one.colleague, "work": one.work, "year": one.year}


def _committees(request: AccessRequest, reader: Person) -> set[UUID] | None:
    """The committees for which this person reads; None for the applicant and the members, who read everything."""
    if of_person(reader).filter(pk=request.pk).exists():
        return None
    return set(committees_of(reader).values_list("pk", flat=True))


def _readable(said: dict[str, Any], committees: set[UUID] | None) -> dict[str, Any]:
    """The snapshot without the answers to forms that only another committee may read."""
    if committees is None or not said.get("forms"):
        return said
    asked = {str(one.version): one.answers for one in forms_of(said, committees)}
    rows = []
    for row in said["forms"]:
        kept = asked.get(row["version"], Answers())
        reasons = {"confidential": dict(kept.confidential)} if kept.confidential else {}
        beside = {name: value for name, value in row.items() if name not in ("answers", "confidential")}
        rows.append({**beside, "answers": dict(kept.valid), **reasons})
    versions = versions_by_id(UUID(row["version"]) for row in said["forms"])
    theirs = form_files.readable(said["forms"], versions, committees)
    documents = [one for one in said.get("attachments", ()) if not one["field"] or one["id"] in theirs]
    return {**said, "forms": rows, "attachments": documents}


def forms_of(said: Mapping[str, Any], committees: set[UUID] | None) -> list[AskedForm]:
    """The forms of a snapshot with the answers that these committees may read (None: all)."""
    rows = said.get("forms", [])
    return form_answers.readable(rows, versions_by_id(UUID(row["version"]) for row in rows), committees)


def as_json(written: Mapping[str, Any]) -> bytes:
    """The document as a file that people can read too."""
    return (json.dumps(written, ensure_ascii=False, indent=2) + "\n").encode()


def as_pdf(written: Mapping[str, Any]) -> bytes:
    """The document as a PDF in the reader's language; the same document gives the same bytes."""
    said = written["request"]
    names = {one["id"]: one["name"] for one in written["people"]}
    rows = [(str(field.label), _in_words(field, said.get(field.name)) or "–") for field in _texts()]
    members = [names.get(str(pk)) or gettext("a person whose data were erased") for pk in named_members(said)]
    about = [
        (gettext("Reference"), written["reference"]),
        (gettext("Review round"), str(written["round"])),
        (gettext("Submitted (UTC)"), written["submitted_at"][:16].replace("T", " ")),
        (gettext("Applicant"), names.get(said["applicant"]) or gettext("a person whose data were erased")),
        (str(fields.MEMBERS.label), "; ".join(members) or "–"),
        (str(fields.DATASETS.label), "; ".join(one["title"] for one in written["datasets"])),
    ]
    rows += [*_outside_rows(written, names), *_class_rows(said)]
    for one in forms_of(said, None):
        questions = [question for question in one.definition.questions() if question.key in one.answers.valid]
        rows += [(str(each), "\n".join(_lines(each, one.answers.valid[each.key]))) for each in questions]
    asked = [(one["question"], one["answer"] or "–") for one in said["questions"]]
    title = said[fields.TITLE.name] or written["reference"]
    parts = {
        "title": title, "heading": gettext("Access request"), "reference": written["reference"], "about": about,
        "rows": rows, "questions": gettext("Questions from the committee"), "asked": asked,
        "sha256": gettext("SHA-256 of the request in this round: %(sha256)s") % {"sha256": written["sha256"]},
    }  # fmt: skip
    return compiled(_layout(), parts)


def _outside_rows(written: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """People who are no party: who had not confirmed an invitation, and with whom somebody wrote or worked."""
    erased = gettext("a person whose data were erased")
    invited = [one["label"] or erased for one in written["invited"]]
    works = [
        f"{one['colleague'] or erased}: {one['work'] or '–'}, {one['year']} ({names.get(one['party']) or erased})"
        for one in written[FIELD]
    ]
    rows = [(gettext("Invited, not confirmed"), "\n".join(invited)), (gettext("Shared work"), "\n".join(works))]
    return [row for row in rows if row[1]]


def _class_rows(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The class of the request, with the number of its students."""
    taught = class_in(said)
    if taught is None:
        return []
    return [
        (gettext("Class"), f"{taught.course}, {taught.institution}"),
        (gettext("Days"), f"{taught.first_day.isoformat()} – {taught.last_day.isoformat()}"),
        (gettext("Number of places"), str(taught.places)),
        (gettext("Students"), str(len(taught.students))),
        (gettext("Supervision"), taught.supervision or "–"),
    ]


def _lines(question: Question, answer: Any) -> list[str]:
    """The answer as text; of a file also its SHA-256 (FIPS 180-4, lower-case hex)."""
    if question.type != Type.FILE:
        return lines(question, answer)
    return [part for one in answer for part in (*lines(question, [one]), f"SHA-256 {one['sha256']}")]


def _in_words(field: fields.RequestField, value: Any) -> str:
    return in_words(purpose_of(value)) if field.kind == fields.Kind.ANSWERS else str(value or "")


def _texts() -> list[fields.RequestField]:
    kinds = (fields.Kind.TEXT, fields.Kind.LINE, fields.Kind.DAY, fields.Kind.ANSWERS)
    return [field for field in fields.of_kind(*kinds) if field.in_snapshot and field.name != fields.TITLE.name]


@cache
def _layout() -> bytes:
    return (Path(__file__).parent / "submitted.typ").read_bytes()
