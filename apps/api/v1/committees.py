"""Committees for anybody: how they decide, how long it takes; and the forms that they ask applicants to fill in."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests.queries_waits import FEWEST_DECISIONS, waits
from apps.api import pagination, reviews, schemas
from apps.api.auth import READ, READ_OR_PUBLIC
from apps.api.v1.datasets import Cursor, Size
from apps.committees import queries as committees
from apps.committees.clocks.calendars import NoDate
from apps.committees.clocks.days import day_of, due_on
from apps.committees.models import Committee
from apps.core import clock
from apps.core.errors import NotFound
from apps.forms import queries as forms
from apps.forms.definition import to_json
from apps.forms.models import FormVersion

router = Router(tags=["committees"])


@router.get("/committees", response=schemas.CommitteePage, auth=READ_OR_PUBLIC)
def list_committees(request: HttpRequest, cursor: Cursor = "", limit: Size = pagination.DEFAULT_SIZE) -> dict[str, Any]:
    """The data access committees, the newest first. Scope: read, or no token."""
    items, next_cursor = pagination.page(
        "committees", committees.public(), moment="created_at", cursor=cursor, size=limit
    )
    return {"items": [_line(one) for one in items], "next_cursor": next_cursor}


@router.get("/committees/{slug}", response=schemas.CommitteeOut, auth=READ_OR_PUBLIC)
def read_committee(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One committee: its rules, its deadlines, and when it would decide on what is submitted today.

    Scope: read, or no token.
    """
    found = _committee(slug)
    usual = waits([found.pk]).get(found.pk)
    known = usual is not None and usual.decisions >= FEWEST_DECISIONS
    return _line(found) | {
        "about": found.about,
        "contact": found.contact,
        "rules": reviews.rules(found.voting_rules),
        "undo_minutes": found.undo_minutes,
        "appeal_days": found.appeal_days,
        "appeal_text": found.appeal_text,
        "deadlines": _deadlines(found),
        "expected_on": _expected(found) if found.accepting else None,
        "usual_time": {
            "median_days": usual.days,
            "ninetieth_percentile_days": usual.most_days,
            "decisions": usual.decisions,
        }
        if usual is not None and known
        else None,
    }


@router.get("/committees/{slug}/forms", response=schemas.FormList, auth=READ)
def list_forms(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The published versions of the committee's forms, those asked now first. Scope: read."""
    found = _published().filter(form__committee=_committee(slug)).order_by("form__created_at", "-number")
    lines, seen = [], set()
    for one in found:
        lines.append(_form_line(one, current=one.form_id not in seen and one.form.withdrawn_at is None))
        seen.add(one.form_id)
    return {"items": sorted(lines, key=lambda line: not line["current"])}


@router.get("/forms/{uuid:version}", response=schemas.FormOut, auth=READ)
def read_form(request: HttpRequest, version: UUID) -> dict[str, Any]:
    """One published version of a form, as JSON that another committee can import. Scope: read."""
    found = _published().filter(pk=version).first()
    if found is None:
        raise NotFound(_("This form does not exist, or it is not published."))
    newest = forms.published_version(found.form)
    current = newest is not None and newest.pk == found.pk and found.form.withdrawn_at is None
    return _form_line(found, current=current) | {"definition": to_json(found.read)}


def _published() -> Any:
    return FormVersion.objects.filter(published_at__isnull=False).select_related("form__committee")


def _committee(slug: str) -> Committee:
    found = committees.public().filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This committee does not exist."))
    return found


def _line(one: Committee) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "name": one.name,
        "institution": one.institution.name if one.institution else None,
        "accepting": one.accepting,
        "closed_because": one.closed_because,
        "closed_until": one.closed_until if not one.accepting else None,
    }


def _deadlines(one: Committee) -> dict[str, Any]:
    def days(amount: int, unit: str) -> dict[str, Any] | None:
        return {"amount": amount, "unit": unit} if amount else None

    return {
        "review": days(one.clock_length, one.clock_unit),
        "extension": days(one.extension_amount, one.clock_unit),
        "fast_track": days(one.fast_amount, one.clock_unit),
        "answer": days(one.answer_amount, one.answer_unit),
        "calendar": one.calendar,
        "time_zone": one.time_zone,
        "closing_days": one.closing_days or [],
    }


def _expected(one: Committee) -> date | None:
    """The due day of what is submitted today."""
    try:
        rule = one.clock_rule()
        return due_on(day_of(clock.now(), rule.time_zone), rule.period(), rule.days, [])
    except NoDate:
        return None


def _form_line(one: FormVersion, *, current: bool) -> dict[str, Any]:
    return {
        "version": one.pk,
        "number": one.number,
        "committee": one.form.committee.slug,
        "name": str(one.read),
        "about": one.read.summary,
        "sha256": one.sha256,
        "published_at": one.published_at,
        "withdrawn": one.form.withdrawn_at is not None,
        "current": current,
    }
