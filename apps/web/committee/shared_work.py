"""What the applicant named as shared work with people outside the request, on the page of a case."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from apps.access_requests.models import Round
from apps.access_requests.queries_shared_work import members_among, named_in


def shared_works(seen: Round, committees: Collection[UUID]) -> list[dict[str, Any]]:
    """The entries of the round, and whether one names a present member of these committees."""
    works = named_in(seen)
    members = members_among(works, set(committees))
    return [{"work": one, "is_member": one.pk in members} for one in works]
