"""The lock that every command on a dataset takes first."""

from apps.datasets.models import Dataset


def _lock(dataset: Dataset) -> Dataset:
    """The dataset as it is now, locked until the transaction ends."""
    return Dataset.objects.select_for_update().get(pk=dataset.pk)
