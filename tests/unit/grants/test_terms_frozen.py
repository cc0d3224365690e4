"""The database keeps the terms of an access grant: it can be made shorter or be revoked, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.core import clock
from apps.grants import commands
from apps.grants.models import AccessGrant
from tests import stories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize("field", ["holder", "dataset", "agreement", "institution"])
def test_who_may_use_what_on_which_ground_never_changes(field: str) -> None:
    access, other = stories.granted(), stories.granted()
    with pytest.raises(IntegrityError, match="terms of an access grant"), transaction.atomic():
        AccessGrant.objects.filter(pk=access.grant.pk).update(**{field: getattr(other.grant, field)})


@pytest.mark.parametrize("change", [
    {"starts_at": F("starts_at") - DAY}, {"starts_at": F("starts_at") + DAY}, {"issued_at": F("issued_at") - DAY},
    {"ends_at": F("ends_at") + DAY}, {"institution": None},
])  # fmt: skip
def test_access_never_begins_otherwise_nor_lasts_longer(change: dict[str, Any]) -> None:
    access = stories.granted()
    with pytest.raises(IntegrityError, match="terms of an access grant"), transaction.atomic():
        AccessGrant.objects.filter(pk=access.grant.pk).update(**change)


def test_a_grant_is_never_deleted() -> None:
    access = stories.granted()
    with pytest.raises(IntegrityError, match="cannot be deleted"), transaction.atomic():
        AccessGrant.objects.filter(pk=access.grant.pk).delete()


def test_control_access_may_end_earlier() -> None:
    """Control: the same statement with an earlier end passes."""
    access = stories.granted()
    assert AccessGrant.objects.filter(pk=access.grant.pk).update(ends_at=F("ends_at") - DAY) == 1


@pytest.mark.parametrize("change", [
    {"revoked_at": Now()}, {"revoked_because": "Another reason."},
    {"revoked_at": None, "revoked_by": None, "revoked_because": ""},
])  # fmt: skip
def test_what_was_revoked_stays_revoked(change: dict[str, Any]) -> None:
    access = stories.granted()
    commands.revoke(access.grant, reason="A breach.", by=access.owner)
    with pytest.raises(IntegrityError, match="terms of an access grant"), transaction.atomic():
        AccessGrant.objects.filter(pk=access.grant.pk).update(**change)


def test_control_a_grant_is_revoked_once() -> None:
    """Control: what has not been revoked yet can be."""
    access = stories.granted()
    change = {"revoked_at": clock.now(), "revoked_by": access.owner, "revoked_because": "A breach."}
    assert AccessGrant.objects.filter(pk=access.grant.pk).update(**change) == 1
