"""Sets of links, and the address of one."""

from urllib.parse import quote

from django.db.models import QuerySet
from django.urls import reverse

from apps.core import roles
from apps.core.actors import Viewer
from apps.core.addresses import absolute
from apps.datasets.models import Distribution
from apps.downloads.models import DownloadLink


def address_of_link(file: Distribution, secret: str) -> str:
    """The whole address of a link; the name at its end is for programs that take it from there."""
    path = reverse("link_open", args=[secret, "x"]).removesuffix("x")
    return absolute(f"{path}{quote(file.name, safe='')}")


def links_of(person: Viewer) -> QuerySet[DownloadLink]:
    """The living links this person made, newest first."""
    mine = DownloadLink.objects.alive().filter(person_id=roles.person_id(person))
    return mine.select_related("distribution__version__dataset").order_by("-made_at")


def link_of_digest(digest: str) -> DownloadLink | None:
    """The link whose secret has this digest, ended or not."""
    return DownloadLink.objects.filter(digest=digest).first()


def as_it_is_now(link: DownloadLink) -> DownloadLink:
    """The link read again, with its file, its person and the token that created it."""
    return DownloadLink.objects.select_related("person", "made_with", "distribution__version").get(pk=link.pk)
