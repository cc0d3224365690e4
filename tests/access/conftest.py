"""The one world of the matrix, built once for all its rows."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.access import world


@pytest.fixture(scope="module")
def things(django_db_setup: None, django_db_blocker: Any) -> Iterator[world.Things]:
    """Everybody and everything; each question is undone before the next, and in the end all of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)
