"""Sets of links."""

from typing import Any

from django.db.models import QuerySet

from apps.core import roles
from apps.downloads.models import DownloadLink


def links_of(person: Any) -> QuerySet[DownloadLink]:
    """The living links this person made, newest first."""
    mine = DownloadLink.objects.alive().filter(person_id=roles.person_id(person))
    return mine.select_related("distribution__version__dataset").order_by("-made_at")


def link_of_digest(digest: str) -> DownloadLink | None:
    """The link whose secret has this digest, ended or not."""
    return DownloadLink.objects.filter(digest=digest).first()


def as_it_is_now(link: DownloadLink) -> DownloadLink:
    """The link read anew, with its file and who made it."""
    return DownloadLink.objects.select_related("person", "distribution__version").get(pk=link.pk)
