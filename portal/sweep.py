"""Stored bytes that nothing names: what an upload left when it died half way."""

from collections.abc import Iterator
from datetime import timedelta

from apps.agreements.models import Agreement
from apps.core import clock
from apps.core.storage import sealed
from apps.datasets.models import Distribution


def sweep_orphans(*, older_than: timedelta) -> int:
    """Delete bytes that no file and no agreement names, and that are older than any upload still under way."""
    storage, before, swept = sealed(), clock.now() - older_than, 0
    for key in _keys(""):
        if storage.get_modified_time(key) < before and not _named(key):
            storage.delete(key)
            swept += 1
    return swept


def _keys(folder: str) -> Iterator[str]:
    storage = sealed()
    if folder and not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for name in files:
        yield f"{folder}/{name}" if folder else name
    for name in folders:
        yield from _keys(f"{folder}/{name}" if folder else name)


def _named(key: str) -> bool:
    held = Distribution.objects.filter(storage_key=key).exists()
    return held or Agreement.objects.filter(pdf_key=key).exists()
