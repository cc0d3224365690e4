"""Row locks that Django has no word for."""

import uuid

from django.db import connection, models


def lock_for_share(model: type[models.Model], pk: uuid.UUID) -> None:
    """Hold the row as it is until the transaction ends; others may hold it too, but nobody changes it meanwhile.

    PostgreSQL's FOR SHARE: many downloads share it, a revocation waits for those begun and orders before the rest.
    """
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
        cursor.execute(f"SELECT 1 FROM {table} WHERE {key} = %s FOR SHARE", [pk])  # noqa: S608
