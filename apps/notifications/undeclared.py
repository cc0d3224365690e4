"""What notifications say about a case before a committee member declared that they have no conflict of interest."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.urls import Resolver404, resolve

from apps.access_requests.queries_conflicts import valid_declarations
from apps.notifications.recipients import Note


def without_cases(notes: Iterable[Note]) -> list[Note]:
    """The notes; one that leads to a case has neither its title nor a quotation for a reader who has not declared."""
    notes = list(notes)
    cases = {note.path: case for note in notes if (case := _case(note.path)) is not None}
    if not cases:
        return notes
    declarations = valid_declarations().filter(request__in=set(cases.values()))
    declared = set(declarations.values_list("request_id", "person_id"))
    return [
        note if note.path not in cases or (cases[note.path], note.reader.pk) in declared else _bare(note)
        for note in notes
    ]


def _case(path: str) -> UUID | None:
    """The id of the request if the address is that of a case."""
    try:
        found = resolve(path.partition("#")[0].partition("?")[0])
    except Resolver404:
        return None
    return found.kwargs["pk"] if found.url_name == "case" else None


def _bare(note: Note) -> Note:
    facts = note.facts | {"title": note.facts["reference"]} if "title" in note.facts else note.facts
    return replace(note, facts=facts, quoted="")
