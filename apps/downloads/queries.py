"""Sets of links."""

from typing import Any

from django.db.models import QuerySet

from apps.core import roles
from apps.downloads.models import DownloadLink


def links_of(person: Any) -> QuerySet[DownloadLink]:
    """The living links this person made, newest first."""
    mine = DownloadLink.objects.alive().filter(person_id=roles.person_id(person))
    return mine.select_related("distribution__version__dataset").order_by("-made_at")
