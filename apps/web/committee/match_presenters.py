"""What the committee reads of the purpose: the answers of this round, and the comparison for each of its datasets."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.access_requests import fields
from apps.access_requests.models import Round
from apps.access_requests.named import named_people
from apps.access_requests.purposes import matches, purpose_of
from apps.datasets.matching.questions import answers
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.web.match_rows import matches_shown


def match_of_round(newest: Round, people: Mapping[UUID, Person]) -> dict[str, Any]:
    """The answers as they were frozen, compared with the use conditions as they are today."""
    said = newest.snapshot
    purpose = purpose_of(said.get(fields.RESEARCH_PURPOSE.name))
    if purpose.is_empty:
        return {"purpose_answers": [], "case_matches": []}
    who = [people[pk] if pk in people else Person() for pk in named_people(said)]
    datasets = Dataset.objects.filter(pk__in=said["datasets"]).only("title", "slug").order_by("title", "pk")
    return {
        "purpose_answers": answers(purpose),
        "case_matches": matches_shown(matches(purpose, datasets, who), for_committee=True),
    }
