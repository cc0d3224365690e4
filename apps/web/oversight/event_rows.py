"""Events as an auditor reads them: a sentence, who acted, and what it was about, by name; ids stay in the details."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests.models import AccessRequest
from apps.agreements.models import Agreement
from apps.audit.models import Event
from apps.committees.models import Committee
from apps.datasets.models import Dataset, Distribution
from apps.people.models import Institution, Person
from apps.web.common.csv_export import AT_ONCE, MOST_ROWS
from apps.web.common.history import NAMED_ACTORS, noun_of, sentence_of
from apps.web.oversight.event_filters import DATASET, FILE, REFERENCE


@dataclass(frozen=True)
class Thing:
    """A thing by its name, with the address of the events about it (of the record, for a person)."""

    name: str
    url: str = ""


class Names:
    """The names of everything that these events concern; seven statements, however many events there are."""

    def __init__(self, events: Iterable[Event]) -> None:
        ids: set[UUID] = set()
        for event in events:
            ids |= {pk for pk in (event.actor_id, event.subject_id, *event.about) if pk is not None}
        self.people = {one.pk: one for one in Person.objects.filter(pk__in=ids)}
        self.datasets = {one.pk: one for one in Dataset.objects.filter(pk__in=ids)}
        self._things = {
            **{pk: _searched(one.title, DATASET, one.slug) for pk, one in self.datasets.items()},
            **{one.pk: _searched(one.reference, REFERENCE) for one in AccessRequest.objects.filter(pk__in=ids)},
            **{one.pk: _searched(one.reference, REFERENCE) for one in Agreement.objects.filter(pk__in=ids)},
            **{one.pk: _searched(one.name, FILE, str(one.pk)) for one in Distribution.objects.filter(pk__in=ids)},
            **{one.pk: Thing(one.name) for one in Committee.objects.filter(pk__in=ids)},
            **{one.pk: Thing(one.name) for one in Institution.objects.filter(pk__in=ids)},
        }

    def person(self, pk: UUID) -> Thing | None:
        person = self.people.get(pk)
        return Thing(str(person), reverse("person_record", args=[person.code])) if person is not None else None

    def actor(self, event: Event) -> Thing:
        """Who acted; a person whose row is not known any more is said to be one."""
        if event.actor_id is None:
            return Thing(str(NAMED_ACTORS[event.actor_kind]))
        return self.person(event.actor_id) or Thing(_("Unknown person"))

    def concerned(self, event: Event) -> list[Thing]:
        """People other than the actor first, then requests and agreements, datasets, files and the rest."""
        ids = list(dict.fromkeys(pk for pk in (event.subject_id, *event.about) if pk is not None))
        people = [self.person(pk) for pk in ids if pk != event.actor_id]
        return [one for one in people if one is not None] + [
            thing for pk, thing in self._things.items() if pk in set(ids)
        ]

    def name_of(self, pk: UUID) -> str:
        """The name of the person or thing with this id; empty if it is not known here."""
        known = self.person(pk) or self._things.get(pk)
        return known.name if known is not None else ""

    def dataset_of(self, event: Event) -> str:
        return next((self.datasets[pk].title for pk in event.about if pk in self.datasets), "")


def _searched(name: str, by: str, value: str = "") -> Thing:
    return Thing(name, f"{reverse('events')}?{urlencode({by: value or name})}")


def rows_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row an event for the page and for an export."""
    names = Names(events)
    return [_row(event, names) for event in events]


def _row(event: Event, names: Names) -> dict[str, Any]:
    what, icon, tone = sentence_of(event, dataset=names.dataset_of(event))
    return {
        "event": event,
        "day": localtime(event.at).date(),
        "what": what,
        "icon": icon,
        "tone": tone,
        "actor": names.actor(event),
        "things": names.concerned(event),
        "facts": dict(sorted(event.facts.items())),
        "about": [(pk, names.name_of(pk)) for pk in event.about],
        "noun": noun_of(event),
        "url": reverse("event", args=[event.pk]),
    }


COLUMNS: list[tuple[Any, Callable[[dict[str, Any]], Any]]] = [
    (gettext_lazy("Event number"), lambda row: row["event"].pk),
    (gettext_lazy("Date and time (UTC)"), lambda row: row["event"].at),
    (gettext_lazy("Event type"), lambda row: row["event"].kind),
    (gettext_lazy("What"), lambda row: row["what"]),
    (gettext_lazy("Who"), lambda row: row["actor"].name),
    (gettext_lazy("About"), lambda row: [thing.name for thing in row["things"]]),
    (gettext_lazy("Details"), lambda row: [f"{name}={value}" for name, value in row["facts"].items()]),
    (gettext_lazy("Who (ID)"), lambda row: row["event"].actor_id or row["event"].actor_kind),
    (gettext_lazy("About (IDs)"), lambda row: ids_of(row["event"])),
    (gettext_lazy("Server log reference"), lambda row: row["event"].correlation),
]


def ids_of(event: Event) -> list[str]:
    """The ids of everything that the event is about, the subject first."""
    ids = [event.subject_id, *event.about]
    return list(dict.fromkeys(str(pk) for pk in ids if pk is not None))


def json_lines(events: QuerySet[Event]) -> Iterator[bytes]:
    """The events as JSON, one a line, for programs: codes, ids and facts, no names."""
    keys = list(events.values_list("pk", flat=True)[:MOST_ROWS])
    for at in range(0, len(keys), AT_ONCE):
        found = {one.pk: one for one in events.filter(pk__in=keys[at : at + AT_ONCE])}
        lines = (json.dumps(_plain(found[key])) for key in keys[at : at + AT_ONCE] if key in found)
        yield "".join(f"{line}\n" for line in lines).encode()


def _plain(event: Event) -> dict[str, Any]:
    return {
        "number": event.pk,
        "at": event.at.astimezone(UTC).isoformat(),
        "kind": event.kind,
        "actor_kind": event.actor_kind,
        "actor": str(event.actor_id) if event.actor_id else None,
        "subject_type": event.subject_type,
        "subject": str(event.subject_id) if event.subject_id else None,
        "about": [str(pk) for pk in event.about],
        "correlation": event.correlation,
        "facts": event.facts,
    }
