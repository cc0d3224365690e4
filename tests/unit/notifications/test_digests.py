"""Digests: one e-mail a day or week, sent once however often or late the job runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Invalid
from apps.notifications.commands import post_due
from apps.notifications.commands_digest import choose_rhythm, post_digests
from apps.notifications.digests import put_into_digests
from apps.notifications.models import MailChoice, Notification
from apps.notifications.rhythms import Rhythms, next_digest
from apps.people.models import Person
from tests import stories


@pytest.mark.parametrize(
    ("now", "rhythm", "zone", "due"),
    [
        ("2026-11-27T05:59", "daily", "Europe/Copenhagen", "2026-11-27T06:00"),
        ("2026-11-27T06:00", "daily", "Europe/Copenhagen", "2026-11-28T06:00"),
        ("2026-11-27T12:00", "weekly", "Europe/Copenhagen", "2026-11-30T06:00"),
        ("2026-11-30T06:00", "weekly", "Europe/Copenhagen", "2026-12-07T06:00"),
        ("2026-03-28T12:00", "daily", "Europe/Copenhagen", "2026-03-29T05:00"),  # summer time begins
        ("2026-11-27T23:30", "daily", "Pacific/Auckland", "2026-11-28T18:00"),
        ("2026-11-27T12:00", "daily", "", "2026-11-28T07:00"),
    ],
)
def test_a_digest_is_due_at_seven_in_the_readers_time_zone(now: str, rhythm: str, zone: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_digest(moment, Rhythms(rhythm), zone) == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert next_digest(moment, Rhythms.AT_ONCE, zone) is None


def reader(rhythm: str = "daily") -> Person:
    someone = stories.person()
    Person.objects.filter(pk=someone.pk).update(email=f"{someone.code.lower()}@x.example", email_verified=True)
    choose_rhythm(rhythm=rhythm, by=someone)
    return someone


def notify(someone: Person, number: int, kind: str = "request.submitted") -> None:
    one = Notification(event_id=number, reader=someone, kind=kind, subject=f"Subject {number}", body="Body", path="/x/")
    put_into_digests([one])
    one.save()


def later(**how: Any) -> Any:
    return clock.freeze(clock.now() + timedelta(**how))


@pytest.mark.django_db
def test_a_digest_is_one_e_mail_and_a_second_run_sends_none() -> None:
    someone = reader()
    for number in (1, 2, 3):
        notify(someone, number)
    assert (post_due(by=SYSTEM), post_digests(by=SYSTEM), len(mail.outbox)) == (0, 0, 0)
    with later(days=1):
        assert [post_digests(by=SYSTEM) for _run in range(2)] == [1, 0]
    (sent,) = mail.outbox
    assert [f"Subject {number}" in sent.body for number in (1, 2, 3)] == [True] * 3
    assert "Body" not in sent.body
    assert not Notification.objects.filter(posted_at=None).exists()


@pytest.mark.django_db
def test_a_job_that_did_not_run_for_days_sends_one_digest() -> None:
    someone = reader()
    notify(someone, 1)
    with later(days=4):
        assert [post_digests(by=SYSTEM) for _run in range(3)] == [1, 0, 0]
        assert MailChoice.objects.get(person=someone).next_at > clock.now()


@pytest.mark.django_db
def test_what_concerns_the_account_is_sent_at_once() -> None:
    someone = reader("weekly")
    notify(someone, 1, "affiliation.expired")
    notify(someone, 2)
    assert (post_due(by=SYSTEM), len(mail.outbox)) == (1, 1)


@pytest.mark.django_db
def test_who_chooses_at_once_again_gets_what_waits() -> None:
    someone = reader()
    notify(someone, 1)
    choose_rhythm(rhythm="at_once", by=someone)
    notify(someone, 2)
    assert (post_due(by=SYSTEM), post_digests(by=SYSTEM)) == (2, 0)
    with pytest.raises(Invalid):
        choose_rhythm(rhythm="hourly", by=someone)


@pytest.mark.django_db
def test_a_digest_that_the_mail_server_refuses_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    someone = reader()
    notify(someone, 1)

    class Refusing:
        def send_messages(self, _messages: object) -> None:
            raise OSError("no")

        def close(self) -> None:
            """Nothing is open."""

    with later(days=1):
        monkeypatch.setattr("apps.notifications.commands_digest.get_connection", Refusing)
        assert post_digests(by=SYSTEM) == 0
        monkeypatch.undo()
        assert (post_digests(by=SYSTEM), len(mail.outbox)) == (0, 0)
        with later(minutes=15):
            assert (post_digests(by=SYSTEM), len(mail.outbox)) == (1, 1)


@pytest.mark.django_db
def test_the_choice_is_made_on_a_page() -> None:
    someone = stories.person()
    client = stories.client_for(someone)
    assert client.post("/notifications/settings/", {"rhythm": "hourly"}).status_code == 422
    assert client.post("/notifications/settings/", {"rhythm": "weekly"}).status_code == 302
    assert client.get("/notifications/settings/").context["form"]["rhythm"].value() == "weekly"
