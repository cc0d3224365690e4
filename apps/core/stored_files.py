"""Which model fields name a stored file. The clean-up of orphaned files uses this before it deletes anything.

A model declares them: `STORED_FILES: ClassVar[tuple[str, ...]] = ("storage_key",)`. A stored object that no declared
field names is deleted after a day (`portal.orphans`), so `manage.py lint --only stored-files` finds what is missing.
"""

from collections.abc import Collection, Iterator

from django.apps import apps
from django.db import models


def stored_file_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Each declared field: (model, name of a field with a storage key)."""
    for model in apps.get_models():
        for name in getattr(model, "STORED_FILES", ()):
            yield model, name


def keys_in_use(keys: Collection[str]) -> set[str]:
    """Those of these storage keys that are in a row; one statement per declared field, without default managers."""
    used: set[str] = set()
    for model, name in stored_file_fields():
        rows = model._base_manager.filter(**{f"{name}__in": keys})
        used.update(rows.values_list(name, flat=True))
    return used
