"""A provider that takes half a minute costs a sign-in, not the pages of everybody else."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.identity.oidc import discovery
from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.checks import Untrusted
from tests.identity import browser
from tests.identity.provider import Provider

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKERS = 4  # threads of one process, as the portal is served


def timed(path: str) -> float:
    began = time.monotonic()
    try:
        assert Client().get(path).status_code == 200
    finally:
        connection.close()
    return time.monotonic() - began


def attempt() -> tuple[int, float]:
    began = time.monotonic()
    try:
        status = browser.start(Client()).status_code
    finally:
        connection.close()
    return status, time.monotonic() - began


def test_a_slow_provider_does_not_starve_other_pages(provider: Provider) -> None:
    """T43: its metadata take 30 s; ten people sign in at once on four threads, and the front page answers."""
    provider.hold = 30
    provider.plan.wire["/.well-known/openid-configuration"] = "slow"
    timed(reverse("home"))  # what is read once is read
    with ThreadPoolExecutor(WORKERS) as threads:
        waiting = [threads.submit(attempt) for _person in range(10)]
        time.sleep(0.3)
        pages = [threads.submit(timed, reverse("home")) for _page in range(10)]
        slowest = max(page.result() for page in pages)
        outcomes = [one.result() for one in waiting]
    assert {status for status, _took in outcomes} == {503}
    assert max(took for _status, took in outcomes) < 10
    assert slowest < 5
    assert set(browser.refusals()) <= {"slow", "busy"}


def test_a_call_ends_in_time_however_slowly_its_bytes_drip(provider: Provider, settings: pytest.FixtureRequest) -> None:
    """T43: each byte comes in time, the whole never does."""
    settings.SIGN_IN_SECONDS = 1.0  # type: ignore[attr-defined]
    provider.plan.wire["/jwks"] = "drip"
    provider.published *= 5
    began = time.monotonic()
    with pytest.raises(Untrusted, match="slow"):
        oidc_http.fetch(f"{provider.issuer}/jwks")
    assert time.monotonic() - began < 3


def test_only_so_many_calls_at_once(provider: Provider, settings: pytest.FixtureRequest) -> None:
    """The next one is refused at once, and when they are done there is room again."""
    settings.SIGN_IN_STEP_SECONDS = 1.0  # type: ignore[attr-defined]
    provider.hold = 30
    provider.plan.wire["/jwks"] = "slow"

    def call() -> None:
        with pytest.raises(Untrusted, match="slow"):
            oidc_http.fetch(f"{provider.issuer}/jwks")

    both = [threading.Thread(target=call) for _call in range(2)]
    for one in both:
        one.start()
    time.sleep(0.3)
    with pytest.raises(Untrusted, match="busy"):
        oidc_http.fetch(f"{provider.issuer}/.well-known/openid-configuration")
    for one in both:
        one.join()
    assert oidc_http.fetch(f"{provider.issuer}/.well-known/openid-configuration").body


def test_old_documents_serve_while_new_ones_are_fetched(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stale while revalidate: after ten minutes nobody waits; after a day the old copy is no copy."""
    now = [1000.0]
    monkeypatch.setattr(discovery, "clock", lambda: now[0])
    row = browser.row(provider)
    discovery.document_of(row)
    now[0] += 11 * 60
    provider.hold = 0.5
    provider.plan.wire["/.well-known/openid-configuration"] = "slow"
    began = time.monotonic()
    assert discovery.document_of(row)["issuer"] == provider.issuer
    assert time.monotonic() - began < 0.2
    until = time.monotonic() + 5
    while provider.calls.count("/.well-known/openid-configuration") < 2 and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.8)
    assert provider.calls.count("/.well-known/openid-configuration") == 2
    provider.plan.wire["/.well-known/openid-configuration"] = "error"
    now[0] += 25 * 60 * 60
    with pytest.raises(Untrusted, match="status"):
        discovery.document_of(row)
