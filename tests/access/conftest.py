"""The one world of the matrix, built once a worker for all that is asked about it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.core import clock
from tests import stories
from tests.access import world

FRESH = timedelta(minutes=5)  # half of what the portal calls a fresh sign-in


@pytest.fixture(scope="package")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[world.Things]:
    """Everybody and everything; each question is undone before the next, and in the end all of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


@pytest.fixture
def things(built: world.Things) -> world.Things:
    """The world, in which everybody has signed in within the last minutes, however long the tests before took."""
    if clock.now() - built.signed_in_at > FRESH:
        built.signed_in_at = clock.now()
        for actor, person in built.people.items():
            if actor not in {"deactivated", "scopeless"}:
                built.clients[actor] = stories.client_for(person, raise_request_exception=False)
    return built
