"""One download link as it is now. Each opening of a link asks it: the set is prepared."""

from django.db.models import QuerySet

from apps.core import clock
from apps.core.db import Prepared, lock_for_share_by
from apps.downloads.models import DownloadLink


def _now(digest: str) -> QuerySet[DownloadLink]:
    found = DownloadLink.objects.select_related("person", "made_with", "distribution__version")
    moments = {"asked_at": clock.sql_now()}  # a column of the model's own name, as mypy sees it
    return found.annotate(**moments).filter(digest=digest).order_by()


_as_it_is = Prepared(_now, str)


def lock_link(digest: str) -> DownloadLink | None:
    """The link whose secret has this digest, active or not, with its file, its person and the token that created it.

    Its grant is locked for share first, so a revocation is either seen here or waits until the transaction ends.
    `asked_at` is the moment of the question. None if there is no such link.
    """
    lock_for_share_by(DownloadLink, "grant", digest=digest)
    return read_link(digest)


def read_link(digest: str) -> DownloadLink | None:
    """The same without a lock: for a link that is known to depend on no grant."""
    found: DownloadLink | None = _as_it_is.first(digest)
    return found
