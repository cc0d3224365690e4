"""Sets of download links, and the address of a link."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Sum, Value, When
from django.urls import reverse

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import roles
from apps.core.actors import Viewer
from apps.core.addresses import absolute
from apps.datasets.models import Distribution
from apps.downloads.models import DownloadLink, living
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_versions
from apps.people.models import Person


def address_of_link(file: Distribution, secret: str) -> str:
    """The absolute address of a link. It ends with the file name, which some programs save the file as."""
    path = reverse("link_open", args=[secret, "x"]).removesuffix("x")
    return absolute(f"{path}{quote(file.name, safe='')}")


def links_of(person: Viewer) -> QuerySet[DownloadLink]:
    """The active links of this person, newest first."""
    mine = DownloadLink.objects.active().filter(person_id=roles.person_id(person))
    return mine.select_related("distribution__version__dataset").order_by("-made_at")


def every_link_of(person: Viewer) -> QuerySet[Any]:
    """Every link this person created, each with `is_living` (not expired, not ended) and `opens` (it works now).

    `opens` asks what `rules` checks when the link is used: the sign-in, the token and the grant it depends on, and the
    access rule for its file.
    """
    mine = DownloadLink.objects.filter(person_id=roles.person_id(person))
    return mine.select_related("distribution__version__dataset").annotate(
        is_living=_flag(living()), opens=_flag(_opens(person))
    )


def links_that_open(person: Viewer) -> QuerySet[DownloadLink]:
    """The links of this person that work now, as the page Download links says."""
    return DownloadLink.objects.filter(_opens(person), person_id=roles.person_id(person))


def _opens(person: Viewer) -> Q:
    """A condition on links of this person: each would be delivered now to whoever has it."""
    token: Any = DownloadLink.made_with.field.related_model  # apps.tokens, which this app does not import
    token_ends = Q(made_with__isnull=False) & ~Q(Exists(token.objects.not_revoked().filter(pk=OuterRef("made_with"))))
    grant_active = Exists(AccessGrant.objects.active().filter(pk=OuterRef("grant")))
    version = OuterRef("distribution__version")
    allowed = {
        strong: Q(Exists(downloadable_versions(_as(person, strong=strong)).filter(pk=version)))
        for strong in (False, True)
    }
    by_rule = (Q(second_factor=True) & allowed[True]) | (Q(second_factor=False) & allowed[False])
    return (
        living()
        & Q(person__signed_out_at__isnull=True)
        & ~token_ends
        & (Q(grant__isnull=True) | Q(grant_active))
        & by_rule
    )


def _as(person: Viewer, *, strong: bool) -> Person:
    """The person as they were signed in when the link was created."""
    someone = Person(pk=roles.person_id(person))
    someone.second_factor = strong
    return someone


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


@dataclass(frozen=True)
class Use:
    """What was downloaded on one grant: how often, how many different files, how many bytes they have together."""

    downloads: int = 0
    files: int = 0
    size: int = 0


def used_links() -> QuerySet[DownloadLink]:
    """The links with which a download was started."""
    started = Event.objects.filter(subject_id=OuterRef("pk"), kind=str(Kind.DOWNLOAD_STARTED))
    return DownloadLink.objects.filter(Exists(started))


def ever_used() -> Exists:
    """The condition "something was downloaded on this grant", for use in a query on grants."""
    return Exists(used_links().filter(grant=OuterRef("pk")))


def use_of(grants: Iterable[UUID]) -> dict[UUID, Use]:
    """What was downloaded on each of these grants; those without a download are left out. One statement."""
    rows = used_links().filter(grant__in=list(grants)).order_by().values("grant_id")
    counts = rows.annotate(
        downloads=Count("pk"), files=Count("distribution_id", distinct=True), size=Sum("distribution__size")
    )
    return {row["grant_id"]: Use(row["downloads"], row["files"], row["size"]) for row in counts}
