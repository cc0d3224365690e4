"""Sets of download links, and the address of a link."""

from urllib.parse import quote

from django.db.models import QuerySet
from django.urls import reverse

from apps.core import roles
from apps.core.actors import Viewer
from apps.core.addresses import absolute
from apps.datasets.models import Distribution
from apps.downloads.models import DownloadLink


def address_of_link(file: Distribution, secret: str) -> str:
    """The absolute address of a link. It ends with the file name, which some programs save the file as."""
    path = reverse("link_open", args=[secret, "x"]).removesuffix("x")
    return absolute(f"{path}{quote(file.name, safe='')}")


def links_of(person: Viewer) -> QuerySet[DownloadLink]:
    """The active links of this person, newest first."""
    mine = DownloadLink.objects.active().filter(person_id=roles.person_id(person))
    return mine.select_related("distribution__version__dataset").order_by("-made_at")


def link_of_digest(digest: str) -> DownloadLink | None:
    """The link whose secret has this digest, active or not; None if there is none."""
    return DownloadLink.objects.filter(digest=digest).first()


def reload_link(link: DownloadLink) -> DownloadLink:
    """The link, read again, with its file and who made it."""
    return DownloadLink.objects.select_related("person", "distribution__version").get(pk=link.pk)
