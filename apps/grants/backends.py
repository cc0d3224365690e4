"""`person.has_perm("datasets.download_dataset", dataset)` answers truly: from the same set as every download."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from apps.datasets.models import Dataset, Distribution
from apps.grants import queries

DOWNLOAD = "datasets.download_dataset"


class AccessBackend(BaseBackend):
    """Says yes or no for `download_dataset` on one dataset or file, never without an object; silent on all else."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if perm != DOWNLOAD or obj is None:
            return False
        files = queries.downloadable_by(user_obj)
        if isinstance(obj, Distribution):
            return files.filter(pk=obj.pk).exists()
        return isinstance(obj, Dataset) and files.filter(version__dataset=obj).exists()
