"""Whom or what an auditor means by a few words: a person, a request, an agreement, a dataset, a file, an event."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest, Item
from apps.agreements.models import Agreement
from apps.audit.queries import by_or_concerning, concerning, event_numbered
from apps.core.identifiers import in_reference_form, plain_reference, similar_codes
from apps.datasets.models import Dataset, Distribution, Version
from apps.grants.models import AccessGrant
from apps.people.models import Person
from apps.people.queries import named

CHOICES = 10
REFERENCE = 8  # characters of the code of a reference
EVENT_DIGITS = 19


@dataclass(frozen=True)
class Suggestion:
    """One thing that the words may mean: what to enter for exactly this one, its name and a note."""

    value: str
    name: str
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What the words mean. `events` is the condition on events; without one nothing, or several things, are meant."""

    events: Q | None = None
    ids: tuple[UUID, ...] = ()
    name: str = ""
    choices: tuple[Suggestion, ...] = ()
    similar: tuple[Suggestion, ...] = ()
    person: Person | None = None
    dataset: Dataset | None = None


def person_meant(words: str) -> Found:
    """A person by name, e-mail address, ORCID iD or colleague code, or a part of them."""
    people = list(named(Person.objects.select_related("institution").order_by("name", "pk"), words)[: CHOICES + 1])
    if len(people) != 1:
        return Found(choices=tuple(person_suggestion(one) for one in people[:CHOICES]))
    person = people[0]
    ids = (person.pk, *Person.objects.filter(merged_into=person).values_list("pk", flat=True))
    return Found(by_or_concerning(ids), ids, str(person), person=person)


def person_suggestion(person: Person) -> Suggestion:
    return Suggestion(person.code, str(person), str(person.institution or person.email))


def dataset_meant(words: str) -> Found:
    """A dataset by its short name or by words of its title; drafts and withdrawn ones included."""
    exact = Dataset.objects.filter(slug=words.strip().lower())
    titled = Dataset.objects.select_related("institution").order_by("title", "pk")
    for word in words.split()[:10]:
        titled = titled.filter(title__icontains=word)
    found = list(exact) or list(titled[: CHOICES + 1])
    if len(found) != 1:
        choices = (Suggestion(one.slug, one.title, str(one.institution or "")) for one in found[:CHOICES])
        return Found(choices=tuple(choices))
    dataset = found[0]
    ids = (dataset.pk, *Version.objects.filter(dataset=dataset).values_list("pk", flat=True))
    return Found(concerning(ids), ids, dataset.title, dataset=dataset)


def file_meant(words: str) -> Found:
    """A file by its ID or its name, or a part of the name; files of drafts and withdrawn versions included."""
    every = Distribution.objects.select_related("version__dataset").order_by("name", "-uploaded_at", "pk")
    try:
        found = list(every.filter(pk=UUID(words.strip())))
    except ValueError:
        found = list(every.filter(name__iexact=words)[: CHOICES + 1])
        found = found or list(every.filter(name__icontains=words)[: CHOICES + 1])
    if len(found) != 1:
        return Found(choices=tuple(_file_suggestion(one) for one in found[:CHOICES]))
    return Found(concerning([found[0].pk]), (found[0].pk,), found[0].name)


def _file_suggestion(file: Distribution) -> Suggestion:
    said = {"dataset": file.version.dataset.title, "number": file.version.number}
    return Suggestion(str(file.pk), file.name, _("%(dataset)s, version %(number)s") % said)


def reference_meant(typed: str) -> Found:
    """A request, an agreement or an event by its reference or number; hyphens and case do not matter."""
    digits = unicodedata.normalize("NFKC", typed).strip().lstrip("#").replace(",", "").replace(".", "").replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= EVENT_DIGITS:
        event = event_numbered(int(digits))
        return Found(Q(pk=event.pk), name=f"{event.pk}") if event is not None else Found()
    prefix, code = plain_reference(typed)
    if len(code) == REFERENCE:
        found = _of_request(prefix, code) or _of_agreement(prefix, code)
        if found is not None:
            return found
    return Found(similar=tuple(_similar(prefix, code)))


def _of_request(prefix: str, code: str) -> Found | None:
    request = AccessRequest.objects.filter(reference=in_reference_form("DAR", code)).first()
    if prefix == "DUA" or request is None:
        return None
    agreements = Agreement.objects.filter(item__request=request)
    items = Item.objects.filter(request=request)
    grants = AccessGrant.objects.filter(agreement__item__request=request)
    ids = (request.pk, *_ids(items), *_ids(agreements), *_ids(grants))
    return Found(concerning(ids), ids, request.reference)


def _of_agreement(prefix: str, code: str) -> Found | None:
    agreement = Agreement.objects.filter(reference=in_reference_form("DUA", code)).first()
    if prefix == "DAR" or agreement is None:
        return None
    ids = (agreement.pk, *_ids(AccessGrant.objects.filter(agreement=agreement)))
    return Found(concerning(ids), ids, agreement.reference)


def _ids(rows: QuerySet[Any]) -> Sequence[UUID]:
    return list(rows.order_by().values_list("pk", flat=True))


def _similar(prefix: str, code: str) -> list[Suggestion]:
    """References that differ in one place; only asked when there is none as typed."""
    patterns = [in_reference_form("", one)[1:] for one in similar_codes(code)]
    if not patterns:
        return []
    models: list[tuple[str, Any]] = [("DAR", AccessRequest), ("DUA", Agreement)]
    found: list[str] = []
    for one, model in models:
        if prefix in {"", one}:
            rows = model.objects.filter(reference__regex=f"^{one}-({'|'.join(patterns)})$").order_by("reference")
            found += rows.values_list("reference", flat=True)[:CHOICES]
    return [Suggestion(reference, reference) for reference in found]
