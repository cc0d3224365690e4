"""Recording what only reads: an export of data about other people."""

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core.actors import Actor


@transaction.atomic
def record_export(name: str, *, rows: int, by: Actor) -> None:
    """Somebody takes a list about other people away as a file; `name` is the list's code, `rows` how many it has."""
    record(Kind.LIST_EXPORTED, actor=by, list=name, rows=rows)
