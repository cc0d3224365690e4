"""The search of the catalogue: which datasets match some words and filters, in which order, with which other filters.

Pages and API use it. The database takes words apart (`search_sql`), the same way for texts and for queries; a query
joins them with "and". Nothing here decides what is public: a search document holds only what everybody may see while
it is valid.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
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


@dataclass(frozen=True)
class Value:
    """One value of a filter: as the address has it, as it is shown, and how many results have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Result:
    """What was found: the search documents, their number up to 1,000, and how the words were understood."""

    documents: QuerySet[SearchDocument]
    words: Understood
    filters: Filters
    total: int
    more_than_counted: bool
    without_filters: int = 0  # if nothing was found: the number of results without the filters

    @property
    def datasets(self) -> QuerySet[Dataset]:
        """The same as datasets, newest first."""
        return newest_first(_joined(self.words, self.filters))


def find(words: str = "", filters: Filters | None = None) -> Result:
    """The listed datasets that match the words and filters; several values of one filter mean "or".

    If nothing matches the words, words that are spelt almost like them are tried, and then some of the words.
    """
    chosen = {name: list(values) for name, values in (filters or {}).items() if values}
    asked = understood(words)
    found = _result(asked, chosen)
    if found.total or not asked.query:
        return found
    if chosen and (number := _result(asked, {}).total):
        return replace(found, without_filters=number)
    for other in (corrected, relaxed):
        tried = other(asked)
        if tried is not None and (number := _result(tried, {}).total):
            found = _result(tried, chosen)
            return replace(found, without_filters=0 if found.total else number)
    return found


def valid_documents() -> QuerySet[SearchDocument]:
    """The documents of listed datasets that are valid now; there is one of each."""
    return SearchDocument.objects.filter(_valid())


def _result(words: Understood, filters: Filters) -> Result:
    documents = valid_documents().filter(_matching(words, filters))
    number = documents.order_by().values("pk")[: COUNTED_UP_TO + 1].count()
    return Result(documents, words, filters, min(number, COUNTED_UP_TO), number > COUNTED_UP_TO)


def _joined(words: Understood, filters: Filters) -> QuerySet[Dataset]:
    found = Dataset.objects.listed()
    if words.query or filters:
        found = found.filter(_valid("documents__") & _matching(words, filters, "documents__"))
    return found


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
class Ranked:
    """One candidate of a sort order that no index has."""

    dataset: UUID
    committee: UUID | None
    access: str
    relevance: float = field(default=0.0)


def candidates(result: Result) -> list[Ranked]:
    """The newest 1,000 of the results, the most relevant first."""
    newest = result.documents.order_by("-listed_from", "-dataset_id")
    if not result.words.query:
        return [Ranked(*row) for row in newest.values_list("dataset_id", "committee_id", "access")[:COUNTED_UP_TO]]
    bounded = SearchDocument.objects.filter(pk__in=newest.values("pk")[:COUNTED_UP_TO])
    rank = SearchRank(F("search"), _Compiled(result.words.query), weights=WEIGHTS)
    ranked = bounded.annotate(relevance=rank).order_by("-relevance", "-listed_from", "-dataset_id")
    return [Ranked(*row) for row in ranked.values_list("dataset_id", "committee_id", "access", "relevance")]


def facets(result: Result) -> dict[str, list[Value]]:
    """For each filter the values that results have, most frequent first.

    A filter's own choice does not narrow its values. Of more than 1,000 results the newest 1,000 are read, and the
    counts are those of these.
    """
    found: dict[str, list[Value]] = {}
    shared: list[Any] | None = None
    for name in FACETS:
        if name in result.filters:
            others = {other: values for other, values in result.filters.items() if other != name}
            rows = _facet_rows(valid_documents().filter(_matching(result.words, others)))
        else:
            if shared is None:
                shared = _facet_rows(result.documents)
            rows = shared
        found[name] = _values(rows, name, result.filters.get(name, ()))
    return found


_COLUMNS = (
    "access", "subjects", "subject_labels", "conditions", "institution__name", "committee__slug", "committee__name",
    "formats",
)  # fmt: skip


def _facet_rows(documents: QuerySet[SearchDocument]) -> list[dict[str, Any]]:
    return list(documents.order_by("-listed_from", "-dataset_id").values(*_COLUMNS)[:COUNTED_UP_TO])


def _values(rows: Iterable[Mapping[str, Any]], name: str, chosen: Sequence[str]) -> list[Value]:
    column, several = FACETS[name]
    labelled = {"subject": "subject_labels", "committee": "committee__name"}.get(name, column)
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for row in rows:
        pairs = zip(row[column], row[labelled], strict=True) if several else [(row[column], row[labelled])]
        for value, label in dict(pairs).items():
            if value:
                counts[value] += 1
                labels.setdefault(value, label)
    for value in chosen:
        counts[value] += 0
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], labels.get(pair[0], pair[0]).casefold()))
    return [Value(value, labels.get(value, value), count) for value, count in ordered]


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
