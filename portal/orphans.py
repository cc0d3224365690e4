"""Stored bytes that nothing names: what an upload left when it died half way."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from apps.core import clock
from apps.core.storage import private_storage
from apps.core.stored_files import keys_in_use

log = logging.getLogger(__name__)
AT_ONCE = 500
# More than these is no upload that died: it is a database that does not belong to this storage.
MOST, SHARE = 20, 0.1


def delete_orphans(*, older_than: timedelta) -> int:
    """Delete bytes that no declared field names (`apps.core.stored_files`) and that are older than any running upload.

    An older database put back beside newer files, or two portals on one storage, look like a great many orphans; then
    nothing is deleted and a warning is logged for the operator.
    """
    keys, orphans, before = _keys(""), [], clock.now() - older_than
    seen = 0
    while chunk := list(islice(keys, AT_ONCE)):
        seen += len(chunk)
        orphans += [key for key in _unnamed(chunk) if private_storage().get_modified_time(key) < before]
    if len(orphans) > max(MOST, SHARE * seen):
        log.error("%d of %d stored objects are not named by this database; none was deleted", len(orphans), seen)
        return 0
    for key in orphans:
        private_storage().delete(key)
    return len(orphans)


def _keys(folder: str) -> Iterator[str]:
    storage = private_storage()
    if folder and not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for name in files:
        yield f"{folder}/{name}" if folder else name
    for name in folders:
        yield from _keys(f"{folder}/{name}" if folder else name)


def _unnamed(keys: list[str]) -> list[str]:
    used = keys_in_use(keys)
    return [key for key in keys if key not in used]
