"""A large world by bulk SQL: datasets with versions and files, people, grants with all that they depend on, and
review queues.

Ids are made from numbers (`md5('dataset7')`), so that every part of the benchmark can name what it wants to look at.
"""

import hashlib
import uuid
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.demo.embedded import Urls

STATEMENTS = Path(__file__).parent / "world"
PEOPLE, INSTITUTIONS, COMMITTEES, MEMBERS, WAITING = 2_000, 50, 40, 5, 25

# What is made before, with every range of datasets, and after the first. The benchmark's world, and the growth table's.
BENCHMARK = (("few",), ("datasets", "grants"), ("waiting",))
GROWTH = (("few",), ("datasets", "grants", "background", "courses"), ("waiting", "handful", "courses"))

# The triggers that write search documents are off in bulk. Their texts recur every 1,400 datasets, all but the number
# in the title, so that those of later datasets are copies with another number.
ALIKE = 1_400
DOCUMENTS = """
SELECT public.search_refresh(array_agg(md5('dataset' || n)::uuid))
FROM generate_series(%(first)s::int, least(%(last)s, %(alike)s)::int) AS n HAVING count(*) > 0
"""
COPIES = """
INSERT INTO datasets_searchdocument (valid_from, valid_until, listed_from, access, subjects, subject_labels, conditions,
                                     formats, files, bytes, search, committee_id, dataset_id, institution_id)
SELECT d.listed_from, NULL, d.listed_from, o.access, o.subjects, o.subject_labels, o.conditions, o.formats, o.files,
       o.bytes, o.search || to_tsvector('simple', n::text), o.committee_id, d.id, o.institution_id
FROM generate_series(greatest(%(first)s, %(alike)s + 1)::int, %(last)s::int) AS n
JOIN datasets_dataset d ON d.id = md5('dataset' || n)::uuid
JOIN datasets_searchdocument o ON o.dataset_id = md5('dataset' || ((n - 1) %% %(alike)s + 1))::uuid
"""
MANY, OLD = 1_000, 100_000
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


def fill(
    superuser: str, owner: str, *, first: int, last: int, parts: Sequence[Sequence[str]] = BENCHMARK, many: int = MANY,
    alike: int = ALIKE,
) -> None:  # fmt: skip
    """The same in the database of these two addresses; `many` is what people have who have many things."""
    before, each, after = parts
    with psycopg.connect(superuser) as db:
        db.execute("SET session_replication_role = replica")  # bulk: no trigger and no foreign key is asked row by row
        for part in (*before, *each, *after) if first == 1 else each:
            text = (STATEMENTS / f"{part}.sql").read_text()
            db.execute(text.format(**COUNTS, many=many, old=OLD, first=first, last=last).encode())
            db.execute("ANALYZE")  # the next part reads what this one wrote
        for statement in (DOCUMENTS, COPIES):
            db.execute(statement, {"first": first, "last": last, "alike": alike})
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute(sql.SQL("VACUUM ANALYZE"))
