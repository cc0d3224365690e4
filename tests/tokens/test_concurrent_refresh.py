"""Two polls, two renewals, two answers in the same moment; each beside a naive build that gives too much."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import models

from apps.audit.models import Event
from apps.core.actors import ANONYMOUS
from apps.core.errors import DomainError, TooOften
from apps.tokens.commands import devices
from apps.tokens.commands.devices import (
    Pair,
    Trouble,
    answer_device,
    find_device,
    redeem_device_code,
    refresh_token,
    request_device_code,
    revoke_by_secret,
)
from apps.tokens.models import DeviceRequest, PersonalToken, UsedRefreshToken
from tests import stories
from tests.concurrency.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)
CLI = "gatehouse-cli"


def approved() -> devices.Asked:
    person = stories.person()
    asked = request_device_code(CLI, scopes=["read"], asked_from="", browser="", by=ANONYMOUS)
    found = find_device(asked.user_code, by=person)
    assert found is not None
    answer_device(found, approve=True, by=person)
    return asked


def polling(asked: devices.Asked) -> Callable[[], Pair | Trouble]:
    return lambda: redeem_device_code(asked.device_code, client_id=CLI, by=ANONYMOUS)


def renewing(pair: Pair) -> Callable[[], Pair | Trouble]:
    return lambda: refresh_token(pair.refresh, client_id=CLI, scopes=[], by=ANONYMOUS)


def pairs(results: list[Any]) -> list[Pair]:
    return [one for one in results if isinstance(one, Pair)]


@pytest.mark.parametrize("turn", range(5))
def test_polls_at_once_give_one_pair(turn: int) -> None:
    """The row lock lets one through; the code being used twice then ends what it gave, as any replay does."""
    asked = approved()
    results = together([polling(asked)] * 4)
    assert len(pairs(results)) == 1
    assert results.count(Trouble.INVALID) == 3
    assert PersonalToken.objects.count() == 1
    assert Event.objects.filter(kind="token.made").count() == 1


@pytest.mark.parametrize("turn", range(5))
def test_renewals_at_once_give_one_pair(turn: int) -> None:
    """And the second is a spent token shown again: the family ends, because a thief would look just so."""
    first = redeem_device_code(approved().device_code, client_id=CLI, by=ANONYMOUS)
    assert isinstance(first, Pair)
    results = together([renewing(first)] * 4)
    assert len(pairs(results)) == 1
    assert results.count(Trouble.INVALID) == 3
    assert UsedRefreshToken.objects.count() == 1
    assert Event.objects.filter(kind="token.reused").count() == 1
    assert PersonalToken.objects.get().revoked_at is not None


def test_control_without_the_lock_two_polls_give_two_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: the same polls without the row lock."""
    asked, both = approved(), threading.Barrier(2)
    naive(monkeypatch, devices, "_not_yet", both)
    assert len(pairs(together([polling(asked)] * 2))) == 2


def test_control_without_the_lock_two_renewals_both_pass_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: without the lock both get past the check, and only the unique digest of what is spent stops one."""
    first = redeem_device_code(approved().device_code, client_id=CLI, by=ANONYMOUS)
    assert isinstance(first, Pair)
    both = threading.Barrier(2)
    naive(monkeypatch, devices, "_fresh_secrets", both)
    monkeypatch.setattr(UsedRefreshToken.objects, "create", lambda **_k: None)
    assert len(pairs(together([renewing(first)] * 2))) == 2


def naive(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, both: threading.Barrier) -> None:
    """No row lock, and both wait for each other after they have looked."""
    original = getattr(module, name)

    def late(*given: Any, **more: Any) -> Any:
        both.wait(10)
        return original(*given, **more)

    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, *_a, **_k: self)
    monkeypatch.setattr(module, name, late)


def test_yes_and_no_at_once_is_one_of_them() -> None:
    person = stories.person()
    asked = request_device_code(CLI, scopes=["read"], asked_from="", browser="", by=ANONYMOUS)
    found = find_device(asked.user_code, by=person)
    assert found is not None
    results = together(
        [
            lambda: answer_device(found, approve=True, by=person),
            lambda: answer_device(found, approve=False, by=person),
        ]
    )
    assert sum(isinstance(one, DomainError) for one in results) == 1
    row = DeviceRequest.objects.get()
    assert (row.approved_at is None) != (row.refused_at is None)


def test_many_guesses_at_once_are_no_more_than_one_after_another() -> None:
    """L27: the person's row is locked while a code is tried."""
    person = stories.person()
    results = together([lambda: find_device("BBBB-BBBB", by=person)] * 12)
    assert sum(isinstance(one, TooOften) for one in results) == 7
    assert results.count(None) == 5


@pytest.mark.parametrize("turn", range(8))
def test_a_renewal_and_a_revocation_at_once_leave_nothing_alive(turn: int) -> None:
    first = redeem_device_code(approved().device_code, client_id=CLI, by=ANONYMOUS)
    assert isinstance(first, Pair)
    together([renewing(first), lambda: revoke_by_secret(first.refresh, client_id=CLI, by=ANONYMOUS)])
    assert not PersonalToken.objects.alive().exists()
    assert not PersonalToken.objects.refreshable().exists()
