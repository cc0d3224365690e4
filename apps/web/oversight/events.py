"""The event log, as an auditor reads it: ids and facts, no names."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.audit.models import Event
from apps.audit.queries import newest
from apps.people.commands.readings import record_log_reading
from apps.people.rules import check_auditor
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import writes
from apps.web.common.history import NAMED_ACTORS, noun_of, sentence_of
from apps.web.common.pagination import Page, page_of
from apps.web.oversight.forms import EventFilter


@writes
@require_safe
@signed_in
def events(request: AuthenticatedRequest) -> HttpResponse:
    """The log from its end backwards, in pages by key; every page of it costs the same."""
    check_auditor(request.actor)
    form = EventFilter(request.GET, auto_id="filter-%s")
    wanted = form.cleaned_data if form.is_valid() else {}
    log = newest(
        kind=wanted.get("kind", ""),
        actor_id=wanted.get("actor"),
        thing_id=wanted.get("thing"),
    )
    asked = {name: str(wanted[name]) for name in ("kind", "actor", "thing") if wanted.get(name)}
    page = page_of(request, log, by="-id", kept=asked) if form.is_valid() else Page[Event](rows=[])
    if form.is_valid() and request.method == "GET":
        ids = [wanted[name] for name in ("actor", "thing") if wanted.get(name)]
        record_log_reading(filters=list(asked), about=ids, by=request.actor)
    context = {
        "form": form,
        "rows": [_row(event) for event in page.rows],
        "filtered": bool(asked),
        "page": page,
    }
    return render(request, "oversight/events.html", context, status=200 if form.is_valid() else 422)


def _row(event: Event) -> dict[str, Any]:
    """One event as it is shown: its sentence, and everything the row holds."""
    what, _icon, _tone = sentence_of(event)
    facts = [{"name": name, "value": value} for name, value in sorted(event.facts.items())]
    actor = NAMED_ACTORS.get(event.actor_kind) or f"{str(event.actor_id)[:8]}…"
    short = {"actor": actor, "subject": f"{str(event.subject_id)[:8]}…"}
    return {"event": event, "what": what, "facts": facts, "noun": noun_of(event), **short}
