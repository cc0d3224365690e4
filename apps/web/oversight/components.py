"""The parts of the portal on **System status**: what each reports, whether it works, and what to do if it does not.

A part that no check has looked at recently is not called working: it has given no answer since its last report.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import causes
from apps.core.heartbeats import heartbeats
from apps.core.models import Heartbeat
from apps.core.sizes import size_in_words
from apps.identity.oidc.provider_checks import CHECKED, SIGN_IN
from apps.people.models import Provider
from apps.web.common import servers

MACHINES = timedelta(minutes=1)  # web and worker processes report every 15 seconds
CHECKS = timedelta(minutes=5)  # a worker looks once a minute


@dataclass(frozen=True)
class Component:
    """One row: `state` is `working`, `failing` or `unknown` (no answer for too long)."""

    label: str
    state: str
    figures: str = ""
    success: datetime | None = None
    since: datetime | None = None
    to_do: str = ""
    runbook: str = ""


def components(now: datetime, *, clock_of_this_machine: datetime | None = None) -> list[Component]:
    """Every part, those that need an operator first. Two statements, and one for the names of the providers."""
    here = clock_of_this_machine or datetime.fromtimestamp(time.time(), tz=UTC)
    rows = {row.name: row for row in heartbeats()}
    found = [
        _machines(rows, "web:", _("Web"), now),
        _machines(rows, "worker:", _("Workers"), now),
        _one(rows.get("scheduler"), _("Scheduler"), now, within=MACHINES, runbook="tasks"),
        _database(now, here),
        _one(rows.get("storage"), _("File storage"), now, runbook="storage", figures=_room(rows.get("storage"))),
        _one(rows.get("e-mail"), _("E-mail"), now, runbook="e-mail"),
        *([_one(rows.get("malware scanner"), _("Malware scanner"), now, runbook="scanner")] if settings.CLAMD else []),
        *_providers(rows, now),
    ]
    return sorted(found, key=lambda one: ("failing", "unknown", "working").index(one.state))


def _machines(rows: Mapping[str, Heartbeat], prefix: str, label: str, now: datetime) -> Component:
    """All machines that report as web or worker; with none the part has given no answer."""
    known = sorted((row for name, row in rows.items() if name.startswith(prefix)), key=lambda row: row.seen_at)
    alive = [row for row in known if row.seen_at > now - MACHINES]
    last = known[-1].seen_at if known else None
    if not alive:
        runbook = "tasks" if prefix == "worker:" else "web"
        return Component(label, "unknown", success=last, since=last, to_do=causes.sentence("overdue"), runbook=runbook)
    versions = sorted({str(row.facts.get("version", "")) for row in alive} - {""})
    counted = ngettext("%(n)s machine", "%(n)s machines", len(alive)) % {"n": len(alive)}
    figures = f"{counted}, {_('version')} {', '.join(versions)}" if versions else counted
    return Component(label, "working", figures, success=last)


def _one(
    row: Heartbeat | None,
    label: str,
    now: datetime,
    *,
    within: timedelta = CHECKS,
    figures: str = "",
    runbook: str = "",
) -> Component:
    if row is None or row.seen_at < now - within:
        last = row.worked_at if row is not None else None
        since = row.seen_at if row is not None else None
        return Component(label, "unknown", figures, last, since, causes.sentence("overdue"), "tasks")
    if row.cause:
        to_do = causes.sentence(row.cause)
        return Component(label, "failing", figures, row.worked_at, row.failing_since, to_do, runbook)
    return Component(label, "working", figures, row.worked_at)


def _database(now: datetime, here: datetime) -> Component:
    """The page itself was read from it; its clock and its tables may still be wrong."""
    postgresql: Any = connection
    major = postgresql.pg_version // 10_000
    apart = abs(here - now)
    figures = _("PostgreSQL %(major)s, clock difference %(ms)s ms") % {
        "major": major,
        "ms": round(apart.total_seconds() * 1000),
    }
    cause = servers.schema() or servers.clocks_differ(apart.total_seconds())
    state = "failing" if cause else "working"
    runbook = "database" if cause else ""
    return Component(_("Database"), state, figures, now, to_do=causes.sentence(cause) if cause else "", runbook=runbook)


def _room(row: Heartbeat | None) -> str:
    facts: dict[str, Any] = row.facts if row is not None else {}
    if "free" not in facts:
        return ""
    sizes = {"free": size_in_words(facts["free"]), "total": size_in_words(facts["total"])}
    return _("%(free)s of %(total)s free") % sizes


def _providers(rows: Mapping[str, Heartbeat], now: datetime) -> Iterator[Component]:
    """Each active provider: what a worker found, or what the last sign-in showed to be wrong."""
    for name, slug in Provider.objects.active().order_by("name").values_list("name", "slug"):
        checked, sign_in = rows.get(f"{CHECKED}{slug}"), rows.get(f"{SIGN_IN}{slug}")
        label = _("Sign-in: %(provider)s") % {"provider": name}
        if sign_in is not None and sign_in.cause:
            to_do = causes.sentence(sign_in.cause)
            yield Component(label, "failing", "", sign_in.worked_at, sign_in.failing_since, to_do, "sign-in")
        else:
            yield _one(checked, label, now, runbook="sign-in")
