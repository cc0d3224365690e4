"""A portal that is backed up, destroyed and restored within a test: databases of its own, folders of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from apps.access_requests.models import AccessRequest
from apps.core.storage import private_storage
from apps.people.models import Institution
from tests import stories
from tests.database import Urls


def run(*words: str) -> str:
    """A command of manage.py; what it printed."""
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@contextmanager
def database_of(url: str, name: str) -> Iterator[None]:
    """The portal speaks to this database as the role of `url`."""
    connection = connections["default"]
    before, parts = dict(connection.settings_dict), urlsplit(url)
    connection.close()
    connection.settings_dict.update(
        NAME=name, USER=unquote(parts.username or ""), PASSWORD=unquote(parts.password or "")
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def empty_database(urls: Urls, name: str) -> Iterator[str]:
    """A new database without tables, made as docs/for-operators.md says."""
    owner, app = urlsplit(urls.owner).username or "", urlsplit(urls.app).username or ""
    names = {"name": sql.Identifier(name), "owner": sql.Identifier(owner), "app": sql.Identifier(app)}
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
        connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner}").format(**names))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**names))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {name} TO {app}").format(**names))
    try:
        yield name
    finally:
        with psycopg.connect(urls.superuser, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))


@contextmanager
def files_gone(aside: Path) -> Iterator[None]:
    """The stored files are destroyed; they are back after the test, for those that follow."""
    stored = Path(private_storage().location)
    shutil.move(stored, aside)
    try:
        yield
    finally:
        shutil.rmtree(stored, ignore_errors=True)
        shutil.move(aside, stored)


@contextmanager
def other_settings(settings: Any, **values: Any) -> Iterator[None]:
    """Settings of another portal, for a while."""
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    yield
    for name, value in before.items():
        setattr(settings, name, value)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file in the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def granted_at(institution: Institution, mark: str) -> stories.Access:
    """An active grant on a dataset of this institution, held by one of its people, with `mark` in its texts."""
    holder = stories.person(f"Holder {mark}", at=institution, email=f"{mark}@people.example")
    owner = stories.person(f"Owner {mark}", at=institution)
    world = stories.published_dataset(title=f"Dataset {mark}", owner=owner, files={f"{mark}.csv": mark.encode()})
    case = stories.in_review(stories.submitted(stories.draft(published_dataset=world, applicant=holder)))
    access = stories.granted(stories.executed(stories.signed(stories.offered(stories.decided(case)))))
    AccessRequest.objects.filter(pk=access.case.request.pk).update(purpose=f"Purpose {mark}")
    return access
