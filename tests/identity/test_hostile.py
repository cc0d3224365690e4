"""A provider that lies gets nobody in: every lie alone, and every two fields lied about together.

`make test` tells every lie alone and a twelfth of the pairs, always the same ones; `make test-all` tells every pair.

Each case is a whole sign-in over HTTP. The control is the library as it is shipped, against the same provider: it
takes several of these lies for the truth.
"""

import pytest
from django.db import connection
from django.test import Client, override_settings

from apps.identity.oidc import discovery
from apps.people.models import Identity, Person
from tests.identity import browser, false_claims
from tests.identity.false_claims import LIES, Lie
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db
PARTS = 12
SLOW = {"slow", "drip"}
# Half a minute of waiting is tried in test_slow_provider.py; here a provider is slow after a third of a second.
HURRY = {"SIGN_IN_STEP_SECONDS": 0.3, "SIGN_IN_SECONDS": 0.45}


def attempt(provider: Provider, *used: Lie) -> tuple[list[str], str]:
    """One sign-in with a provider that tells these lies: what is wrong with the outcome, and why it was refused."""
    false_claims.falsify(provider, *used)
    if any(one.place in {"metadata", "keys"} for one in used):
        discovery.forget()
    before = len(browser.refusals())
    client = Client(raise_request_exception=False)
    with override_settings(**HURRY if any(one.name in SLOW for one in used) else {}):
        answer = browser.sign_in(client, provider)
    whys = browser.refusals()[before:]
    wrong = []
    if answer.status_code not in {403, 503}:
        wrong.append(f"answered {answer.status_code}")
    if "_auth_user_id" in client.session or Person.objects.exists() or Identity.objects.exists():
        wrong.append("somebody got in or came into being")
    if len(whys) != 1:
        wrong.append(f"left the events {whys}")
    if not connection.is_usable():
        wrong.append("broke the database connection")
    if any(one.place in {"metadata", "keys"} for one in used):
        discovery.forget()
    return wrong, whys[0] if whys else ""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_lie_alone_is_refused_for_what_it_is(provider: Provider, part: int) -> None:
    """T34, T35, T36, T37, T38, T39, T40, T41, T43: none gets in, one event each, which names the right fault."""
    faults = []
    for one in LIES[part::PARTS]:
        wrong, why = attempt(provider, one)
        if why not in one.why:
            wrong.append(f"was refused for {why!r}, not for {one.why}")
        faults += [f"{one}: {fault}" for fault in wrong]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.exhaustive) for part in range(1, PARTS))])
def test_every_two_fields_lied_about_together_are_refused(provider: Provider, part: int) -> None:
    faults = []
    for first, second in false_claims.pairs()[part::PARTS]:
        wrong, _why = attempt(provider, first, second)
        faults += [f"{first} and {second}: {fault}" for fault in wrong]
    assert not faults, "\n".join(faults)


def test_there_are_enough_lies() -> None:
    """At least 500 generated answers, and no two false claims have the same name."""
    names = [str(one) for one in LIES]
    assert len(names) == len(set(names))
    assert len(LIES) + len(false_claims.pairs()) >= 500


def test_the_same_provider_telling_the_truth_signs_in(provider: Provider) -> None:
    """The control of the harness: without a false claim the same steps sign Ann in."""
    false_claims.falsify(provider)
    client = Client()
    assert browser.sign_in(client, provider).status_code == 302
    assert browser.person_in(client) is not None
