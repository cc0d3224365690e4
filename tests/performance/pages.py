"""Bar 6: pages a second on two workers, beside a WSGI application that only sends the same statements and bytes."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.embedded.process import Server, running
from deploy.demo.embedded.world import ROOT
from tests.performance import fronts
from tests.performance.place import Place
from tests.performance.processes import processor_seconds
from tests.performance.rounds import interleaved, ratio
from tests.performance.seeding import the_id
from tests.performance.table import Table

SECONDS, CLIENTS = 2.0, 4
MOST = 8  # statements
LOOKS = 15


@dataclass
class Page:
    """One page, the pages a second that are wanted of it, who looks at it, and what it was seen to do."""

    name: str
    path: str
    wanted: int
    person: str = ""
    cookie: str = ""
    body: str = ""
    statements: list[str] = field(default_factory=list)


def pages(*, dataset: int = 4004) -> list[Page]:
    return [
        Page("catalogue, visitor", "/datasets/", 250),
        Page("catalogue, signed in", "/datasets/?q=", 150, person="person7"),
        Page("dataset page, visitor", f"/datasets/dataset-{dataset}/", 250),
        Page("dataset page, signed in", f"/datasets/dataset-{dataset}/?signed=in", 150, person="person7"),
        Page("front page, signed in", "/", 150, person="person7"),
        Page("my requests", "/requests/", 150, person="person7"),
        Page("review queue, 25 wait", "/review/", 100, person="person12"),
    ]


def measure(place: Place, table: Table, web: Server) -> None:
    """Each page beside its bare twin, round by round; then how its time is spent."""
    looked = pages()
    for page in looked:
        look(page)
    recorded = place.world.data_dir / "recorded.json"
    recorded.write_text(json.dumps({page.path: {"statements": page.statements, "body": page.body} for page in looked}))
    ports = place.world.ports
    with running(fronts.bare(place, recorded)) as bare:
        for page in looked:
            cost: dict[str, list[float]] = {"ours": [], "bare": []}
            ours = _loaded(place, web, ports["app"], page, page.cookie, cost["ours"])
            limit = _loaded(place, bare, ports["bare"], page, "", cost["bare"])
            rates = interleaved({"ours": ours, "bare": limit}, rounds=5)
            share = ratio(rates["ours"], rates["bare"])
            table.add(
                "6", f"{page.name}", ours=f"{rates['ours'].median:.0f} pages/s",
                limit=f"bare WSGI, same SQL {rates['bare'].median:.0f}/s", ratio=f"{share.median:.2f}",
                wanted=f">= {page.wanted}/s", good=rates["ours"].median >= page.wanted, spread=rates["ours"],
            )  # fmt: skip
            ms, least = (statistics.median(cost[which]) for which in ("ours", "bare"))
            table.add(
                "6", "    processor time a page", ours=f"{ms:.1f} ms", limit=f"bare WSGI {least:.1f} ms",
                ratio=f"{least / ms:.2f}", wanted=f"{2000 / ms:.0f}/s on 2 idle cores",
            )  # fmt: skip
    for page in looked:
        count = len(page.statements)
        table.add("6", f"statements: {page.name}", ours=str(count), wanted=f"<= {MOST}", good=count <= MOST)
    for page in looked:
        table.note(f"    {page.name}: {_spent(page)}")


def _client(page: Page) -> Any:
    """A browser in this process, signed in if the page is a person's."""
    from django.test import Client

    from apps.identity.commands.sessions import begin_session
    from apps.identity.oidc.views import sign_in_of
    from apps.people.models import Person

    client = Client(headers={"Host": "127.0.0.1"})
    if page.person:
        person = Person.objects.get(pk=the_id(page.person))
        client.force_login(person, backend="apps.identity.oidc.backend.InstitutionalSignIn")
        key = str(client.session.session_key)
        begin_session(person, key=key, sign_in=sign_in_of({}), by=person)
    return client


def look(page: Page) -> None:
    """Read the page once: its bytes, the statements behind it, and the cookie that gunicorn will be shown."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = _client(page)
    client.get(page.path)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(page.path)
    if answer.status_code != 200:
        raise RuntimeError(f"{page.path} answers {answer.status_code}")
    page.body = answer.content.decode()
    own = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET")
    page.statements = [query["sql"] for query in seen if query["sql"] and not query["sql"].startswith(own)]
    page.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def _loaded(place: Place, server: Server, port: int, page: Page, cookie: str, cost: list[float]) -> Callable[[], float]:
    """Pages per second of one round; what a page cost in processor time goes to `cost`, in milliseconds."""

    def once() -> float:
        command = [
            sys.executable,
            "-m",
            "tests.performance.client",
            str(port),
            page.path,
            str(SECONDS),
            str(CLIENTS),
            cookie,
        ]
        before = processor_seconds(place, server)
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if said.returncode:
            raise RuntimeError(said.stderr[-2000:])
        rate = float(said.stdout)
        cost.append((processor_seconds(place, server) - before) / (rate * SECONDS) * 1000)
        return rate

    return once


def _spent(page: Page) -> str:
    """Where one page's time goes, in this process: in SQL, in templates, in everything else."""
    from django.db import connection
    from django.template import Template

    sql, drawn, whole = [0.0], [0.0], 0.0
    depth = [0]
    render = Template.render

    def timed_sql(execute: Any, *args: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*args)
        finally:
            sql[0] += time.perf_counter() - began

    def timed_render(self: Any, context: Any) -> Any:
        depth[0] += 1
        began, asked = time.perf_counter(), sql[0]
        try:
            return render(self, context)
        finally:
            depth[0] -= 1
            if not depth[0]:
                drawn[0] += time.perf_counter() - began - (sql[0] - asked)

    client = _client(page)
    client.get(page.path)
    Template.render = timed_render  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(timed_sql):
            began = time.perf_counter()
            for _ in range(LOOKS):
                client.get(page.path)
            whole = time.perf_counter() - began
    finally:
        Template.render = render  # type: ignore[method-assign]
    ms = [part / LOOKS * 1000 for part in (whole, sql[0], drawn[0])]
    return (
        f"{ms[0]:.1f} ms = SQL {ms[1]:.1f} + rendering {ms[2]:.1f} + the rest {ms[0] - ms[1] - ms[2]:.1f} "
        f"({len(page.body) / 1024:.0f} KiB)"
    )
