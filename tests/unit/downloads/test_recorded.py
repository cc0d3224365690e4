"""What is recorded of links and refusals: each once, and of many the first and then ever fewer."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.core import rate
from apps.core.actors import ANONYMOUS
from apps.core.errors import Denied, DomainError, NotFound, TooOften
from apps.downloads import commands, rules
from tests import stories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting_cache")]
HERE, THERE = "198.51.100.7", "203.0.113.9"


def refusal(ask: Callable[..., object], *args: Any, **facts: Any) -> type[DomainError] | None:
    try:
        ask(*args, **facts)
    except DomainError as refused:
        return type(refused)
    return None


def test_a_link_is_recorded_when_it_is_made_and_when_it_is_ended() -> None:
    access = stories.granted()
    link, _secret = commands.make_link(access.file, by=access.holder)
    made = Event.objects.get(kind=Kind.LINK_MADE)
    assert (made.actor_id, made.subject_id) == (access.holder.pk, link.pk)
    file, dataset = access.file, access.published_dataset.dataset
    about = {file.pk, file.version_id, dataset.pk, access.grant.pk}
    assert set(made.about) >= about
    commands.end_link(link, by=access.holder)
    ended = Event.objects.get(kind=Kind.LINK_ENDED)
    assert (ended.actor_id, ended.subject_id) == (access.holder.pk, link.pk)
    assert set(ended.about) >= about
    commands.end_link(link, by=access.holder)
    assert Event.objects.filter(kind=Kind.LINK_ENDED).count() == 1


def test_links_that_do_not_exist_are_counted_for_each_network(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first one too many is recorded and logged, and then each time their number doubles."""
    monkeypatch.setattr(rules, "MAX_UNKNOWN_LINKS", 3)
    with caplog.at_level(logging.WARNING, logger="apps.downloads"):
        found = [refusal(commands.open_link, "x", by=ANONYMOUS, network=HERE) for _time in range(9)]
    assert found == [NotFound] * 3 + [TooOften] * 6
    counts = [event.facts["count"] for event in Event.objects.filter(kind=Kind.LINKS_GUESSED).order_by("pk")]
    assert counts == [4, 5, 7]
    logged = [record.getMessage() for record in caplog.records if record.name == "apps.downloads.commands"]
    assert len(logged) == 3 and all(HERE in line for line in logged)
    assert refusal(commands.open_link, "x", by=ANONYMOUS, network=THERE) is NotFound


def test_a_flood_of_refusals_of_one_person_hides_none_of_another() -> None:
    file = stories.published_dataset().file
    first, second = stories.person(), stories.person()
    for _time in range(rate.RECORD_EACH + 2):
        assert refusal(commands.fetch, file, by=first) is Denied
    refused = Event.objects.filter(kind=Kind.DOWNLOAD_REFUSED)
    assert refused.filter(actor_id=first.pk).count() == rate.RECORD_EACH
    assert refusal(commands.fetch, file, by=second) is Denied
    assert refusal(commands.fetch, file, by=ANONYMOUS) is Denied
    assert [refused.filter(actor_id=one).count() for one in (second.pk, None)] == [1, 1]
    other = stories.published_dataset().file
    assert refusal(commands.fetch, other, by=first) is Denied
    assert refused.get(subject_id=other.pk).facts == {"why": "denied"}


def test_many_refusals_are_recorded_with_their_number() -> None:
    file, somebody = stories.published_dataset().file, stories.person()
    for _time in range(33):
        refusal(commands.fetch, file, by=somebody)
    counts = [event.facts.get("count") for event in Event.objects.filter(kind=Kind.DOWNLOAD_REFUSED).order_by("pk")]
    assert counts == [None] * rate.RECORD_EACH + [32]


def test_a_link_that_another_person_tries_is_recorded_as_misuse() -> None:
    access = stories.linked()
    assert access.link is not None
    other = stories.person()
    assert refusal(commands.open_link, access.token, by=other) is Denied
    misuse = Event.objects.get(kind=Kind.LINK_MISUSED)
    assert (misuse.actor_id, misuse.subject_id, misuse.facts) == (other.pk, access.link.pk, {"why": rules.OTHER_PERSON})
    assert not Event.objects.filter(kind=Kind.DOWNLOAD_REFUSED).exists()
    commands.end_link(access.link, by=access.holder)
    assert refusal(commands.open_link, access.token, by=ANONYMOUS) is not None
    refused = Event.objects.get(kind=Kind.DOWNLOAD_REFUSED)
    assert (refused.actor_id, refused.subject_id) == (access.holder.pk, access.link.pk)
