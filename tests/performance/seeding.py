"""A large world by bulk SQL: datasets with versions and files, people, grants with all that they depend on, and
review queues.

Ids are made from numbers (`md5('dataset7')`), so that every part of the benchmark can name what it wants to look at.
"""

import hashlib
import uuid
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.demo.embedded import Urls

STATEMENTS = Path(__file__).parent / "world"
PEOPLE, INSTITUTIONS, COMMITTEES, MEMBERS, WAITING = 2_000, 50, 40, 5, 25

# The triggers that write search documents are off in bulk.
DOCUMENTS = """
SELECT public.search_refresh(array_agg(md5('dataset' || n)::uuid))
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
COUNTS = {
    "institutions": INSTITUTIONS,
    "people": PEOPLE,
    "committees": COMMITTEES,
    "members": MEMBERS,
    "waiting": WAITING,
}


def the_id(what: str) -> uuid.UUID:
    """The id of `dataset7`, `person12`, `file7-1` and so on."""
    return uuid.UUID(hashlib.md5(what.encode(), usedforsecurity=False).hexdigest())


def seed(urls: Urls, *, first: int, last: int) -> None:
    """Datasets `first` to `last` and all that hangs on them; the first call also makes people and committees."""
    fill(urls.superuser.removesuffix("/postgres") + "/gatehouse", urls.owner, first=first, last=last)


def fill(superuser: str, owner: str, *, first: int, last: int) -> None:
    """The same in the database of these two addresses."""
    parts = ["few", "datasets", "grants", "waiting"] if first == 1 else ["datasets", "grants"]
    with psycopg.connect(superuser) as db:
        db.execute("SET session_replication_role = replica")  # bulk: no trigger and no foreign key is asked row by row
        for part in parts:
            text = (STATEMENTS / f"{part}.sql").read_text()
            db.execute(text.format(**COUNTS, first=first, last=last).encode())
        db.execute(DOCUMENTS, {"first": first, "last": last})
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute(sql.SQL("VACUUM ANALYZE"))
