"""With files in S3 a download is delivered by a storage address of its own; the portal's front sends no bytes."""

from django.conf import LazySettings

from apps.datasets.models import Distribution
from apps.downloads.commands import _delivery
from apps.downloads.ranges import Asked
from portal.settings.base import private_bucket_storage

BUCKET = private_bucket_storage(
    endpoint="http://127.0.0.1:9", bucket="files", key="key", secret="secret", region="us-east-1"
)


def test_a_file_in_s3_is_delivered_by_a_presigned_address(settings: LazySettings) -> None:
    settings.STORAGES = {**settings.STORAGES, "private": BUCKET}
    delivery = _delivery(
        Distribution(name="a.csv", media_type="text/csv", size=1, storage_key="ab/cd", sha256="00" * 32), Asked()
    )
    assert delivery.location.startswith("http://127.0.0.1:9/files/ab/cd?")
    assert delivery.accel_path == ""
