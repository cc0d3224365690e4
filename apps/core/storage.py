"""Private storage of dataset files and agreements: a file is sent only after a checked download.

`url()` is refused on purpose. Only apps.downloads sends files: by `accel_path` (the front server sends the file) or
`presign` (a storage address valid for one minute, created for each download).
"""

import copy
import errno
import os
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.utils.functional import cached_property
from storages.backends.s3 import S3Storage

PRESIGNED_SECONDS = 60


class PrivateFileStorage(FileSystemStorage):
    """Local files outside the web root. The front server sends them; Python does not."""

    def url(self, name: str | None) -> NoReturn:
        raise NotImplementedError("Private files have no address; use apps.downloads.commands.")

    def accel_path(self, name: str) -> str:
        """The value of X-Accel-Redirect with which the front server sends the file."""
        return f"{settings.ACCEL_PREFIX}{quote(name)}"

    def check(self) -> None:
        """Raise StorageUnavailable if the folder cannot be read and written now."""
        try:
            Path(self.location).mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StorageUnavailable("the folder of the private files cannot be made") from fault
        if not os.access(self.location, os.R_OK | os.W_OK | os.X_OK):
            raise StorageUnavailable(errno.EACCES, "the folder of the private files cannot be read and written")


class StorageUnavailable(OSError):
    """The storage does not take or give files now; nothing was stored. Its cause is the fault of the client."""


class PrivateBucketStorage(S3Storage):
    """Objects in S3. Each download gets its own presigned address, which is not stored or shown on a page.

    A storage that is silent is noticed within STORAGE_SECONDS: whatever moves the bytes of a file, and so has a longer
    limit, asks for the bucket first.
    """

    client_config: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_config = self.client_config.merge(
            Config(connect_timeout=2, read_timeout=settings.STORAGE_SECONDS, retries={"total_max_attempts": 1})
        )

    def check(self) -> None:
        """Raise StorageUnavailable if the bucket does not answer now."""
        try:
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
        except (BotoCoreError, ClientError) as fault:
            raise StorageUnavailable("the bucket does not answer") from fault

    def _save(self, name: str, content: Any) -> str:
        self.check()
        try:
            return str(self._for_transfers._move_in(name, content))
        except (Boto3Error, BotoCoreError, ClientError) as fault:
            raise OSError(f"the bucket did not take the file: {type(fault).__name__}") from fault

    def _open(self, name: str, mode: str = "rb") -> Any:
        self.check()
        return self._for_transfers._move_out(name, mode)

    def _move_in(self, name: str, content: Any) -> str:
        return str(super()._save(name, content))

    def _move_out(self, name: str, mode: str) -> Any:
        return super()._open(name, mode)

    @cached_property
    def _for_transfers(self) -> "PrivateBucketStorage":
        """The same storage with the limit for moving bytes; one retry, for a part that was lost on the way."""
        patient = copy.copy(self)
        patient.client_config = self.client_config.merge(
            Config(read_timeout=settings.STORAGE_TRANSFER_SECONDS, retries={"total_max_attempts": 2})
        )
        return patient

    def url(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("Private objects have no address; use apps.downloads.commands.")

    def presign(self, name: str, *, disposition: str, media_type: str) -> str:
        """An address for one object, valid for PRESIGNED_SECONDS; Range requests work."""
        extra = {"ResponseContentDisposition": disposition, "ResponseContentType": media_type}
        return str(super().url(name, parameters=extra, expire=PRESIGNED_SECONDS))


def private_storage() -> Any:
    """The storage of dataset files and agreements."""
    return storages["private"]
