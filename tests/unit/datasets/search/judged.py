"""The judged set: 72 invented datasets in many scripts, and queries with the datasets that must be found first."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission

from apps.committees.models import Committee
from apps.core import clock
from apps.datasets import search
from apps.datasets.conditions import TERMS
from apps.datasets.models import Condition, Dataset, DatasetRole, Distribution, Version
from apps.people.models import Institution, Person

FOLDER = Path(__file__).parent
FIRST = 5


@dataclass(frozen=True)
class Judged:
    """A query. `all` must be among the first five results; of `some` one must be the first result."""

    query: str
    all: tuple[str, ...] = ()
    some: tuple[str, ...] = ()


def queries(part: str) -> list[Judged]:
    """The queries of one part: "tuned", or "held_out", which nobody looked at while the search was made."""
    rows: list[dict[str, Any]] = json.loads((FOLDER / "queries.json").read_text())[part]
    return [Judged(row["query"], tuple(row.get("all", ())), tuple(row.get("some", ()))) for row in rows]


def misses(asked: list[Judged]) -> list[tuple[Judged, list[str]]]:
    """The queries whose datasets are not found first, each with what is."""
    found = [(one, first_results(one.query)) for one in asked]
    return [(one, slugs) for one, slugs in found if not _is_hit(one, slugs)]


def _is_hit(asked: Judged, slugs: list[str]) -> bool:
    return set(asked.all) <= set(slugs) and (not asked.some or slugs[:1] != [] and slugs[0] in asked.some)


def first_results(query: str) -> list[str]:
    ids = [one.dataset for one in search.find(query).rows[:FIRST]]
    slugs = dict(Dataset.objects.filter(pk__in=ids).values_list("pk", "slug"))
    return [slugs[pk] for pk in ids]


def build_catalogue() -> None:
    """The datasets of catalogue.json, published in the order of the file: the last is the newest."""
    rows: list[dict[str, Any]] = json.loads((FOLDER / "catalogue.json").read_text())
    codes = {short: code for code, (short, _label) in TERMS.items()}
    own = Permission.objects.get(codename=Dataset.OWNER)
    begun = clock.now() - timedelta(days=100)
    for number, row in enumerate(rows):
        place = Institution.objects.get_or_create(name=row["institution"], defaults={"country": "DK"})[0]
        committee = None
        if row["committee"]:
            slug = row["committee"].lower().replace(" ", "-")
            committee = Committee.objects.get_or_create(slug=slug, defaults={"name": row["committee"]})[0]
        owner = Person.objects.get_or_create(name=row["owner"])[0]
        moment = begun + timedelta(days=number)
        texts = {name: row[name] for name in ("slug", "title", "summary", "keywords", "attribution", "access")}
        texts["description"] = row["description"]
        dataset = Dataset.objects.create(**texts, institution=place, committee=committee or _any_committee(row))
        for use in row["conditions"]:
            short, _colon, value = use.partition(":")
            Condition.objects.create(dataset=dataset, code=codes[short], value=value)
        version = Version.objects.create(dataset=dataset, number=1)
        for name in row["files"]:
            Distribution.objects.create(version=version, name=name, size=1000, uploaded_by=owner)
        DatasetRole.objects.create(user=owner, permission=own, content_object=dataset)
        version.move("publish", published_at=moment)
        Dataset.objects.filter(pk=dataset.pk).update(listed_from=moment)


def _any_committee(row: dict[str, Any]) -> Committee | None:
    if row["access"] != "controlled":
        return None
    return Committee.objects.get_or_create(slug="general", defaults={"name": "General committee"})[0]
