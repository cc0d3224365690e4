"""The event log, as an auditor searches it: by period, person, reference, dataset and group of events."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.audit.log_groups import LOG_GROUPS
from apps.audit.models import Event
from apps.audit.queries import counted_by_group, event_numbered, newest
from apps.core.errors import NotFound
from apps.people.commands.readings import record_export, record_log_read
from apps.people.rules import check_auditor
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import MOST_ROWS, csv_response
from apps.web.common.decorators import writes
from apps.web.common.list_filters import Filter
from apps.web.common.lists import EXACT_UP_TO, EXPORT, ListPage, ListSpec, Sort, counted, list_page, shown_number
from apps.web.oversight.event_filters import GROUP, EventFilters, in_use
from apps.web.oversight.event_rows import COLUMNS, json_lines, rows_of

LIST = "event_log"
NEWEST, OLDEST = gettext_lazy("Newest first"), gettext_lazy("Oldest first")
SORTS = (Sort("newest", NEWEST, "-at -id"), Sort("oldest", OLDEST, "at id"))
# The same order by a value that no index holds: for a few events PostgreSQL finds them by the filter and sorts them,
# where it would otherwise walk the log by time until it has met enough of them.
MOMENT = {"moment": ExpressionWrapper(F("at") + timedelta(0), output_field=DateTimeField())}
SORTS_OF_FEW = (Sort("newest", NEWEST, "-moment -id", MOMENT), Sort("oldest", OLDEST, "moment id", MOMENT))
NOUN = ngettext_lazy("%(total)s event", "%(total)s events", "n")


@writes
@require_safe
@signed_in
def events(request: AuthenticatedRequest) -> HttpResponseBase:
    """What the address asks for, newest first, or as a file. Reading the log is an event as well."""
    check_auditor(request.actor)
    filters = EventFilters()
    few = counted(_matching(request, filters.all)) <= EXACT_UP_TO
    page = list_page(request, ListSpec(NOUN, SORTS_OF_FEW if few else SORTS, filters.all), newest())
    if page.is_export or request.GET.get(EXPORT) == "jsonl":
        record_export(LIST, rows=min(page.total, MOST_ROWS), by=request.actor)
        return _file(page) if page.is_export else _lines(page.matching)
    record_log_read(
        in_use(request.GET),
        person=filters.searched_person(),
        searched=filters.searched(),
        shown=len(page.rows),
        by=request.actor,
    )
    context = {
        "list": page,
        "rows": rows_of(page.rows),
        "groups": _groups(request, filters, page),
        "json_url": page.export_url.replace(f"{EXPORT}=csv", f"{EXPORT}=jsonl"),
        "fields": {field["name"]: {**field, "chosen": request.GET.get(field["name"])} for field in page.fields},
        "unclear": [_unclear(page, one.name, one.words, one.found) for one in filters.unclear()],
        "all_dates_url": _without(page, "day_from", "day_to"),
    }
    return render(request, "oversight/events.html", context)


def _matching(request: AuthenticatedRequest, filters: Iterable[Filter]) -> QuerySet[Event]:
    """The events that these filters leave, in the order of the log."""
    found = newest()
    for one in filters:
        for condition in one.read(request.GET).conditions:
            assert isinstance(condition, Q), "the log is filtered by the database"
            found = found.filter(condition)
    return found


def _groups(request: AuthenticatedRequest, filters: EventFilters, page: ListPage) -> list[dict[str, Any]]:
    """The groups of events with their counts in this search, each with its address."""
    counts = counted_by_group(_matching(request, filters.beside_group), at_most=EXACT_UP_TO + 1)
    here = request.GET.get(GROUP, "")
    groups = [
        {
            "label": heading,
            "url": _with(page, GROUP, code),
            "current": here == code,
            "count": shown_number(counts[code]),
        }
        for code, (heading, _kinds) in LOG_GROUPS.items()
        if counts[code] or here == code
    ]
    return [{"label": _("All events"), "url": _without(page, GROUP), "current": here not in LOG_GROUPS}, *groups]


def _unclear(page: ListPage, name: str, words: str, found: Any) -> dict[str, Any]:
    """What the words may mean, each with the address that searches for exactly that."""
    offered = found.choices or found.similar
    return {
        "name": name,
        "words": words,
        "several": bool(found.choices),
        "offered": [{"one": one, "url": _with(page, name, one.value)} for one in offered],
    }


def _params(page: ListPage) -> QueryDict:
    """The parameters of this search, as an export of it has them."""
    params = QueryDict(page.export_url.partition("?")[2], mutable=True)
    params.pop(EXPORT, None)
    return params


def _with(page: ListPage, name: str, value: str) -> str:
    params = _params(page)
    params[name] = value
    return f"{page.path}?{params.urlencode()}"


def _without(page: ListPage, *names: str) -> str:
    params = _params(page)
    for name in names:
        params.pop(name, None)
    return f"{page.path}?{params.urlencode()}" if params else page.path


def _file(page: ListPage) -> StreamingHttpResponse:
    return csv_response("events", COLUMNS, page.matching, present=rows_of)


def _lines(found: QuerySet[Event]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(json_lines(found), content_type="application/x-ndjson")
    answer["Content-Disposition"] = 'attachment; filename="events.jsonl"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@writes
@require_safe
@signed_in
def event(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """One event at its permanent address."""
    check_auditor(request.actor)
    found = event_numbered(number)
    if found is None:
        raise NotFound(_("There is no event with this number."))
    record_log_read(["ref"], shown=1, by=request.actor)
    return render(request, "oversight/event.html", {"row": rows_of([found])[0]})
