"""What follows from events, when workers fail, race, or are killed: in the end everything is there once."""

import os
import signal
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections

from apps.access_requests import commands as requests
from apps.audit.kinds import Kind
from apps.audit.models import Event, Outbox
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.grants.models import AccessGrant
from apps.notifications.commands import post_due
from apps.notifications.models import Notification
from portal import consequences
from tests import stories

pytestmark = pytest.mark.usefixtures("by_commands")  # the course itself is what is looked at


@pytest.fixture(autouse=True)
def nobody_is_nudged(settings: Any) -> None:
    """These tests are the workers."""
    settings.WAKE_WORKERS = False


def at_once(*acts: Callable[[], Any]) -> None:
    """Each act in a thread with a connection of its own, all beginning together; a fault in one is a fault here."""
    gate, faults = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            act()
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def due_now() -> None:
    """Let what was put off be due, as time would."""
    Outbox.objects.update(not_before=clock.now())


# ------------------------------------------------------------------------------------------- a consequence that fails
@pytest.mark.django_db
def test_a_consequence_that_fails_is_tried_again_and_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """R16: the others run, the fault is there to be read, and the second try makes nothing twice."""
    agreement_setup = stories.executed()
    broken = [consequences.CONSEQUENCES[Kind.AGREEMENT_EXECUTED][0], _fails]
    monkeypatch.setitem(consequences.CONSEQUENCES, Kind.AGREEMENT_EXECUTED, broken)
    stories.drain()
    grant = AccessGrant.objects.get(agreement=agreement_setup.agreement)
    pending = Outbox.objects.get()
    assert (pending.attempts, pending.last_error) == (1, "_fails: ZeroDivisionError")
    assert pending.not_before > clock.now()
    assert stories.drain() == 0
    monkeypatch.undo()
    due_now()
    stories.drain()
    assert not Outbox.objects.exists()
    assert AccessGrant.objects.get() == grant
    assert Event.objects.filter(kind="grant.issued").count() == 1


def _fails(_event: Event) -> None:
    Notification.objects.create(event_id=1, reader=stories.person(), kind="planted", subject="half done", body="")
    raise ZeroDivisionError


@pytest.mark.django_db
def test_what_a_failing_consequence_wrote_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(consequences.CONSEQUENCES, Kind.REQUEST_SUBMITTED, [_fails])
    stories.submitted()
    assert not Notification.objects.filter(kind="planted").exists()


@pytest.mark.django_db
def test_retries_are_spaced_out_and_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(consequences.CONSEQUENCES, Kind.REQUEST_SUBMITTED, [_fails])
    stories.submitted()
    waits = []
    for attempts in (1, 5, 30):
        Outbox.objects.update(attempts=attempts, not_before=clock.now())
        stories.drain()
        waits.append(Outbox.objects.get().not_before - clock.now())
    assert waits[0] < waits[1] < waits[2] <= consequences.LONGEST_WAIT
    assert waits[2] > consequences.LONGEST_WAIT - timedelta(minutes=1)


@pytest.mark.django_db
def test_an_event_of_a_kind_nobody_knows_waits_and_stops_nothing() -> None:
    """R16: a row written by a newer release, met by an older worker."""
    strange = Event.objects.create(kind="planet.discovered", actor_kind="system")
    Outbox.objects.create(event_id=strange.pk)
    case = stories.submitted()
    assert Notification.objects.filter(reader=case.committee_setup.chair).exists()
    assert [row.event_id for row in Outbox.objects.all()] == [strange.pk]
    assert "LookupError" in Outbox.objects.get().last_error


# --------------------------------------------------------------------------------------------------- two at a time
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_and_send_each_notification_once() -> None:
    """R2, R19, I3."""
    case = stories.draft()
    requests.submit(case.request, by=case.applicant)
    mail.outbox.clear()
    at_once(consequences.drain, consequences.drain, consequences.drain)
    due_now()
    consequences.drain()
    pairs = Counter(Notification.objects.values_list("event_id", "reader_id"))
    assert pairs
    assert set(pairs.values()) == {1}
    at_once(*[lambda: post_due(by=SYSTEM)] * 3)
    sent = Counter(message.extra_headers["Message-ID"] for message in mail.outbox)
    assert set(sent.values()) == {1}
    assert len(sent) == Notification.objects.filter(posted_at__isnull=False).count() == Notification.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_issue_one_grant() -> None:
    """R2, R19, I1."""
    agreement_setup = stories.executed()
    at_once(*[consequences.drain] * 3)
    due_now()
    consequences.drain()
    assert AccessGrant.objects.filter(agreement=agreement_setup.agreement).count() == 1
    assert Event.objects.filter(kind="grant.issued").count() == 1


# ------------------------------------------------------------------------------------------------------- kill -9
def drain_and_die(at: int) -> bool:
    """A worker in a process of its own, killed at its n-th statement; whether it was killed before it was done.

    The statement is sent before the kill when `at` is odd, and not when it is even.
    """
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child only speaks to the database, then ends
        child = os.fork()
    if child == 0:
        try:
            count = iter(range(1, 1_000_000))

            def kill(execute: Any, *notified: Any) -> Any:
                mine = next(count)
                if mine == at and at % 2 == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                done = execute(*notified)
                if mine == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return done

            with connection.execute_wrapper(kill):
                consequences.drain()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(_end_of(child))


def _end_of(child: int) -> int:
    """How the child ended; one that hangs is a fault of this test, not a kill."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the worker hangs")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_any_statement_leaves_nothing_half_done_or_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """R1, I1, I3: from the signature to the grant, the notifications and the PDF; after each kill another worker
    starts.
    """
    monkeypatch.setattr("typst.compile", lambda *_a, **_k: b"%PDF-")  # its threads do not survive a fork
    agreement_setup = stories.executed(members=[stories.person()])
    kills, at = 0, 1
    while drain_and_die(at):
        kills += 1
        assert kills < 200
        at += 3 if kills % 2 else 2
        due_now()
    assert kills > 10
    due_now()
    stories.drain()
    assert not Outbox.objects.exists()
    assert AccessGrant.objects.count() == 2
    notified = Counter(Event.objects.values_list("kind", flat=True))
    assert (notified["grant.issued"], notified["request.activated"], notified["agreement.pdf_stored"]) == (2, 1, 1)
    assert set(Counter(Notification.objects.values_list("event_id", "reader_id")).values()) == {1}
    assert agreement_setup.reload().agreement.pdfs.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_a_consequence_outside_its_transaction_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control, R1: an effect outside the transaction of its outbox row is seen twice."""
    effects: list[int] = []

    def careless(event: Event) -> None:
        effects.append(event.pk)  # like a mail sent in the middle: a rollback does not take it back
        if len(effects) == 1:
            raise OSError("killed after the effect")

    monkeypatch.setitem(consequences.CONSEQUENCES, Kind.REQUEST_SUBMITTED, [careless])
    stories.submitted()
    due_now()
    stories.drain()
    assert len(effects) == 2
