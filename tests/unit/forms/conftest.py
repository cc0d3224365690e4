"""Today in the tests of forms, which use no database."""

from datetime import UTC, datetime

import pytest

from apps.core import clock


@pytest.fixture(autouse=True)
def today(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """28 November 2026, unless the test has a database, whose clock it is then."""
    if "django_db" not in request.keywords:
        monkeypatch.setattr(clock, "today", lambda: datetime(2026, 11, 28, tzinfo=UTC).date())
