"""Datasets that a request can name, found by words or by the address of their page."""

from apps.datasets import search
from apps.datasets.models import Dataset

AT_MOST = 8


def datasets_matching(entered: str) -> list[Dataset]:
    """The listed datasets with controlled access that the words match, the most relevant first; of an address or a
    short name the one that it names.
    """
    entered = entered.strip()
    name = entered.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1]
    if not name:
        return []
    listed = Dataset.objects.listed().filter(access=Dataset.Access.CONTROLLED)
    named = listed.filter(slug=name.lower()).first()
    if named is not None:
        return [named]
    rows = search.find(entered, {"access": [Dataset.Access.CONTROLLED]}).rows[:AT_MOST]
    found = listed.in_bulk([row.dataset for row in rows])
    return [found[row.dataset] for row in rows if row.dataset in found]
