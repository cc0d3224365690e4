"""The research purpose of a request: read, compared with the use conditions of its datasets, and what that limits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import formats
from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest
from apps.access_requests.queries import people_of, with_purpose
from apps.access_requests.states import ItemState
from apps.core import clock
from apps.core.errors import Invalid
from apps.datasets.conditions import Use, in_order
from apps.datasets.diseases import ancestry_of
from apps.datasets.matching import Match, Outcome, Purpose, Recipient, ShapeError, match, purpose_json, read_purpose
from apps.datasets.models import Condition, Dataset
from apps.people.models import Person

FIELD = "research_purpose"


class Matched(NamedTuple):
    """A dataset with its comparison."""

    dataset: Dataset
    match: Match


def checked(value: Any) -> dict[str, Any]:
    """The answers as they are stored. Raises Invalid for JSON that is no purpose."""
    try:
        return purpose_json(read_purpose(value))
    except ShapeError as fault:
        said = _("The research purpose is not valid: %(why)s.") % {"why": fault}
        raise Invalid(said, fields={FIELD: said}) from fault


def purpose_of(value: Any) -> Purpose:
    """The purpose that a request or a snapshot holds; a shape that is unknown has no answers, so a person checks."""
    try:
        return read_purpose(value or {})
    except ShapeError:
        return Purpose()


def last_purpose(person: Person) -> tuple[Purpose, AccessRequest] | None:
    """The purpose that the person wrote last, in a draft or an earlier request; one statement."""
    found = with_purpose(person).first()
    return (purpose_of(found.research_purpose), found) if found is not None else None


def recipients(people: Iterable[Person]) -> list[Recipient]:
    """These people as matching knows them, with their institutions and the identifiers that are verified."""
    found = []
    for person in people:
        home = person.institution
        names = {home.name, home.ror} if home is not None else set()
        proofs = {person.email if person.email_verified else "", person.orcid, person.orcid.rsplit("/", 1)[-1]}
        country = home.country.upper() if home is not None else ""
        found.append(Recipient(frozenset(names - {""}), country, frozenset(proofs - {""})))
    return found


def matches(
    purpose: Purpose, datasets: Iterable[Dataset], people: Iterable[Person] | None = None, *, today: date | None = None
) -> list[Matched]:
    """Compare the purpose with each dataset; two statements for all of them, and one for diseases."""
    wanted = list(datasets)
    uses = uses_by_dataset(one.pk for one in wanted)
    ancestry = ancestry_of(purpose, [use for each in uses.values() for use in each])
    who = None if people is None else recipients(people)
    day = today or clock.today()
    return [Matched(one, match(uses.get(one.pk, ()), purpose, ancestry, recipients=who, today=day)) for one in wanted]


def uses_by_dataset(ids: Iterable[UUID]) -> Mapping[UUID, list[Use]]:
    """The use conditions of these datasets; one statement."""
    found: defaultdict[UUID, list[Use]] = defaultdict(list)
    for pk, code, value in Condition.objects.filter(dataset__in=list(ids)).values_list("dataset_id", "code", "value"):
        found[pk].append(Use(code, value))
    return {pk: in_order(uses) for pk, uses in found.items()}


def matches_of(request: AccessRequest, *, states: Collection[str] = (ItemState.OPEN,)) -> list[Matched]:
    """The comparison for each dataset of the request that is not decided, by title; none without a purpose."""
    purpose = purpose_of(request.research_purpose)
    if purpose.is_empty:
        return []
    wanted = Dataset.objects.filter(items__request=request, items__state__in=states).order_by("title", "pk")
    people = people_of(request).select_related("institution")
    return matches(purpose, wanted.only("title", "slug", "longest_grant_days"), people)


def misfits(found: Iterable[Matched]) -> str:
    """Why these datasets cannot be requested for the purpose, and what to do; empty if none is in the way."""
    said = []
    for one in found:
        if one.match.outcome == Outcome.DENY:
            why = " ".join(line.sentence for line in one.match.reasons)
            sentence = _("“%(dataset)s” does not fit your purpose. %(why)s Remove the dataset, or change your answer.")
            said.append(sentence % {"dataset": one.dataset.title, "why": why})
    return " ".join(said)


def last_day(found: Iterable[Matched]) -> tuple[date, str] | None:
    """The last day of access that the use conditions allow, and why; None if they do not limit it."""
    caps = [(cap.day, one.dataset.title, cap.sentence) for one in found if (cap := one.match.cap) is not None]
    if not caps:
        return None
    day, title, sentence = min(caps)
    said = _("The last day can be %(day)s at the latest, because of the use conditions of %(dataset)s: %(why)s")
    return day, said % {"day": formats.date_format(day, "j M Y"), "dataset": title, "why": sentence}


def beyond_last_day(ends_on: date | None, found: Iterable[Matched]) -> dict[str, str]:
    """A period that is longer than the use conditions allow is refused, with its cause."""
    limit = last_day(found)
    return {"ends_on": limit[1]} if limit is not None and ends_on is not None and ends_on > limit[0] else {}
