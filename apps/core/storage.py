"""Sealed storage: bytes lie here and nobody gets an address to them except through a checked download.

`url()` does not exist on purpose; only apps.downloads hands bytes out, by `accel_path` (the front server sends the
file) or `presign` (a minute-long storage address made at the click).
"""

from typing import Any, NoReturn
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from storages.backends.s3 import S3Storage

PRESIGNED_SECONDS = 60


class PrivateFileStorage(FileSystemStorage):
    """Local files outside the web root; the front server may read them, Python never streams them."""

    def url(self, name: str | None) -> NoReturn:
        raise NotImplementedError("Sealed files have no address; ask apps.downloads.commands.")

    def accel_path(self, name: str) -> str:
        """The internal path that the front server turns into bytes when the portal answers X-Accel-Redirect."""
        return f"{settings.ACCEL_PREFIX}{quote(name)}"


class PrivateBucketStorage(S3Storage):
    """Objects in S3; a one-minute presigned GET is made per click and never stored or shown in a page."""

    def url(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("Sealed objects have no address; ask apps.downloads.commands.")

    def presign(self, name: str, *, disposition: str, media_type: str) -> str:
        """A storage address for one object, good for PRESIGNED_SECONDS, Range included."""
        extra = {"ResponseContentDisposition": disposition, "ResponseContentType": media_type}
        return str(super().url(name, parameters=extra, expire=PRESIGNED_SECONDS))


def sealed() -> Any:
    """The storage that datasets and agreements are kept in."""
    return storages["sealed"]
