"""Build every kept world by the portal's commands: `python -m tests.seed_worlds FOLDER`, started by tests/database.py.

DATABASE_URL names an empty migrated database that is thrown away afterwards; TEMPLATE_URL is the superuser's address
of the template, which receives the schema `worlds`. FOLDER receives the stored bytes (`files/`) and `failures`, a
traceback for each world that could not be built (tests then run its commands, and fail where it fails).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import sql

from tests.seeded_worlds import TEMPLATE_UNIT, encode, name_of

if TYPE_CHECKING:
    from tests import stories

T = TypeVar("T")
COURSES = 3
OTHER_DATASETS = 2
FIRST_NUMBER = 10_001
SCHEMA = """
CREATE SCHEMA worlds;
CREATE TABLE worlds.kept (
    key text PRIMARY KEY, position int NOT NULL, name text NOT NULL, unit text NOT NULL,
    needs_template boolean NOT NULL, told jsonb, files text[] NOT NULL
);
CREATE TABLE worlds.rows (key text NOT NULL, position int NOT NULL, statement text NOT NULL, rows jsonb NOT NULL);
CREATE INDEX ON worlds.rows (key);
-- As the superuser and without triggers: the rows have passed every trigger and foreign key when they were made.
CREATE FUNCTION worlds.bring(wanted text) RETURNS TABLE (told jsonb, files text[]) LANGUAGE plpgsql SECURITY DEFINER
SET session_replication_role = replica AS $$
DECLARE part record;
BEGIN
    FOR part IN SELECT r.statement, r.rows FROM worlds.rows r WHERE r.key = wanted ORDER BY r.position LOOP
        EXECUTE part.statement USING part.rows;
    END LOOP;
    RETURN QUERY SELECT k.told, k.files FROM worlds.kept k WHERE k.key = wanted;
EXCEPTION WHEN unique_violation THEN
    RETURN;  -- it is there already, and nothing was inserted twice
END $$;
GRANT USAGE ON SCHEMA worlds TO gatehouse_app;
GRANT SELECT ON worlds.kept TO gatehouse_app;
GRANT EXECUTE ON FUNCTION worlds.bring TO gatehouse_app;
"""
TABLES = """
SELECT c.relname, k.attname,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
FROM pg_class c
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
# Rows that several worlds may share: a word of the search, and a set of use conditions, is written once.
SHARED = dict.fromkeys(("datasets_searchword", "datasets_useset"), " ON CONFLICT DO NOTHING")
Rows = dict[str, dict[str, Any]]


class _Undone(Exception):
    """Ends a branch: what it did is rolled back."""


@dataclass
class Keeper:
    """Keeps worlds: the difference between the database now and when the unit began."""

    files: Path
    tables: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    kept: list[tuple[Any, ...]] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unit: str = ""
    needs_template: bool = False
    before: Rows = field(default_factory=dict)
    files_before: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            self.tables = {table: (key, columns) for table, key, columns in cursor.fetchall()}

    @contextmanager
    def unit_of_work(self, unit: str) -> Iterator[None]:
        """Everything kept inside belongs to this unit, and is then undone."""
        self.begin(unit)
        with self.branch(None):
            yield

    def begin(self, unit: str) -> None:
        """What is made from now on belongs to this unit."""
        self.unit, self.needs_template = unit, False
        self.before, self.files_before = self._snapshot(), self._stored()

    @contextmanager
    def branch(self, world: T) -> Iterator[T]:
        """Hand on a copy of the world. What happens inside may be kept, and is then undone.

        A failure leaves what was kept before it, and the other branches.
        """
        from django.db import transaction

        try:
            with transaction.atomic():
                yield deepcopy(world)
                raise _Undone
        except _Undone:
            return
        except Exception:
            self.failures.append(f"{self.unit}\n{traceback.format_exc()}")

    def store(self, story: Callable[..., Any], world: Any, **how: Any) -> None:
        """Keep the world as it is now, under the name of the call that a test makes for it: `story(**how)`."""
        name, number = name_of(story.__name__, how), len(self.kept)
        key, files = f"{name} {self.unit}", sorted(self._stored() - self.files_before)
        self.kept.append((key, number, name, self.unit, self.needs_template, json.dumps(encode(world)), files))
        for position, (table, rows) in enumerate(self._difference().items()):
            columns = ", ".join(f'"{column}"' for column in self.tables[table][1])
            statement = (
                f'INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} '  # noqa: S608 - names from the catalogue
                f'FROM jsonb_populate_recordset(NULL::public."{table}", $1){SHARED.get(table, "")}'
            )
            self.rows.append((key, position, statement, json.dumps(rows)))

    def _snapshot(self) -> Rows:
        """Every row of every table, by table and key, in one statement."""
        from django.db import connection

        part = "SELECT {} AS name, (SELECT jsonb_object_agg(t.{}::text, to_jsonb(t)) FROM {} t)::text AS rows"
        parts = [
            sql.SQL(part).format(sql.Literal(table), sql.Identifier(key), sql.Identifier("public", table))
            for table, (key, _columns) in self.tables.items()
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts))
            return {table: json.loads(rows) if rows else {} for table, rows in cursor.fetchall()}

    def _difference(self) -> dict[str, list[Any]]:
        """The rows made since the unit began; a row from before it may not have changed."""
        made: dict[str, list[Any]] = {}
        for table, rows in self._snapshot().items():
            before = self.before[table]
            changed = [key for key, row in before.items() if rows.get(key) != row]
            if changed:
                raise RuntimeError(f"{self.unit} changed rows of {table} that it did not make: {changed}")
            new = [row for key, row in rows.items() if key not in before]
            if new:
                made[table] = new
        return made

    def _stored(self) -> set[str]:
        return {str(path.relative_to(self.files)) for path in self.files.rglob("*") if path.is_file()}


