"""The databases of the growth table, one a size, kept in var/growth: built once, then used again.

A database is built again only when the SQL that fills it changes; new migrations are applied to what is there.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from deploy.demo.embedded import Urls, postgres
from deploy.demo.embedded.world import ROOT, World
from tests.performance import seeding

FOLDER = ROOT / "var" / "growth"
STEP = 100_000  # datasets a transaction
Say = Callable[[str], None]


@dataclass(frozen=True)
class Grown:
    """One portal of `size` datasets, and the addresses of its database."""

    size: int
    urls: Urls


@contextlib.contextmanager
def grown(sizes: Sequence[int], say: Say, folder: Path = FOLDER) -> Iterator[list[Grown]]:
    """Portals of these sizes, ascending, in one database server; Django is set up for the first of them."""
    World(folder)  # makes the folders
    with postgres(folder, fsync=False) as urls:
        world = World(folder)  # reads the secrets that the database server made
        for name in ("web", "app", "probes", "valkey", "idp", "smtp", "mail"):
            world.ports[name] = 1  # nothing of this listens
        found = [Grown(size, _database(urls, f"growth_{size}")) for size in sizes]
        smaller: Grown | None = None
        for one in found:
            _ensure(one, smaller, urls, world, say)
            smaller = one
        os.environ.update(world.portal_settings(found[0].urls), DJANGO_SETTINGS_MODULE="deploy.demo.settings")
        os.environ["GATEHOUSE_PROCESS"] = "command"  # a statement may take as long as it takes
        import django

        django.setup()
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        yield found


def _database(urls: Urls, name: str) -> Urls:
    """The same server, with the portal in the database of that name."""

    def at(url: str) -> str:
        return urlsplit(url)._replace(path=f"/{name}").geturl()

    return replace(urls, owner=at(urls.owner), app=at(urls.app))


def _superuser(one: Grown) -> str:
    return urlsplit(one.urls.superuser)._replace(path=urlsplit(one.urls.owner).path).geturl()


def _ensure(one: Grown, smaller: Grown | None, urls: Urls, world: World, say: Say) -> None:
    """The database has its tables and its rows; from the smaller one, where there is one."""
    name = urlsplit(one.urls.owner).path[1:]
    rows, _space, tables = _made_from(one, name).partition(" ")
    if rows != _rows(one.size):
        say(f"{one.size:,} datasets: building (once)")
        template = urlsplit(smaller.urls.owner).path[1:] if smaller else "template1"
        with psycopg.connect(urls.superuser, autocommit=True) as db:
            names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
            copy = "CREATE DATABASE {name} TEMPLATE {template} OWNER gatehouse_owner STRATEGY FILE_COPY"
            db.execute(sql.SQL(copy).format(**names))
            db.execute(sql.SQL("GRANT CONNECT ON DATABASE {name} TO gatehouse_app").format(**names))
        _migrate(one, world)
        for first in range((smaller.size if smaller else 0) + 1, one.size + 1, STEP):
            last = min(first + STEP - 1, one.size)
            began = time.monotonic()
            seeding.fill(_superuser(one), one.urls.owner, first=first, last=last, parts=seeding.GROWTH)
            say(f"{one.size:,} datasets: {last:,} built, {time.monotonic() - began:.0f} s")
    elif tables != _tables():
        _migrate(one, world)
    with psycopg.connect(urls.superuser, autocommit=True) as db:
        note = sql.Literal(f"{_rows(one.size)} {_tables()}")
        db.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), note))


def _migrate(one: Grown, world: World) -> None:
    env = world.portal_env(one.urls)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)


def _made_from(one: Grown, name: str) -> str:
    """What the note on the database says it was made from; empty where there is none."""
    with psycopg.connect(one.urls.superuser, autocommit=True) as db:
        row = db.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    return str(row[0]) if row and row[0] else ""


def _rows(size: int) -> str:
    """Changes whenever the rows would."""
    return _digest(str(size), seeding.STATEMENTS.glob("*.sql"))


def _tables() -> str:
    """Changes whenever the tables would."""
    return _digest("", ROOT.glob("apps/*/migrations/*.py"))


def _digest(start: str, files: Iterable[Path]) -> str:
    digest = hashlib.sha256(start.encode())
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
