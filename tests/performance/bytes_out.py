"""Bar 1: a restricted file through the whole decision and its event, beside the same front giving it out unasked."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from uuid import UUID

import psycopg

from deploy.demo.embedded.process import Server, running
from tests.performance import fronts
from tests.performance.client import Download, download
from tests.performance.place import Place
from tests.performance.processes import memory, processor_seconds, workers
from tests.performance.rounds import interleaved, ratio
from tests.performance.seeding import the_id
from tests.performance.table import Table

MIB = 1024 * 1024
DATASET = 4004  # controlled, with grants
OPENINGS, MOST_MS, MOST = 200, 4, 6
REST = 66  # seconds
OWN = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET")


def measure(place: Place, table: Table, web: Server, *, large: bool) -> None:
    """Throughput, first byte and memory, for each front that is installed."""
    before = memory(workers(web))
    sizes = [100, *([1024] if large else [])]
    with ExitStack() as stack:
        stack.enter_context(running(fronts.caddy(place)))
        stack.enter_context(running(fronts.caddy_limit(place)))
        nginx = fronts.nginx(place)
        if nginx is not None:
            stack.enter_context(running(nginx))
        for mib in sizes:
            path, plain = _file(place, mib)
            if mib == sizes[0]:
                _opening(place, table, web, path)
            ports = place.world.ports
            _front(table, "Caddy", mib, (ports["web"], path), (ports["limit"], plain), wanted=0.8)
            if nginx is not None:
                _front(table, "nginx", mib, (ports["nginx"], path), (ports["sendfile"], plain), wanted=0.9)
            else:
                table.not_measured("1", f"{_size(mib)} behind nginx", "nginx is not installed")
        if large:
            _rested(place, table, path)
    grown = max((after - was) / MIB for was, after in zip(before, memory(workers(web)), strict=True))
    table.add(
        "1", "a worker's memory after all downloads", ours=f"{grown:+.1f} MiB", wanted="<= 8 MiB", good=grown <= 8
    )


def _opening(place: Place, table: Table, web: Server, path: str) -> None:
    """What opening a link costs the portal and its database before the first byte: the answer without the file."""
    app, before = place.world.ports["app"], processor_seconds(place, web)
    for _ in range(OPENINGS):
        if download(app, path).status != 200:
            raise RuntimeError(f"{path} does not open")
    ms = (processor_seconds(place, web) - before) / OPENINGS * 1000
    table.add(
        "1", "processor time of opening a link", ours=f"{ms:.1f} ms", wanted=f"<= {MOST_MS} ms", good=ms <= MOST_MS
    )
    count = statements_of(_new_link(the_id(f"file{DATASET}-1")))
    table.add("1", "statements of opening a link", ours=str(count), wanted=f"<= {MOST}", good=count <= MOST)


def _rested(place: Place, table: Table, path: str) -> None:
    """The first byte of the first downloads after a rest, in which connections may have been closed."""
    time.sleep(REST)
    first = sorted(download(place.world.ports["web"], path).first_byte * 1000 for _ in range(8))
    table.add("1", f"first byte after {REST} s of rest", ours=f"{first[4]:.1f} ms (slowest {first[-1]:.1f})")


def statements_of(path: str) -> int:
    """How many statements the first opening of a link takes, its own savepoints not counted."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        answer = Client(headers={"Host": "127.0.0.1"}).get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return sum(not query["sql"].startswith(OWN) for query in seen)


def _front(table: Table, name: str, mib: int, ours: tuple[int, str], limit: tuple[int, str], *, wanted: float) -> None:
    """One front: rate and first byte through the portal, and without it."""
    seen: dict[str, list[Download]] = {"ours": [], "limit": []}

    def take(which: str, port: int, path: str) -> Callable[[], float]:
        def once() -> float:
            got = download(port, path)
            if got.status != 200 or got.size != mib * MIB:
                raise RuntimeError(f"{name}: {got.size} bytes with status {got.status} instead of {mib} MiB")
            seen[which].append(got)
            return got.size / got.total / MIB

        return once

    rates = interleaved({"ours": take("ours", *ours), "limit": take("limit", *limit)}, rounds=7 if mib <= 100 else 5)
    share = ratio(rates["ours"], rates["limit"])
    what = {"Caddy": "Caddy file_server", "nginx": "nginx sendfile"}[name]
    table.add(
        "1", f"{_size(mib)} behind {name}", ours=f"{rates['ours'].median:.0f} MiB/s",
        limit=f"{what} {rates['limit'].median:.0f} MiB/s", ratio=f"{share.median:.2f}", wanted=f">= {wanted}",
        good=share.median >= wanted, spread=share,
    )  # fmt: skip
    if mib <= 100:
        first = {which: sorted(got.first_byte for got in downloads) for which, downloads in seen.items()}
        ours_ms, limit_ms = (first[which][len(first[which]) // 2] * 1000 for which in ("ours", "limit"))
        table.add(
            "1", f"first byte behind {name}", ours=f"{ours_ms:.1f} ms", limit=f"{what} {limit_ms:.1f} ms",
            ratio=f"+{ours_ms - limit_ms:.1f} ms", wanted="<= +10 ms", good=ours_ms - limit_ms <= 10,
        )  # fmt: skip


def _file(place: Place, mib: int) -> tuple[str, str]:
    """A real file of that size, restricted, with a link to it; and its plain address."""
    key = f"be/nc/{mib}"
    kept = place.files / key
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("wb") as out:
        block = bytes(range(256)) * 4096
        for _ in range(mib):
            out.write(block)
    pk = the_id(f"file{DATASET}-{1 if mib <= 100 else 2}")
    with psycopg.connect(place.urls.superuser.removesuffix("/postgres") + "/gatehouse") as db:
        db.execute("SET session_replication_role = replica")
        db.execute("UPDATE datasets_distribution SET storage_key = %s, size = %s WHERE id = %s", [key, mib * MIB, pk])
    return _new_link(pk), f"/{key}"


def _new_link(pk: UUID) -> str:
    """The address of a link to this file that nobody has opened yet."""
    from apps.datasets.models import Distribution
    from apps.downloads import commands
    from apps.grants.models import AccessGrant

    file = Distribution.objects.select_related("version__dataset").get(pk=pk)
    grant = AccessGrant.objects.select_related("holder").filter(dataset_id=the_id(f"dataset{DATASET}"))[0]
    _link, token = commands.make_link(file, by=grant.holder)
    return f"/d/{token}/{file.name}"


def _size(mib: int) -> str:
    return f"{mib // 1024} GiB" if mib >= 1024 else f"{mib} MiB"
