"""Figures for Prometheus: who may read them, and that no label holds what somebody typed."""

import re
import socket
import threading
from typing import Any

import pytest
import requests
from django.test import override_settings

from apps.audit.record import Kind, record
from apps.core import heartbeats
from apps.core.actors import ANONYMOUS
from apps.web.common import metrics
from portal import probes
from portal.settings import environment
from tests import stories
from tests.production import COMPLETE, start

TOKEN = "pP2mWq8ZrT4vYx7NsK1bLd9c"


@pytest.mark.parametrize(
    ("peer", "authorization", "may"),
    [
        ("127.0.0.1", "", False),
        ("10.1.2.3", "", True),
        ("::ffff", "", False),
        ("somewhere", "", False),
        ("192.168.0.1", f"Bearer {TOKEN}", True),
        ("192.168.0.1", f"bearer  {TOKEN} ", True),
        ("192.168.0.1", f"Basic {TOKEN}", False),
        ("192.168.0.1", "Bearer ", False),
        ("192.168.0.1", f"Bearer {TOKEN}x", False),
    ],
)
def test_figures_are_for_a_token_or_a_network(peer: str, authorization: str, may: bool) -> None:
    networks = environment.ipaddress.ip_network("10.0.0.0/8")
    with override_settings(METRICS_TOKEN=TOKEN, METRICS_NETWORKS=[networks]):
        assert metrics.allowed(peer, authorization) is may


def test_by_default_nobody_reads_them() -> None:
    for authorization in ("", "Bearer ", "Bearer x"):
        assert not metrics.allowed("127.0.0.1", authorization)


def test_a_weak_token_and_a_wrong_network_are_refused_at_start() -> None:
    assert "METRICS_TOKEN is too short" in start("settings.DEBUG", **COMPLETE, METRICS_TOKEN="short").stderr
    assert "METRICS_NETWORKS must be networks" in start("settings.DEBUG", **COMPLETE, METRICS_NETWORKS="here").stderr


@pytest.mark.django_db(transaction=True)
def test_figures_name_routes_and_reasons_and_nothing_that_was_typed() -> None:
    stories.client_for(None).get("/datasets/?q=canary7f3a")
    stories.client_for(None).get("/canary7f3a/")
    stories.client_for(None).generic("CANARY", "/datasets/")
    from django.db import transaction

    with transaction.atomic():
        record(Kind.SIGN_IN_REFUSED, actor=ANONYMOUS, why="provider_said.canary7f3a", issuer="x")
    heartbeats.report("storage", cause="silent")
    said = metrics.exposition().decode()
    assert "canary" not in said.lower()
    for wanted in (
        'gatehouse_requests_total{method="GET",route="browse",status="200"}',
        'gatehouse_requests_total{method="GET",route="none",status="404"}',
        'gatehouse_requests_total{method="other",route=',
        'gatehouse_request_seconds_bucket{le="0.05",method="GET",route=',
        'gatehouse_sign_ins_refused_total{reason="provider_said"}',
        'gatehouse_events_total{kind="person.sign_in_refused"}',
        "gatehouse_database_up 1.0",
        "gatehouse_oldest_task_seconds ",
        "gatehouse_oldest_email_seconds ",
        "gatehouse_clock_difference_seconds ",
        'gatehouse_part_failing{cause="silent",part="storage"} 1.0',
        'gatehouse_heartbeat_age_seconds{part="storage"}',
        "gatehouse_database_sessions{state=",
    ):
        assert wanted.replace("browse", _route("/datasets/")) in said, wanted


def _route(path: str) -> str:
    from django.urls import resolve

    return resolve(path).view_name


def test_a_silent_database_is_said_and_nothing_else_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> Any:
        raise TimeoutError

    monkeypatch.setattr(metrics, "_of_database", silent)
    said = metrics.exposition().decode()
    assert "gatehouse_database_up 0.0" in said
    assert not re.search(r"^gatehouse_oldest_task_seconds", said, re.M)


@pytest.mark.django_db(transaction=True)
def test_the_probe_address_serves_figures_to_whoever_may_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    monkeypatch.setenv("PROBE_ADDRESS", f"127.0.0.1:{port}")
    monkeypatch.setattr("portal.health_checks.beat", lambda _kind: None)
    probes.listen()
    probes.serve()
    address = f"http://127.0.0.1:{port}"
    assert requests.get(f"{address}/metrics").status_code == 404
    with override_settings(METRICS_TOKEN=TOKEN):
        answer = requests.get(f"{address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and answer.text.startswith("# HELP")
    assert requests.get(f"{address}/healthz?x=1").text == "ok\n"
    assert any(thread.name == "probes" for thread in threading.enumerate())
