"""List pages: filters, sort order and page in the address, the same everywhere. `csv_export` beside it exports them.

A page declares a `ListSpec` and calls `list_page` for a query set, or `list_page_of_rows` for rows in memory whose
filters ask what no column has (an access state). Both answer a `ListPage` for `components/list_tools.html`,
`components/list_pages.html` and `components/list_empty.html`. An unknown value in the address is ignored and named.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Func, IntegerField, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.core.errors import Invalid
from apps.web.common.list_filters import Answer, Filter, Label, Where, matches
from apps.web.common.pagination import AFTER, BEFORE, Page, page_of, rows_before

SIZE = 25
EXACT_UP_TO = 1000
SORT, EXPORT = "sort", "export"


@dataclass(frozen=True)
class Sort:
    """A sort order: for a query set field names as `page_of` takes them ("-submitted_at -pk"), for rows a key function.

    `annotate` are expressions that `by` names, for a column of another table or one that may be empty.
    """

    value: str
    label: Label
    by: str | Callable[[Any], Any]
    annotate: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ListSpec:
    """What a list can be asked: its sort orders (the first is the default) and its filters.

    `noun` counts the rows: `ngettext_lazy("%(total)s request", "%(total)s requests", "n")`.
    """

    noun: Any
    sorts: Sequence[Sort]
    filters: Sequence[Filter] = ()
    size: int = SIZE

    def counted(self, n: int) -> str:
        """The number with its noun: "43 requests"; above 1,000 it is "1,000+ requests"."""
        return str(self.noun % {"n": min(n, EXACT_UP_TO), "total": shown_number(n)})


@dataclass(frozen=True)
class ListPage:
    """One page of a list. `matching` are all rows that the filters leave, sorted, for an export."""

    rows: list[Any]
    matching: Any
    total: int
    note: str
    path: str
    tabs: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    hidden: list[tuple[str, str]]
    sorts: list[dict[str, Any]]
    chips: list[dict[str, str]]
    problems: list[str]
    reset_url: str
    export_url: str
    is_export: bool
    previous_url: str = ""
    next_url: str = ""
    first_url: str = ""

    @property
    def filtered(self) -> bool:
        """Whether a filter is active; a tab is none."""
        return bool(self.chips)

    @property
    def elsewhere(self) -> bool:
        """Whether another tab has rows, so that an empty one does not mean that there is nothing yet."""
        return any(tab["count"] for tab in self.tabs if not tab["current"])

    @property
    def more_than_counted(self) -> bool:
        return self.total > EXACT_UP_TO

    @property
    def has_tools(self) -> bool:
        """Whether filters help: there are several rows, or a filter hides some."""
        return self.total > 1 or self.filtered


def list_page(request: HttpRequest, spec: ListSpec, found: QuerySet[Any], *, total: int | None = None) -> ListPage:
    """The page of `found` that the address asks for; at most three statements, and no row for an export.

    `total` is `counted(found)` if the page knows it, and saves a statement where no filter leaves out rows.
    """
    asked = _Asked(request, spec)
    matching = found
    conditions = list(asked.conditions)
    for where in conditions:
        matching = matching.filter(where)
    by = str(asked.sort.by)
    matching = matching.annotate(**asked.sort.annotate).order_by(*by.split())
    if total is None or conditions:
        total = counted(matching)
    if asked.is_export:
        return asked.page(Page(rows=[]), matching, total, before=0)
    try:
        page = page_of(request, matching, by=by, size=spec.size, kept=asked.kept)
    except Invalid as refusal:
        asked.problems.append(str(refusal.sentence))
        page = _first(asked, matching, by)
    if total and not page.rows:
        page = _first(asked, matching, by)
    before = counted(rows_before(matching, by=by, row=page.rows[0])) if page.first_url else 0
    return asked.page(page, matching, total, before=before)


def _first(asked: "_Asked", matching: QuerySet[Any], by: str) -> Page[Any]:
    """The first page, for an address whose page is not there any more."""
    bare = HttpRequest()
    bare.path = asked.path
    return page_of(bare, matching, by=by, size=asked.spec.size, kept=asked.kept)


def list_page_of_rows(
    request: HttpRequest, spec: ListSpec, rows: Sequence[Any], *, key: Callable[[Any], object]
) -> ListPage:
    """The page of `rows` that the address asks for; `key` is unique for each row. The caller limits their number."""
    asked = _Asked(request, spec)
    found = [row for row in rows if all(matches(row, where) for where in asked.conditions)]
    by = asked.sort.by
    assert not isinstance(by, str), "rows in memory are sorted by a key function"
    found.sort(key=by)
    if asked.is_export:
        return asked.page(Page(rows=[]), found, len(found), before=0)
    keys = [str(key(row)) for row in found]
    start = asked.start(keys, spec.size)
    shown = found[start : start + spec.size]
    end = start + len(shown)
    links = {
        "previous_url": asked.url(**{BEFORE: keys[start]}) if start else "",
        "next_url": asked.url(**{AFTER: keys[end - 1]}) if end < len(found) else "",
        "first_url": asked.url() if start else "",
    }
    return asked.page(Page(rows=shown, **links), found, len(found), before=start)


def counted(found: QuerySet[Any]) -> int:
    """The number of rows, exact up to 1,000; 1,001 says that there are more. One statement."""
    return found.order_by().values("pk")[: EXACT_UP_TO + 1].count()


def counts(one_row: QuerySet[Any], sets: Mapping[str, QuerySet[Any]]) -> QuerySet[Any, Any]:
    """`counted` of several sets as one row, a column each; it hangs on any set of one row. None for a set that cannot
    have rows. For sets that depend on nothing but a person, prepare it: `Prepared(lambda pk: counts(...), UUID)`.
    """
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    numbers = {}
    for name, found in sets.items():
        some = found.model.objects.filter(pk__in=found.order_by().values("pk")[: EXACT_UP_TO + 1])
        numbers[name] = Subquery(some.order_by().annotate(number=number).values("number"))
    row: QuerySet[Any, Any] = one_row.order_by().annotate(**numbers).values(*numbers)
    return row


def shown_number(n: int) -> str:
    """The number of a list as people read it: "43", "1,000+"."""
    if n > EXACT_UP_TO:
        return f"{number_format(EXACT_UP_TO, force_grouping=True)}+"
    return number_format(n, force_grouping=True)


class _Asked:
    """What the address asks of a list, and every address beside it."""

    def __init__(self, request: HttpRequest, spec: ListSpec) -> None:
        self.spec = spec
        self.path = request.path
        self.asked = request.GET
        self.answers: list[Answer] = [one.read(request.GET) for one in spec.filters]
        self.problems = [sentence for answer in self.answers for sentence in answer.problems]
        self.sort = self._sort()
        self.kept: dict[str, str] = {}
        for answer in self.answers:
            self.kept |= answer.params
        if self.sort is not spec.sorts[0]:
            self.kept[SORT] = self.sort.value
        self.is_export = request.GET.get(EXPORT) == "csv"

    @property
    def conditions(self) -> Iterator[Where]:
        return (where for answer in self.answers for where in answer.conditions)

    def _sort(self) -> Sort:
        value = self.asked.get(SORT, "")
        for one in self.spec.sorts:
            if one.value == value:
                return one
        if value:
            self.problems.append(_("The sort order in the address is unknown, so the default order is shown."))
        return self.spec.sorts[0]

    def start(self, keys: list[str], size: int) -> int:
        """Where the asked page begins among these keys."""
        for name, offset in ((AFTER, 1), (BEFORE, -size)):
            if key := self.asked.get(name):
                if key in keys:
                    return max(0, keys.index(key) + offset)
                self.problems.append(_("The page address is not complete. The first page is shown."))
        return 0

    def url(self, *, without: Sequence[str] = (), **more: str) -> str:
        params = {name: value for name, value in self.kept.items() if name not in without} | more
        return f"{self.path}?{urlencode(params)}" if params else self.path

    def page(self, page: Page[Any], matching: Any, total: int, *, before: int) -> ListPage:
        tabs = [answer for answer in self.answers if answer.is_tabs]
        fields = [answer for answer in self.answers if not answer.is_tabs]
        removable = [name for answer in fields for name in answer.params]
        return ListPage(
            rows=page.rows,
            matching=matching,
            total=total,
            note=self._note(len(page.rows), total, before),
            path=self.path,
            tabs=[self._tab(answer, option) for answer in tabs for option in answer.shown["options"]],
            fields=[answer.shown for answer in fields],
            hidden=[pair for answer in tabs for pair in answer.params.items()],
            sorts=[{"value": s.value, "label": s.label, "selected": s is self.sort} for s in self.spec.sorts],
            chips=[
                {"label": text, "url": self.url(without=names)} for answer in fields for text, names in answer.chips
            ],
            problems=self.problems,
            reset_url=self.url(without=removable),
            export_url=self.url(**{EXPORT: "csv"}),
            is_export=self.is_export,
            previous_url=page.previous_url,
            next_url=page.next_url,
            first_url=page.first_url,
        )

    def _tab(self, answer: Answer, option: dict[str, Any]) -> dict[str, Any]:
        name = answer.shown["name"]
        removed = [name, *(one for other in self.answers if not other.is_tabs for one in other.params)]
        more = {} if option["is_default"] else {name: option["value"]}
        return {
            "label": option["label"],
            "url": self.url(without=removed, **more),
            "current": option["selected"],
            "count": option["count"],
        }

    def _note(self, shown: int, total: int, before: int) -> str:
        """Which rows are shown, of how many: "1–25 of 43 requests"."""
        everything = self.spec.counted(total)
        if not shown or total <= shown:
            return everything
        if before > EXACT_UP_TO:
            return _("%(shown)s of %(all)s") % {"shown": shown_number(shown), "all": everything}
        first, last = number_format(before + 1, force_grouping=True), number_format(before + shown, force_grouping=True)
        return _("%(first)s–%(last)s of %(all)s") % {"first": first, "last": last, "all": everything}
