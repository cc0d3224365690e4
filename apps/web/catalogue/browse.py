"""The catalogue: search, filters, sort orders and pages, all in the address."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.datasets import queries as datasets
from apps.datasets import search
from apps.datasets.matching import BY_CODE
from apps.datasets.models import Dataset
from apps.grants.figures import active_grant_counts
from apps.web.catalogue import browse_presenters as parts
from apps.web.catalogue.fit import NAME, ReaderFit, fit_group, fit_of_reader, searched
from apps.web.common.actor import PageRequest
from apps.web.common.lists import counted
from apps.web.common.pagination import Page, page_or_first, rows_before

SIZE = 25
BY_KEY = "-listed_from -dataset_id"
MOST_VALUES, LONGEST_VALUE = 20, 200
RELEVANCE, NEWEST, TITLE, USED, SOONEST = "relevance", "newest", "title", "used", "soonest"
SORTS: dict[str, Any] = {
    RELEVANCE: gettext_lazy("Most relevant"),
    NEWEST: gettext_lazy("Newest"),
    TITLE: gettext_lazy("Title"),
    USED: gettext_lazy("Most used"),
    SOONEST: gettext_lazy("Shortest time to decision"),
}


# Filters whose values are known beforehand, with their names.
CLOSED: dict[str, tuple[Any, Collection[str]]] = {
    "access": (gettext_lazy("Access"), Dataset.Access.values),
    NAME: (gettext_lazy("Fits my purpose"), BY_CODE),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks: words, filters, sort order; `problems` say what of it was ignored."""

    words: str
    filters: Mapping[str, list[str]]
    sort: str
    problems: list[str]

    def pairs(self, *, without: str = "", value: str = "") -> list[tuple[str, str]]:
        """The parameters of the same list, without a filter or one value of it."""
        pairs = [("q", self.words)] if self.words else []
        for name, values in self.filters.items():
            pairs += [(name, one) for one in values if name != without or (value and one != value)]
        if self.sort != (RELEVANCE if self.words else NEWEST):
            pairs.append(("sort", self.sort))
        return pairs


def asked_by(address: QueryDict) -> Asked:
    """Read the address; nothing in it is refused."""
    words = " ".join(address.get("q", "").replace("\x00", " ").split())
    filters, problems = {}, []
    for name in (*search.FACETS, NAME):
        values = [one for one in dict.fromkeys(address.getlist(name)) if one and "\x00" not in one][:MOST_VALUES]
        known = [one[:LONGEST_VALUE] for one in values if name not in CLOSED or one in CLOSED[name][1]]
        if len(known) < len(values):
            said = _("The filter “%(name)s” does not have this value, so the value was ignored.")
            problems.append(said % {"name": CLOSED[name][0]})
        if known:
            filters[name] = known
    usual = RELEVANCE if words else NEWEST
    sort = address.get("sort", "") or usual
    if sort not in SORTS or (sort == RELEVANCE and not words):
        problems += (
            [] if sort == RELEVANCE else [_("The sort order in the address is unknown, so the default order is shown.")]
        )
        sort = usual
    return Asked(words, filters, sort, problems)


@require_safe
def catalogue(request: PageRequest) -> HttpResponse:
    """Every listed dataset that matches, with the person's own state beside it."""
    asked = asked_by(request.GET)
    reader = fit_of_reader(request.actor)
    found = search.find(asked.words, searched(asked.filters, reader))
    page, before = _page(request, asked, found)
    context = {
        "asked": asked,
        "found": found,
        "counted": not found.more_than_counted,
        "problems": [*asked.problems, *parts.notes(found)],
        "count": parts.count(found),
        "page": {**vars(page), "note": parts.position(before, len(page.rows), found)},
        "results": parts.results(page.rows, found.words, request.actor, reader),
        "facets": [*_fit(asked, found, reader), *parts.facet_groups(found)],
        "has_purpose": reader is not None,
        "chips": parts.chips(
            found, lambda name, value: _url(request.path, asked.pairs(without=name, value=value)), asked.filters
        ),
        "sorts": [(value, label) for value, label in SORTS.items() if value != RELEVANCE or asked.words],
        "without_filters_url": _url(request.path, [("q", asked.words)] if asked.words else []),
        "typed_url": _url(request.path, [("q", f'"{asked.words}"')]),
    }
    return render(request, "catalogue/catalogue.html", context)


def _fit(asked: Asked, found: search.Result, reader: ReaderFit | None) -> list[dict[str, Any]]:
    """The filter by purpose, if the reader has one; its own choice does not narrow its values."""
    if reader is None:
        return []
    rows = found.rows
    if search.FITTING in found.filters:
        rows = search.find(asked.words, {name: said for name, said in asked.filters.items() if name != NAME}).rows
    return [fit_group(reader, rows, asked.filters.get(NAME, ()), most=datasets.COUNTED_UP_TO)]


def _url(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _page(request: PageRequest, asked: Asked, found: search.Result) -> tuple[Page[Dataset], int]:
    """The page that the address asks for, and the number of datasets before it.

    The newest are walked by key, however many there are; the other orders are those of the newest 1,000.
    """
    if asked.sort == NEWEST and found.more_than_counted:
        documents = found.documents
        page, problem = page_or_first(request, documents, by=BY_KEY, size=SIZE, kept=asked.pairs())
        asked.problems.extend([problem] if problem else [])
        before = counted(rows_before(documents, by=BY_KEY, row=page.rows[0])) if page.first_url and page.rows else 0
        shown = search.datasets_of(one.dataset_id for one in page.rows)
        return Page(shown, page.previous_url, page.next_url, page.first_url), before
    return _numbered(request, asked, _sorted(asked, found))


def _numbered(request: PageRequest, asked: Asked, ids: list[UUID]) -> tuple[Page[Dataset], int]:
    """One page of these datasets, by its number in the address."""
    last = max(1, -(-len(ids) // SIZE))
    text = request.GET.get("page", "1")
    number = min(max(int(text), 1), last) if text.isdecimal() and len(text) < 6 else 1

    def url(to: int) -> str:
        return _url(request.path, asked.pairs() + ([("page", str(to))] if to > 1 else []))

    before = (number - 1) * SIZE
    shown = ids[before : before + SIZE]
    return (
        Page(
            rows=search.datasets_of(shown),
            previous_url=url(number - 1) if number > 1 else "",
            next_url=url(number + 1) if number < last else "",
            first_url=url(1) if number > 1 else "",
        ),
        before,
    )


def _sorted(asked: Asked, found: search.Result) -> list[UUID]:
    rows = found.rows[: datasets.COUNTED_UP_TO]
    ids = [row.dataset for row in rows]
    if asked.sort == TITLE:
        titles = datasets.titles_of(ids)
        return sorted(ids, key=lambda one: (titles.get(one, "").casefold(), one))
    if asked.sort == USED:
        used = active_grant_counts(ids)
        return sorted(ids, key=lambda one: -used.get(one, 0))
    if asked.sort == SOONEST:
        return [row.dataset for row in sorted(rows, key=parts.days_to_decision(parts.known_waits()))]
    if asked.sort == NEWEST and found.words.query:
        return list(found.documents.values_list("dataset_id", flat=True)[: datasets.COUNTED_UP_TO])
    return ids
