"""Figures for Prometheus: what requests took, and how old the work is that waits (docs/decisions/metrics.md).

A label is the name of a route, a method, a status, a code of ours or a machine of the portal: none holds what somebody
typed, and none has more values than the code or the set-up names. Counters of all workers of a machine are summed.
"""

import hmac
import ipaddress
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.audit.queries import oldest_pending
from apps.core import clock
from apps.core.heartbeats import heartbeats
from apps.core.postgresql import driver
from apps.core.postgresql.sessions import sessions_by_state
from apps.notifications.queries import oldest_waiting
from apps.web.common.actor import PageRequest
from apps.web.common.readiness import Dependency

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
WITHIN = 2.5  # seconds for what is asked of the database

_took = Histogram("gatehouse_request_seconds", "Time of a request.", ["route", "method"], buckets=BUCKETS)
_requests = Counter("gatehouse_requests", "Requests answered.", ["route", "method", "status"])
_events = Counter("gatehouse_events", "Events written, by kind; downloads are download.*.", ["kind"])
_sign_ins = Counter("gatehouse_sign_ins_refused", "Refused sign-ins, by reason.", ["reason"])


class Metrics:
    """Counts every request, also one that another middleware answers."""

    def __init__(self, get_response: Callable[[PageRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        began = time.perf_counter()
        answer = self.get_response(request)
        match = request.resolver_match
        route = (match.view_name or "unnamed") if match is not None else "none"
        method = request.method if request.method in METHODS else "other"
        _took.labels(route, method).observe(time.perf_counter() - began)
        _requests.labels(route, method, str(answer.status_code)).inc()
        return answer


def count_event(event: Event) -> None:
    """Called for each event that is written (portal/apps.py)."""
    _events.labels(event.kind).inc()
    if event.kind == Kind.SIGN_IN_REFUSED:
        _sign_ins.labels(str(event.facts.get("why", "")).partition(".")[0]).inc()


def allowed(peer: str, authorization: str) -> bool:
    """Whether figures may be read: from a network of METRICS_NETWORKS, or with METRICS_TOKEN; nobody by default."""
    scheme, _space, token = authorization.partition(" ")
    wanted: str = settings.METRICS_TOKEN
    if wanted and scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), wanted.encode()):
        return True
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)


def exposition() -> bytes:
    """Everything, in the text format of Prometheus 0.0.4."""
    own = CollectorRegistry()
    own.register(_Portal())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        of_all_workers: Any = MultiProcessCollector
        of_all_workers(own)
        return bytes(generate_latest(own))
    return bytes(generate_latest(REGISTRY)) + bytes(generate_latest(own))


class _Portal:
    """What the database says, asked when Prometheus asks; of a silent database, only that it is silent."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        found: list[GaugeMetricFamily] = []

        def ask() -> str:
            found.extend(_of_database())
            return ""

        asked = Dependency(ask)
        asked.start()
        fault = asked.result(time.monotonic() + WITHIN)
        yield _gauge("gatehouse_database_up", "1 if the database answers.", 0 if fault else 1)
        silent = driver.silence.seconds or 0.0
        yield _gauge("gatehouse_database_silent_seconds", "Since when this process has no answer of it.", silent)
        yield from [] if fault else found


def _of_database() -> Iterator[GaugeMetricFamily]:
    before, now, after = time.time(), clock.now(), time.time()
    here = datetime.fromtimestamp((before + after) / 2, tz=UTC)
    yield _gauge("gatehouse_clock_difference_seconds", "This machine’s clock before the database’s.", _age(here, now))
    yield _gauge("gatehouse_oldest_task_seconds", "Age of the oldest pending task.", _age(now, oldest_pending()))
    yield _gauge("gatehouse_oldest_email_seconds", "Age of the oldest queued e-mail.", _age(now, oldest_waiting()))
    seen = GaugeMetricFamily("gatehouse_heartbeat_age_seconds", "Since a part last reported.", labels=["part"])
    fails = GaugeMetricFamily("gatehouse_part_failing", "1 if a part reports a failure.", labels=["part", "cause"])
    for row in heartbeats():
        seen.add_metric([row.name], _age(now, row.seen_at))
        fails.add_metric([row.name, row.cause], 1 if row.cause else 0)
    pool = GaugeMetricFamily("gatehouse_database_sessions", "Connections of the portal’s role.", labels=["state"])
    for state, count in sessions_by_state().items():
        pool.add_metric([state], count)
    yield from (seen, fails, pool)


def _age(now: datetime, then: datetime | None) -> float:
    return (now - then).total_seconds() if then is not None else 0.0


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)
