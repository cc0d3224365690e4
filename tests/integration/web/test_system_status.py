"""System status: each part of the portal, what needs an operator, and numbers that cost the same however many."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Outbox
from apps.core import clock, heartbeats
from apps.core.models import Heartbeat
from apps.grants.commands import stop_downloads
from apps.people.models import Provider
from apps.web.oversight.components import Component, components
from tests import stories

pytestmark = pytest.mark.django_db


def by_label(parts: list[Component]) -> dict[str, Component]:
    return {one.label: one for one in parts}


def all_report() -> None:
    for name in ("web:a", "worker:a", "scheduler", "storage", "e-mail", "provider:home"):
        heartbeats.report(name, **({"version": "0.1.0"} if ":a" in name else {}))


def test_a_part_that_never_reported_is_not_called_working() -> None:
    """Case 40: a green page when a check did not run misleads."""
    parts = by_label(components(clock.now()))
    assert {parts[name].state for name in ("Web", "Workers", "Scheduler", "File storage", "E-mail")} == {"unknown"}
    assert parts["Database"].state == "working"


def test_what_reports_works_until_it_stops_reporting() -> None:
    all_report()
    now = clock.now()
    assert {one.state for one in components(now)} == {"working"}
    later = components(now + timedelta(minutes=6), clock_of_this_machine=now + timedelta(minutes=6))
    assert {one.state for one in later if one.label != "Database"} == {"unknown"}
    assert all(one.to_do for one in later if one.state == "unknown")


def test_stopped_downloads_are_never_called_working() -> None:
    all_report()
    client, good = stories.client_for(stories.operator()), "notice--success"
    assert good in client.get("/system-status/").content.decode()
    stop_downloads("An incident is looked at.", by=stories.operator())
    assert good not in client.get("/system-status/").content.decode()


def test_what_fails_comes_first_with_its_cause_and_what_to_do() -> None:
    """Case 43."""
    all_report()
    Provider.objects.create(slug="home", name="Home", issuer="https://idp.example.org", client_id="c", secret_name="s")
    heartbeats.report("storage", cause="disk_full", free=0, total=100)
    heartbeats.report("sign-in:home", cause="client_secret")
    parts = components(clock.now())
    assert [one.state for one in parts[:3]] == ["failing", "failing", "working"]
    assert {one.runbook for one in parts[:2]} == {"storage", "sign-in"}
    assert all(one.to_do and one.since for one in parts[:2])
    page = stories.client_for(stories.operator()).get("/system-status/")
    assert len(page.context["need_you"]) == 2
    assert "OIDC_CLIENT_SECRET" in page.content.decode()


def test_a_clock_that_differs_and_tables_that_are_missing_are_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    database = by_label(components(now, clock_of_this_machine=now - timedelta(seconds=9)))["Database"]
    assert (database.state, "9000" in database.figures) == ("failing", True)
    assert by_label(components(now, clock_of_this_machine=datetime.now(UTC)))["Database"].state == "working"
    monkeypatch.setattr("apps.web.oversight.components.missing_migrations", lambda: ["core.9999_x"])
    assert by_label(components(now))["Database"].state == "failing"


def test_the_page_counts_no_further_than_a_thousand() -> None:
    """PERFORMANCE: it took 358 ms at 100,000 notifications."""
    Outbox.objects.bulk_create(Outbox(event_id=10**9 + n, attempts=5) for n in range(1005))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = stories.client_for(stories.operator()).get("/system-status/")
    assert (page.context["pending_count"], page.context["stuck"]) == ("1,000+", "1,000+")
    counts = [one["sql"] for one in asked if "COUNT(" in one["sql"] and "outbox" in one["sql"]]
    assert len(counts) == 2 and all("LIMIT 1001" in sql for sql in counts)


def test_a_report_keeps_since_when_it_fails_and_logs_each_change_once(caplog: Any) -> None:
    heartbeats.report("storage", cause="silent")
    first = Heartbeat.objects.get(pk="storage")
    heartbeats.report("storage", cause="silent")
    again = Heartbeat.objects.get(pk="storage")
    assert (again.failing_since, again.worked_at) == (first.failing_since, None)
    assert again.seen_at >= first.seen_at
    heartbeats.works_again("storage")
    heartbeats.works_again("storage")
    mended = Heartbeat.objects.get(pk="storage")
    assert (mended.failing_since, mended.cause, mended.worked_at is not None) == (None, "", True)
    said = [one.getMessage() for one in caplog.records if one.name == "apps.core.heartbeats"]
    assert len(said) == 2 and said[0].startswith("storage does not work. silent: ")


def test_machines_that_were_replaced_are_forgotten() -> None:
    heartbeats.report("worker:old")
    Heartbeat.objects.update(seen_at=clock.now() - timedelta(days=2))
    heartbeats.report("worker:new")
    assert heartbeats.forget(prefix="worker:") == 1
    assert [row.name for row in heartbeats.heartbeats()] == ["worker:new"]
    assert heartbeats.heartbeats(["worker:old"]).count() == 0
