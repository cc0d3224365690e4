"""Whoever asks for links without end fills no log, finds nothing, and is heard of."""

import logging

import pytest
from django.test import Client, RequestFactory

from apps.audit.models import Event
from apps.core import rate
from apps.core.actors import ANONYMOUS
from apps.core.errors import Denied, DomainError
from apps.downloads import commands, rules, signing
from apps.identity.oidc.client_info import network_of
from apps.notifications.models import Notification
from tests import stories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting_cache")]
HERE, THERE = "198.51.100.7", "203.0.113.9"


def status(token: str, *, origin: str = HERE) -> int:
    return Client().get(f"/d/{token}/table.csv", headers={"X-Forwarded-For": origin}).status_code


def guesses(how_many: int) -> list[int]:
    return [status(signing.new_token() if number % 2 else f"x{number}") for number in range(how_many)]


@pytest.mark.parametrize("tries", [250, pytest.param(1000, marks=pytest.mark.exhaustive)])
def test_a_thousand_guessed_links_are_slowed_down_and_told(tries: int, caplog: pytest.LogCaptureFixture) -> None:
    """L27: a hundred are answered "there is none", then "wait"; the operators hear once, the log has a few lines.

    `make test` tries 250, which are eight of the ten lines; `make test-all` tries all thousand.
    """
    operator = stories.operator()
    with caplog.at_level(logging.WARNING, logger="apps.downloads"):
        found = guesses(tries)
    assert found == [404] * rules.MAX_UNKNOWN_LINKS + [429] * (tries - rules.MAX_UNKNOWN_LINKS)
    counts = [event.facts["count"] for event in Event.objects.filter(kind="links.guessed").order_by("pk")]
    assert counts == [line for line in (101, 102, 104, 108, 116, 132, 164, 228, 356, 612) if line <= tries]
    stories.drain()
    notification = Notification.objects.get(kind="links.guessed")
    assert (notification.reader, notification.path) == (operator, "/system-status/")
    assert "101" in notification.body.replace("\u2060", "")
    notified = [line.getMessage() for line in caplog.records if line.name == "apps.downloads.commands"]
    assert HERE in notified[0] and len(notified) == len(counts)
    assert not Event.objects.exclude(facts__has_key="count").filter(kind="links.guessed").exists()


def test_a_real_link_opens_in_the_middle_of_a_flood_from_the_same_house() -> None:
    """A hospital has one address for all: one colleague who guesses must not stop another."""
    access = stories.linked()
    assert guesses(rules.MAX_UNKNOWN_LINKS + 1)[-1] == 429
    assert status(access.token) == 200


def test_who_guesses_elsewhere_is_counted_there() -> None:
    """The control: from another address the very same is answered as if nothing had been."""
    assert guesses(rules.MAX_UNKNOWN_LINKS + 1)[-1] == 429
    assert status("x", origin=THERE) == 404


def test_the_answer_says_when_to_come_back() -> None:
    guesses(rules.MAX_UNKNOWN_LINKS)
    answer = Client().get("/d/x/table.csv", headers={"X-Forwarded-For": HERE})
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")


@pytest.mark.parametrize(
    ("said", "network"),
    [
        ("nobody knows", ""),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("1.1.1.1, 192.0.2.7", "192.0.2.7"),  # the front server's own word stands last
    ],
)
def test_a_home_network_counts_as_one(said: str, network: str) -> None:
    assert network_of(RequestFactory().get("/", headers={"X-Forwarded-For": said})) == network


def test_an_ended_link_that_is_tried_without_end_leaves_few_lines_and_their_number() -> None:
    """T92: whoever finds an old address in a script's log can ask a million times."""
    access = stories.linked()
    assert access.link is not None
    commands.end_link(access.link, by=access.holder)
    assert {status(access.token) for _time in range(100)} == {410}
    counts = [event.facts.get("count", 1) for event in Event.objects.filter(kind="download.refused").order_by("pk")]
    assert counts == [1] * rate.RECORD_EACH + [32, 64]


def test_a_flood_by_one_hides_no_refusal_of_another() -> None:
    """Every person and every reason is counted apart."""
    published_dataset = stories.published_dataset()
    for _time in range(50):
        with pytest.raises(DomainError):
            commands.fetch(published_dataset.file, by=ANONYMOUS)
    somebody = stories.person()
    with pytest.raises(Denied):
        commands.fetch(published_dataset.file, by=somebody)
    refused = Event.objects.filter(kind="download.refused")
    assert refused.filter(actor_id=None).count() == rate.RECORD_EACH + 1
    assert refused.filter(actor_id=somebody.pk).count() == 1
