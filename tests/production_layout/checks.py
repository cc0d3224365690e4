"""What is looked at once on a layout that has served: controls of the counter, figures of its workers, a restore."""

import re
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from tests.production_layout import counting
from tests.production_layout.layout import Layout
from tests.production_layout.place import WEB

RESTORED = "gatehouse_restored"
STATE = """
SELECT (SELECT count(*) FROM people_person), (SELECT count(*) FROM datasets_distribution),
       (SELECT count(*) FROM grants_accessgrant), (SELECT count(*) FROM grants_accessgrant WHERE revoked_at IS NOT NULL)
"""


def counter_finds_what_is_planted(layout: Layout) -> list[str]:
    """A write that was never made counts as lost, one that is there twice as doubled."""
    twice, never = "planted-twice", "planted-never"
    address = layout.urls.superuser.removesuffix("/postgres") + "/gatehouse"
    with psycopg.connect(address) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE access_requests_accessrequest SET title = %s WHERE id IN"
            " (SELECT id FROM access_requests_accessrequest WHERE reference LIKE 'DAR-%%' ORDER BY id LIMIT 2)",
            [twice],
        )
    found = counting.count(layout, {"saved": [twice, never]}, counting.drafts(layout), 0)
    if found == counting.Count(acknowledged=2, lost=1, doubled=1):
        return []
    return [f"the counter did not find what was planted: {found}"]


def figures_count_every_worker(layout: Layout) -> list[str]:
    """/metrics of a node, asked of whichever of its workers answers, never goes back, and counts pages."""
    faults = []
    for node in WEB:
        seen = [_pages(layout, node) for _turn in range(8)]
        if seen != sorted(seen) or not seen[0]:
            faults.append(f"/metrics of {node} counts {seen} pages")
    return faults


def _pages(layout: Layout, node: str) -> float:
    address = f"http://127.0.0.1:{layout.place.ports['probes' + node[-1]]}/metrics"
    with closing(urllib.request.urlopen(address, timeout=10)) as answer:  # noqa: S310 - our own http address
        text = answer.read().decode()
    return sum(float(value) for value in re.findall(r"(?m)^gatehouse_requests_total\{[^}]*\} (\S+)$", text))


def restores(layout: Layout) -> tuple[str, list[str]]:
    """Backup, one more revocation, events exported, restored into an empty database on the same bucket; the times."""
    place, urls = layout.place, layout.urls
    folder = place.data_dir / "backup"
    key, dest, events = folder / "backup.key", folder / "made", folder / "events"
    folder.mkdir()
    said = place.command(urls, "manage.py", "backup_key", str(key))
    recipient = re.search(r"age1\w+", said)
    if recipient is None:
        return "", [f"backup_key printed no recipient: {said[:200]}"]
    own = {**layout.place.own["web1"], "BACKUP_RECIPIENTS": recipient.group()}
    began = time.monotonic()
    place.command(urls, "manage.py", "backup", str(dest), env=own)
    backed_up = time.monotonic() - began
    _revoke_one(layout, own)
    place.command(urls, "manage.py", "export_events", str(events), env=own)
    before = layout.ask(STATE)
    began = time.monotonic()
    _restore(layout, own, dest, key, events)
    restored = time.monotonic() - began
    address = urls.superuser.removesuffix("/postgres") + f"/{RESTORED}"
    with psycopg.connect(address) as connection:
        after = connection.execute(STATE.encode()).fetchall()
    text = f"Backup on S3 took {backed_up:.0f} s, restore {restored:.0f} s; people, files, grants, revoked: {after[0]}"
    return text, [] if after == before else [f"restored {after}, and it was {before}"]


def _revoke_one(layout: Layout, own: dict[str, str]) -> None:
    """After the backup, by the portal's own command: it must stay revoked."""
    say = (
        "import django; django.setup(); from apps.grants.models import AccessGrant; from apps.grants import commands;"
        "grant = AccessGrant.objects.filter(revoked_at__isnull=True).order_by('id').first();"
        "commands.revoke(grant, reason='after the backup', by=grant.holder)"
    )
    layout.place.command(layout.urls, "-c", say, env={**own, "GATEHOUSE_PROCESS": "command"})


def _restore(layout: Layout, own: dict[str, str], dest: Path, key: Path, events: Path) -> None:
    urls = layout.urls
    with psycopg.connect(urls.superuser, autocommit=True) as admin:
        names = {"name": sql.Identifier(RESTORED)}
        admin.execute(sql.SQL("CREATE DATABASE {name} OWNER gatehouse_owner").format(**names))
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**names))
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {name} TO gatehouse_app").format(**names))
    owner = urls.owner.rpartition("/")[0] + f"/{RESTORED}"
    app = own.get("DATABASE_URL", urls.app).rpartition("/")[0] + f"/{RESTORED}"
    layout.place.command(
        urls, "manage.py", "restore", str(dest), "--identity", str(key), "--events", str(events),
        env={**own, "DATABASE_URL": app, "MIGRATION_DATABASE_URL": owner},
    )  # fmt: skip