# -------------------------------------------------------------------------------------------------------- the worlds
def build(keeper: Keeper) -> None:
    """Every world, by commands; one that fails leaves the others."""
    from tests import stories, worlds

    stories.number_from(FIRST_NUMBER)
    _template(keeper)
    for make, copies in ((stories.person, 12), (stories.operator, 4), (stories.auditor, 2), (stories.deactivated, 2)):
        for number in range(copies):
            with keeper.unit_of_work(f"{make.__name__}-{number}"):
                keeper.store(make, make())
    with keeper.unit_of_work("lapsed-affiliation"):
        keeper.store(worlds.lapsed_affiliation, worlds.lapsed_affiliation())
    for number in range(COURSES):
        with keeper.unit_of_work(f"course-{number}"):
            _course(keeper)
    for access in ("open", "registered"):
        for number in range(OTHER_DATASETS):
            with keeper.unit_of_work(f"{access}-{number}"):
                _dataset(keeper, stories.drafted_dataset(access=access), access=access)


def _template(keeper: Keeper) -> None:
    """The one unit that is not undone: every agreement is offered on it."""
    from tests import stories

    keeper.begin(TEMPLATE_UNIT)
    try:
        stories.template()
        keeper.store(stories.template, None)
    except Exception:
        keeper.failures.append(f"{TEMPLATE_UNIT}\n{traceback.format_exc()}")


def _dataset(keeper: Keeper, made: stories.PublishedDataset, **how: Any) -> stories.PublishedDataset:
    """A draft and then its published version, under the names of the calls with these arguments."""
    from tests import stories

    keeper.store(stories.drafted_dataset, made, **how)
    made = stories.published(made)
    keeper.store(stories.published_dataset, made, **how)
    return made


def _course(keeper: Keeper) -> None:
    """One request from its committee to a grant; each step is stored, and each other way that it could have gone."""
    from tests import stories, worlds

    with keeper.branch(None):
        keeper.store(stories.committee_setup, stories.committee_setup(members=3), members=3)
    committee = stories.committee_setup()
    keeper.store(stories.committee_setup, committee)
    published = _dataset(keeper, stories.drafted_dataset(committee_setup=committee))
    with keeper.branch(published) as other:
        keeper.store(worlds.withdrawn_version, worlds.withdrawn_version(other))
    with keeper.branch(published) as other:
        keeper.store(stories.draft, stories.draft(published_dataset=other, complete=False), complete=False)
    case = stories.draft(published_dataset=published)
    keeper.store(stories.draft, case)
    case = stories.submitted(case)
    keeper.store(stories.submitted, case)
    _ends(keeper, case, worlds.withdrawn)
    case = stories.in_review(case)
    keeper.store(stories.in_review, case)
    _ends(keeper, case, worlds.in_review_with_a_vote, stories.returned, worlds.denied)
    with keeper.branch(case) as other:
        keeper.store(stories.decided, stories.decided(other, choice="deny"), choice="deny")
    _agreement(keeper, stories.decided(case))


def _agreement(keeper: Keeper, case: stories.Case) -> None:
    """From the decision to the grant, and what may become of it."""
    from tests import stories, worlds

    keeper.store(stories.decided, case)
    keeper.needs_template = True
    agreement_setup = stories.offered(case)
    keeper.store(stories.offered, agreement_setup)
    agreement_setup = stories.signed(agreement_setup)
    keeper.store(stories.signed, agreement_setup)
    agreement_setup = stories.executed(agreement_setup)
    keeper.store(stories.executed, agreement_setup)
    access = stories.granted(agreement_setup)
    keeper.store(stories.granted, access)
    _ends(keeper, access, worlds.suspended, worlds.revoked, worlds.granted_on_withdrawn_version)


def _ends(keeper: Keeper, world: Any, *makes: Callable[[Any], Any]) -> None:
    """Each of these ways to go on from the world, kept and undone."""
    for make in makes:
        with keeper.branch(world) as other:
            keeper.store(make, make(other))


# --------------------------------------------------------------------------------------------------- the template
def write(keeper: Keeper, template: str) -> None:
    """Put the kept worlds into the template, and its sequences past every number that they use."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        sequences = cursor.fetchall()
    with psycopg.connect(template) as target, target.cursor() as cursor:
        cursor.execute(SCHEMA)
        cursor.executemany("INSERT INTO worlds.kept VALUES (%s, %s, %s, %s, %s, %s, %s)", keeper.kept)
        cursor.executemany("INSERT INTO worlds.rows VALUES (%s, %s, %s, %s)", keeper.rows)
        for schema, name, value in sequences:
            cursor.execute("SELECT setval(%s, %s)", [f'{schema}."{name}"', value])


def main(folder: Path) -> None:
    import django

    django.setup()
    from django.conf import settings

    stored = Path(settings.STORAGES["private"]["OPTIONS"]["location"])
    stored.mkdir(parents=True, exist_ok=True)
    keeper = Keeper(stored)
    build(keeper)
    write(keeper, os.environ["TEMPLATE_URL"])
    shutil.copytree(stored, folder / "files", dirs_exist_ok=True)
    (folder / "failures").write_text("\n".join(keeper.failures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
