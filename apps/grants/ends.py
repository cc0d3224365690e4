"""Access that ends soon or has ended by time, of which holders are notified."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from apps.core import clock
from apps.grants.models import AccessGrant


def ending_before(moment: datetime) -> QuerySet[AccessGrant]:
    """Access that ends before the moment, is not over, and is not kept by a later grant of the same holder."""
    return _without_later().filter(ends_at__gt=clock.sql_now(), ends_at__lte=moment)


def ended_since(moment: datetime) -> QuerySet[AccessGrant]:
    """Access that ended by time since the moment, and is not kept by a later grant of the same holder."""
    return _without_later().filter(ends_at__gt=moment, ends_at__lte=clock.sql_now())


def _without_later() -> QuerySet[AccessGrant]:
    parts = AccessGrant.objects.parts()
    lasting = parts["not_revoked"] & parts["not_terminated"]
    later = AccessGrant.objects.filter(lasting, holder=OuterRef("holder"), dataset=OuterRef("dataset"))
    kept = later.filter(ends_at__gt=OuterRef("ends_at"))
    return AccessGrant.objects.filter(lasting, ~Exists(kept), holder__is_active=True)
