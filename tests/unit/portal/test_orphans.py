"""Stored bytes that nothing names go; a storage that belongs to another database is left alone."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File

from apps.core import clock
from apps.core.storage import private_storage
from apps.datasets.models import Dataset
from portal.orphans import delete_orphans
from tests import stories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    """Nobody else's files."""
    kept = settings.STORAGES["private"]
    settings.STORAGES = {**settings.STORAGES, "private": {**kept, "OPTIONS": {"location": str(tmp_path)}}}


def _stray(name: str) -> str:
    return str(private_storage().save(name, File(BytesIO(b"half"))))


def _sweep() -> int:
    with clock.freeze(clock.now() + timedelta(days=2)):
        return delete_orphans(older_than=timedelta(days=1))


def test_only_what_nothing_names_and_is_old_goes() -> None:
    """T58, R18: the rest of a dead upload goes after a day; a published file and a fresh upload stay."""
    world = stories.published_dataset()
    stray = _stray("st/ra/y")
    assert delete_orphans(older_than=timedelta(days=1)) == 0
    assert _sweep() == 1
    assert not private_storage().exists(stray)
    assert private_storage().exists(world.file.storage_key)


def test_too_many_strangers_are_left_alone() -> None:
    """An older database beside newer files deletes nothing."""
    strays = [_stray(f"no/ne/{number}") for number in range(21)]
    assert _sweep() == 0
    assert all(private_storage().exists(key) for key in strays)


@pytest.mark.parametrize("declared", [True, False])
def test_only_a_declared_field_keeps_its_object(declared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new kind of stored file survives the sweep because its model declares it; control: undeclared, it goes."""
    kept = _stray("ne/wk/ind")
    Dataset.objects.filter(pk=stories.published_dataset().dataset.pk).update(attribution=kept)
    if declared:
        monkeypatch.setattr(Dataset, "STORED_FILES", ("attribution",), raising=False)
    assert _sweep() == (0 if declared else 1)
    assert private_storage().exists(kept) is declared
