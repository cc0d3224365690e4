"""The search of the catalogue: which datasets match some words and filters, in which order, with which other filters.

Pages and API use it. The database takes words apart (`search_sql`), the same way for texts and for queries; a query
joins them with "and". Nothing here decides what is public: a search document holds only what everybody may see while
it is valid.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, Q, QuerySet

from apps.core import clock
from apps.datasets.models import Dataset, SearchDocument
from apps.datasets.queries import COUNTED_UP_TO, newest_first
from apps.datasets.search_words import Understood, corrected, relaxed, understood

WEIGHTS = [0.05, 0.2, 0.5, 1.0]  # of file names (D), description (C), summary and names (B), title (A)
# The filters by name: the column of the search document, and whether it holds several values.
FACETS: dict[str, tuple[str, bool]] = {
    "access": ("access", False),
    "subject": ("subjects", True),
    "condition": ("conditions", True),
    "institution": ("institution__name", False),
    "committee": ("committee__slug", False),
    "format": ("formats", True),
}
Filters = Mapping[str, Sequence[str]]


class _Compiled(SearchQuery):
    """A query that is a tsquery already."""

    def as_sql(self, *_args: Any, **_more: Any) -> tuple[str, list[Any]]:
        return "%s::tsquery", [self.query_text]

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.query_text = text


class Row(NamedTuple):
    """What a list needs of one search document; `relevance` is 0 without words."""

    dataset: UUID
    committee: UUID | None
    access: str
    subjects: list[str]
    subject_labels: list[str]
    conditions: list[str]
    institution__name: str | None
    committee__slug: str | None
    committee__name: str | None
    formats: list[str]
    relevance: float = 0.0


_COLUMNS = ("dataset_id", "committee_id", *Row._fields[2:-1])


@dataclass(frozen=True)
class Result:
    """What was found: up to 1,001 rows, the most relevant first or the newest, and how the words were understood.

    Of more than 1,000 results the rows are the newest. `without_filters` is the number of results without the filters
    if nothing was found with them.
    """

    words: Understood
    filters: Filters
    rows: list[Row]
    without_filters: int = 0

    @property
    def total(self) -> int:
        """The number of results, counted up to 1,000."""
        return min(len(self.rows), COUNTED_UP_TO)

    @property
    def more_than_counted(self) -> bool:
        return len(self.rows) > COUNTED_UP_TO

    @property
    def datasets(self) -> QuerySet[Dataset]:
        """All results as datasets, newest first."""
        found = Dataset.objects.listed()
        if self.words.query or self.filters:
            found = found.filter(_valid("documents__") & _matching(self.words, self.filters, "documents__"))
        return newest_first(found)


def find(words: str = "", filters: Filters | None = None) -> Result:
    """The listed datasets that match the words and filters; several values of one filter mean "or".

    If nothing matches the words, words that are spelt almost like them are tried, and then some of the words.
    """
    chosen = {name: list(values) for name, values in (filters or {}).items() if values}
    asked = understood(words)
    found = _result(asked, chosen)
    if found.rows or not (asked.query or chosen):
        return found
    if chosen and (number := _result(asked, {}).total):
        return replace(found, without_filters=number)
    for other in (corrected, relaxed):
        tried = other(asked)
        if tried is not None and (number := _result(tried, {}).total):
            found = _result(tried, chosen) if chosen else _result(tried, {})
            return replace(found, without_filters=0 if found.rows else number)
    return found


def valid_documents() -> QuerySet[SearchDocument]:
    """The documents of listed datasets that are valid now; there is one of each."""
    return SearchDocument.objects.filter(_valid())


def _result(words: Understood, filters: Filters) -> Result:
    return Result(words, filters, _rows(words, filters))


def _rows(words: Understood, filters: Filters) -> list[Row]:
    """The newest 1,001 rows; with words the most relevant of these first. The rank is computed for these only."""
    newest = valid_documents().filter(_matching(words, filters)).order_by("-listed_from", "-dataset_id")
    if not words.query:
        return [Row(*row) for row in newest.values_list(*_COLUMNS)[: COUNTED_UP_TO + 1]]
    bounded = SearchDocument.objects.filter(pk__in=newest.values("pk")[: COUNTED_UP_TO + 1])
    rank = SearchRank(F("search"), _Compiled(words.query), weights=WEIGHTS)
    ranked = bounded.annotate(relevance=rank).order_by("-relevance", "-listed_from", "-dataset_id")
    return [Row(*row) for row in ranked.values_list(*_COLUMNS, "relevance")]


def _valid(prefix: str = "") -> Q:
    now = clock.sql_now()
    return Q(**{f"{prefix}valid_from__lte": now}) & (
        Q(**{f"{prefix}valid_until__isnull": True}) | Q(**{f"{prefix}valid_until__gt": now})
    )


def _matching(words: Understood, filters: Filters, prefix: str = "") -> Q:
    matching = Q(**{f"{prefix}search": _Compiled(words.query)}) if words.query else Q()
    for name, values in filters.items():
        column, several = FACETS[name]
        matching &= Q(**{f"{prefix}{column}__{'overlap' if several else 'in'}": list(values)})
    return matching


@dataclass(frozen=True)
class Value:
    """One value of a filter: as the address has it, as it is shown, and how many results have it."""

    value: str
    label: str
    count: int


def facets(result: Result) -> dict[str, list[Value]]:
    """For each filter the values that results have, most frequent first.

    A filter's own choice does not narrow its values. Of more than 1,000 results the newest 1,000 are counted.
    """
    found: dict[str, list[Value]] = {}
    for name in FACETS:
        rows = result.rows
        if name in result.filters:
            others = {other: values for other, values in result.filters.items() if other != name}
            rows = _result(result.words, others).rows
        found[name] = values_of(rows[:COUNTED_UP_TO], name, result.filters.get(name, ()))
    return found


def values_of(rows: Iterable[Row], name: str, chosen: Sequence[str]) -> list[Value]:
    """The values of one filter in these rows, most frequent first, and the chosen ones."""
    column, several = FACETS[name]
    labelled = {"subject": "subject_labels", "committee": "committee__name"}.get(name, column)
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for row in rows:
        value, label = getattr(row, column), getattr(row, labelled)
        for one, shown in dict(zip(value, label, strict=True)).items() if several else [(value, label)]:
            if one:
                counts[one] += 1
                labels.setdefault(one, shown)
    for one in chosen:
        counts[one] += 0
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], labels.get(pair[0], pair[0]).casefold()))
    return [Value(one, labels.get(one, one), count) for one, count in ordered]


@dataclass(frozen=True)
class Size:
    """What a list says of the files of a dataset's current version."""

    files: int
    bytes: int
    formats: list[str]


def sizes_of(ids: Iterable[UUID]) -> dict[UUID, Size]:
    """The size of the current version of each listed dataset; one statement."""
    rows = valid_documents().filter(dataset_id__in=list(ids)).values_list("dataset_id", "files", "bytes", "formats")
    return {pk: Size(files, size, formats) for pk, files, size, formats in rows}


def tidy_words() -> int:
    """Delete the words that no search document has any more; returns their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.datasets_searchword AS w WHERE NOT EXISTS ("
            "SELECT FROM public.datasets_searchdocument AS d WHERE d.search @@ quote_literal(w.word)::tsquery)"
        )
        return int(cursor.rowcount)
