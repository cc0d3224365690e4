"""Operators are notified of work that is late: at its start, once a day, and at its end."""

from datetime import timedelta

import pytest

from apps.audit.models import Event, Outbox
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied
from apps.core.models import Heartbeat
from apps.notifications.late_work import report_late_work
from apps.notifications.models import Notification
from tests import stories

pytestmark = pytest.mark.django_db
KINDS = ("work.late", "work.caught_up")


def happened(what: str = "tasks") -> list[tuple[str, str]]:
    rows = Event.objects.filter(kind__in=KINDS, facts__what=what).order_by("pk").values_list("kind", "facts__what")
    return [(str(kind), str(what)) for kind, what in rows]


def test_late_tasks_are_reported_once_again_after_a_day_and_at_the_end() -> None:
    stories.operator()
    submitted = stories.draft()
    Outbox.objects.all().delete()  # what kept worlds, this draft's too, left when they were made: in a long run, late
    stories.requests.submit(submitted.request, by=submitted.applicant)
    report_late_work(by=SYSTEM)
    assert happened() == [], "nothing is late yet"
    now = clock.now()
    with clock.freeze(now + timedelta(minutes=16)):
        report_late_work(by=SYSTEM)
        report_late_work(by=SYSTEM)
    assert happened() == [("work.late", "tasks")]
    with clock.freeze(now + timedelta(days=1, minutes=17)):
        report_late_work(by=SYSTEM)
    assert happened() == [("work.late", "tasks")] * 2
    Outbox.objects.all().delete()
    report_late_work(by=SYSTEM)
    report_late_work(by=SYSTEM)
    assert happened() == [("work.late", "tasks")] * 2 + [("work.caught_up", "tasks")]


def test_each_operator_gets_a_message_of_late_work_and_of_its_end() -> None:
    operator = stories.operator()
    case = stories.draft()
    stories.requests.submit(case.request, by=case.applicant)
    with clock.freeze(clock.now() + timedelta(minutes=20)):
        report_late_work(by=SYSTEM)
    stories.drain()
    report_late_work(by=SYSTEM)
    stories.drain()
    kinds = Notification.objects.filter(reader=operator, kind__in=KINDS).order_by("written_at")
    assert set(kinds.values_list("kind", flat=True)) == set(KINDS)


def test_e_mails_that_wait_for_an_hour_are_late() -> None:
    operator = stories.operator()
    Notification.objects.create(event_id=1, reader=operator, kind="refused", subject="s", body="b")
    with clock.freeze(clock.now() + timedelta(minutes=61)):
        report_late_work(by=SYSTEM)
    assert happened("emails") == [("work.late", "emails")]
    assert Heartbeat.objects.get(pk="late:emails").failing_since is not None


def test_only_gatehouse_itself_reports_late_work() -> None:
    with pytest.raises(Denied):
        report_late_work(by=CONSOLE)
