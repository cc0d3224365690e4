"""Private storage of dataset files and agreements: a file is sent only after a checked download.

`url()` is refused on purpose. Only apps.downloads sends files: by `accel_path` (the front server sends the file) or
`presign` (a storage address valid for one minute, created for each download).
"""

from typing import Any, NoReturn
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from storages.backends.s3 import S3Storage

PRESIGNED_SECONDS = 60


class PrivateFileStorage(FileSystemStorage):
    """Local files outside the web root. The front server sends them; Python does not."""

    def url(self, name: str | None) -> NoReturn:
        raise NotImplementedError("Private files have no address; use apps.downloads.commands.")

    def accel_path(self, name: str) -> str:
        """The value of X-Accel-Redirect with which the front server sends the file."""
        return f"{settings.ACCEL_PREFIX}{quote(name)}"


class PrivateBucketStorage(S3Storage):
    """Objects in S3. Each download gets its own presigned address, which is not stored or shown on a page."""

    def url(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("Private objects have no address; use apps.downloads.commands.")

    def presign(self, name: str, *, disposition: str, media_type: str) -> str:
        """An address for one object, valid for PRESIGNED_SECONDS; Range requests work."""
        extra = {"ResponseContentDisposition": disposition, "ResponseContentType": media_type}
        return str(super().url(name, parameters=extra, expire=PRESIGNED_SECONDS))


def private_storage() -> Any:
    """The storage of dataset files and agreements."""
    return storages["private"]
