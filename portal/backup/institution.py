"""Everything of one institution, in formats that need no Gatehouse to read."""

import csv
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from apps.access_requests.models import Item
from apps.agreements.models import SignedPdf
from apps.audit.kinds_hidden import COMMITTEE_ONLY, ONE_COMMITTEE_ONLY
from apps.audit.models import Event
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.storage import private_storage
from apps.datasets.models import Distribution
from apps.people.models import Institution
from portal.backup import event_export, stored
from portal.backup.errors import BackupError
from portal.backup.institution_tables import TABLES, Table, decided_by
from portal.backup.sealing import portal_name

Say = Callable[[str], None]
SUMS = "SHA256SUMS"
README = """\
Everything of {name} in the Gatehouse portal {portal}, on {moment}.

tables/*.csv      one table a file: UTF-8, comma, first row is the header. The columns are described in
                  datapackage.json (Data Package with Table Schema, specs.frictionlessdata.io).
events.jsonl      one event a line (JSON): what happened to these rows, oldest first. Ids refer to the tables.
agreements/       the signed agreements as PDF, named by reference and number
files/            the files of each dataset, by dataset, version and file name{files}
SHA256SUMS        checksums; to check them: sha256sum --check SHA256SUMS

A column that ends in _id holds the id of a row of another table. Where that row is not in this export, it belongs to
somebody else. Of requests for datasets of several institutions only the datasets of {name} are here.
"""
WITHOUT = ":\n                  NOT in this export. tables/files.csv lists them with size and SHA-256."


def export(institution: Institution, folder: Path, *, with_files: bool, say: Say) -> int:
    """Write the export to a new folder; until it is whole it is called `folder`.part. Returns the number of rows."""
    if folder.exists():
        raise BackupError(f"{folder} already exists. Choose a new name.")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    rows = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        ids: set[uuid.UUID] = set()
        for table in TABLES:
            rows += _write_table(part, table, institution, ids)
            say(f"{table.name} done.")
        _write_events(part, institution, ids)
        _write_pdfs(part, institution)
        if with_files:
            _write_files(part, institution)
        moment = clock.now().isoformat(timespec="seconds")
    (part / "datapackage.json").write_text(json.dumps(_package(institution), indent=1, ensure_ascii=False))
    (part / "README.txt").write_text(
        README.format(name=institution.name, portal=portal_name(), moment=moment, files="" if with_files else WITHOUT)
    )
    _write_sums(part)
    part.rename(folder)
    with transaction.atomic():
        record(Kind.INSTITUTION_EXPORTED, actor=CONSOLE, subject=institution, rows=rows, files=with_files)
    return rows


def _write_table(part: Path, table: Table, institution: Institution, ids: set[uuid.UUID]) -> int:
    path = part / "tables" / f"{table.name}.csv"
    path.parent.mkdir(exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        for row in table.rows(institution).values_list(*table.columns).iterator(chunk_size=2000):
            writer.writerow([_plain(value) for value in row])
            ids.update([row[0]] if isinstance(row[0], uuid.UUID) else [])
            count += 1
    return count


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def _write_events(part: Path, institution: Institution, ids: set[uuid.UUID]) -> None:
    """The events whose subject is an exported row, or that concern one and have no subject.

    What only a committee may read (votes, conflicts of interest) is exported to the institution of that committee only.
    """
    items = Item.objects.filter(decided_by(institution)).values_list("pk", "request_id")
    decides = {one for pair in items for one in pair}
    with (part / "events.jsonl").open("w", encoding="ascii") as file:
        for event in Event.objects.order_by("pk").iterator(chunk_size=2000):
            own = event.subject_id in ids or (event.subject_id is None and not ids.isdisjoint(event.about))
            if event.kind in ONE_COMMITTEE_ONLY:
                own = own and not ids.isdisjoint(event.about)
            if own and (event.kind not in COMMITTEE_ONLY or event.subject_id in decides):
                file.write(f"{event_export.line_of(event)}\n")


def _rows(name: str, institution: Institution) -> Iterator[Any]:
    table = next(one for one in TABLES if one.name == name)
    yield from table.rows(institution).iterator(chunk_size=500)


def _write_pdfs(part: Path, institution: Institution) -> None:
    for pdf in _rows("signed_pdfs", institution):
        found: SignedPdf = pdf
        _copy(found.storage_key, part / "agreements" / f"{found.agreement.reference}-{found.number}.pdf")


def _write_files(part: Path, institution: Institution) -> None:
    for file in _rows("files", institution):
        found: Distribution = file
        version = found.version
        _copy(found.storage_key, part / "files" / version.dataset.slug / f"v{version.number}" / found.name)


def _copy(key: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with private_storage().open(key) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target, stored.CHUNK)


def _package(institution: Institution) -> dict[str, Any]:
    """A Data Package: the tables with their schemas."""
    return {
        "profile": "tabular-data-package",
        "name": f"institution-{institution.pk}",
        "title": institution.name,
        "resources": [
            {
                "name": table.name,
                "path": f"tables/{table.name}.csv",
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "schema": table.schema(),
            }
            for table in TABLES
        ],
    }


def _write_sums(part: Path) -> None:
    paths = sorted(path for path in part.rglob("*") if path.is_file())
    lines = [f"{stored.digest_of(path)}  {path.relative_to(part)}\n" for path in paths]
    (part / SUMS).write_text("".join(lines))
