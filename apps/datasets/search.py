"""The search of the catalogue: which datasets match some words and filters, in which order, with which other filters.

Pages and API use it. The database takes words apart (`search_sql`), the same way for texts and for queries; a query
joins them with "and". Nothing here decides what is public: a search document holds only what everybody may see while
it is valid.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import BooleanField, Case, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value, When

from apps.core import clock
from apps.datasets.models import Dataset, SearchDocument
from apps.datasets.queries import COUNTED_UP_TO, in_lists
from apps.datasets.search_words import Understood, corrected, relaxed, understood

SAMPLE, FREQUENT = 1000, 15  # something is frequent if so many of the newest documents match it
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
# What is filtered by without being offered: the sets of use conditions that fit a purpose (`fit`).
FITTING = "uses_key"
COLUMNS = FACETS | {FITTING: (FITTING, False)}
Filters = Mapping[str, Sequence[str]]


class Compiled(SearchQuery):
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
    uses_key: str
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
    def documents(self) -> QuerySet[SearchDocument]:
        """All results, newest first."""
        return _newest(self.words, self.filters)


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
    now = clock.sql_now()
    return SearchDocument.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), valid_from__lte=now)


def page_of(
    result: Result, *, after: tuple[datetime, UUID] | None = None, size: int
) -> tuple[list[Dataset], tuple[datetime, UUID] | None]:
    """The datasets after the cursor `after`, newest first, and the cursor of the next page; two statements."""
    documents = result.documents
    if after is not None:
        when, pk = after
        documents = documents.filter(Q(listed_from__lt=when) | Q(listed_from=when, dataset_id__lt=pk))
        documents = documents.filter(listed_from__lte=when)
    keys = list(documents.values_list("listed_from", "dataset_id")[: size + 1])
    return datasets_of(pk for _when, pk in keys[:size]), keys[size - 1] if len(keys) > size else None


def datasets_of(ids: Iterable[UUID]) -> list[Dataset]:
    """The datasets with these ids, in this order, with the columns that a list shows."""
    wanted = list(ids)
    by_id = {one.pk: one for one in in_lists(Dataset.objects.filter(pk__in=wanted))}
    return [by_id[pk] for pk in wanted if pk in by_id]


def _result(words: Understood, filters: Filters) -> Result:
    return Result(words, filters, _rows(words, filters))


def _newest(words: Understood, filters: Filters) -> QuerySet[SearchDocument]:
    """What matches, newest first.

    The planner does not know how many documents the beginning of a word matches, so a sample says it. What is frequent
    is looked for among the newest documents one by one, by a condition that no index answers; what is rare is found by
    its index and sorted, by an order that no index has.
    """
    documents, matching = valid_documents(), _matching(words, filters)
    if not words.query:
        return documents.filter(matching).order_by("-listed_from", "-dataset_id")
    one_by_one = Case(When(matching, then=Value(True)), default=Value(False), output_field=BooleanField())
    newest = documents.order_by("-listed_from", "-dataset_id").values("pk")[:SAMPLE]
    if SearchDocument.objects.filter(one_by_one, pk__in=newest).count() >= FREQUENT:
        return documents.filter(one_by_one).order_by("-listed_from", "-dataset_id")
    moment = ExpressionWrapper(F("listed_from") + Value(timedelta()), output_field=DateTimeField())
    return documents.filter(matching).order_by(moment.desc(), "-dataset_id")


def _rows(words: Understood, filters: Filters) -> list[Row]:
    """The newest 1,001 rows; with words the most relevant of these first. The rank is computed for these only."""
    newest = _newest(words, filters)
    if not words.query:
        return [Row(*row) for row in newest.values_list(*_COLUMNS)[: COUNTED_UP_TO + 1]]
    bounded = SearchDocument.objects.filter(pk__in=newest.values("pk")[: COUNTED_UP_TO + 1])
    rank = SearchRank(F("search"), Compiled(words.query), weights=WEIGHTS)
    ranked = bounded.annotate(relevance=rank).order_by("-relevance", "-listed_from", "-dataset_id")
    return [Row(*row) for row in ranked.values_list(*_COLUMNS, "relevance")]


def _matching(words: Understood, filters: Filters) -> Q:
    matching = Q(search=Compiled(words.query)) if words.query else Q()
    for name, values in filters.items():
        column, several = COLUMNS[name]
        matching &= Q(access=Dataset.Access.CONTROLLED) if name == FITTING else Q()
        matching &= Q(**{f"{column}__{'overlap' if several else 'in'}": list(values)})
    return matching


@dataclass(frozen=True)
class FacetValue:
    """One value of a filter: as the address has it, as it is shown, and how many results have it."""

    value: str
    label: str
    count: int


def facets(result: Result) -> dict[str, list[FacetValue]]:
    """For each filter the values that results have, most frequent first.

    A filter's own choice does not narrow its values. Of more than 1,000 results the newest 1,000 are counted.
    """
    found: dict[str, list[FacetValue]] = {}
    for name in FACETS:
        rows = result.rows
        if name in result.filters:
            others = {other: values for other, values in result.filters.items() if other != name}
            rows = _result(result.words, others).rows
        found[name] = values_of(rows[:COUNTED_UP_TO], name, result.filters.get(name, ()))
    return found


def values_of(rows: Iterable[Row], name: str, chosen: Sequence[str]) -> list[FacetValue]:
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
    return [FacetValue(one, labels.get(one, one), count) for one, count in ordered]


@dataclass(frozen=True)
class Size:
    """What a list says of the files of a dataset's current version, and the key of its set of use conditions."""

    files: int
    bytes: int
    formats: list[str]
    uses_key: str = ""


def sizes_of(ids: Iterable[UUID]) -> dict[UUID, Size]:
    """The size of the current version of each listed dataset; one statement."""
    documents = valid_documents().filter(dataset_id__in=list(ids))
    rows = documents.values_list("dataset_id", "files", "bytes", "formats", "uses_key")
    return {pk: Size(files, size, formats, key) for pk, files, size, formats, key in rows}


def tidy_words() -> int:
    """Delete the words that no search document has any more; returns their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.datasets_searchword AS w WHERE NOT EXISTS ("
            "SELECT FROM public.datasets_searchdocument AS d WHERE d.search @@ quote_literal(w.word)::tsquery)"
        )
        return int(cursor.rowcount)


def key_documents(most: int = 500) -> int:
    """Write again the documents from before an upgrade that do not name their set of use conditions; how many.

    Each transaction writes at most `most` of them, so that nobody waits for long.
    """
    written, last = 0, UUID(int=0)
    waiting = SearchDocument.objects.filter(uses_key="").order_by("dataset_id").values_list("dataset_id", flat=True)
    while ids := list(waiting.filter(dataset_id__gt=last).distinct()[:most]):
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.search_refresh(%s)", [ids])
        written, last = written + len(ids), ids[-1]
    return written
