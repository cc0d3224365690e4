"""Whoever sends rubbish without end fills no log, and the log says that it happened."""

import math

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from apps.audit.models import Event
from apps.core import rate
from apps.core.actors import ANONYMOUS
from apps.identity.commands.sign_ins import record_sign_in_refused
from tests.identity import browser
from tests.identity.provider import Provider
from tests.identity.test_back_channel import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting_cache")]
MANY = 200


def lines(kind: str) -> list[int]:
    """What each event of the kind says it stands for: itself, or the count so far."""
    found = Event.objects.filter(kind=kind).order_by("pk")
    return [event.facts.get("count", 1) for event in found]


def test_a_flood_of_answers_to_nobodys_question_leaves_few_lines_and_their_number(client: Client) -> None:
    """T92, L27: a cookie is not even needed to send them."""
    for number in range(MANY):
        assert browser.come_back(Client(), {"code": "x", "state": str(number)}).status_code == 403
    assert lines("person.sign_in_refused") == [1] * rate.RECORD_EACH + [32, 64, 128]


def test_a_flood_of_rubbish_at_the_back_channel_leaves_few_lines_and_their_number(provider: Provider) -> None:
    """T92: from anywhere, without any signature."""
    for number in range(MANY):
        assert send({"logout_token": f"{number}.y.z"}).status_code == 400
    assert lines("session.logout_refused") == [1] * rate.RECORD_EACH + [32, 64, 128]


def test_a_flood_of_one_kind_hides_no_refusal_of_another(provider: Provider, client: Client) -> None:
    """An attack that matters is written down in full while somebody makes noise."""
    for _time in range(MANY):
        browser.come_back(Client(), {"code": "x", "state": "y"})
    provider.says["aud"] = "another-client"
    browser.sign_in(client, provider)
    assert Event.objects.filter(kind="person.sign_in_refused", facts__why="audience").count() == 1


def test_error_codes_of_ones_own_making_are_one_kind() -> None:
    """What an attacker may choose freely does not open a fresh count each time."""
    for number in range(MANY):
        record_sign_in_refused("", why=f"provider_said.a{'b' * (number % 40)}", by=ANONYMOUS)
    assert len(lines("person.sign_in_refused")) == rate.RECORD_EACH + 3


@pytest.mark.parametrize("times", [1, 20, 21, 32, 1000, 5000])
def test_the_lines_grow_with_the_logarithm(times: int) -> None:
    noted = [count for count in (rate.should_record("x") for _time in range(times)) if count]
    assert len(noted) == min(times, rate.RECORD_EACH) + max(0, int(math.log2(times)) - 4)
    assert times / 2 < noted[-1] <= times


def test_the_next_minute_starts_a_new_count() -> None:
    for _time in range(MANY):
        rate.should_record("x")
    assert rate.should_record("x") == 0
    cache.clear()  # as the minute does
    assert rate.should_record("x") == 1


def test_without_the_bound_each_would_be_a_line() -> None:
    """The control: in a portal without a cache a flood is written down whole."""
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}):
        for _time in range(MANY):
            Client().post(reverse("back_channel_logout"), {})
    assert len(lines("session.logout_refused")) == MANY
