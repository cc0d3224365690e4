"""Which fields name a stored object: the register that the sweep of orphans asks before it deletes anything.

A model declares them: `STORED_FILES: ClassVar[tuple[str, ...]] = ("storage_key",)`. A stored object that no declared
field names is deleted after a day (`portal.orphans`), so `manage.py lint --only stored-files` finds what is missing.
"""

from collections.abc import Collection, Iterator

from django.apps import apps
from django.db import models


def stored_file_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Each (model, name of a field that holds a storage key) that an app declares."""
    for model in apps.get_models():
        for name in getattr(model, "STORED_FILES", ()):
            yield model, name


def keys_in_use(keys: Collection[str]) -> set[str]:
    """Those of these storage keys that a row names. One statement for each declared field; rows no manager hides."""
    used: set[str] = set()
    for model, name in stored_file_fields():
        rows = model._base_manager.filter(**{f"{name}__in": keys})
        used.update(rows.values_list(name, flat=True))
    return used
