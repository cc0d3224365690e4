"""What remains when one access ends: what its holder still has on the dataset, and what colleagues keep."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.grants.models import AccessGrant


@dataclass(frozen=True)
class Remaining:
    """Grants that are active now and stay so: the holder's others on the dataset, and those of colleagues who have
    theirs by the same request.
    """

    others: Sequence[AccessGrant]
    colleagues: Sequence[AccessGrant]

    @property
    def opens_the_same_files(self) -> bool:
        """Whether the holder can download the dataset's files all the same."""
        return bool(self.others)


def what_remains(grant: AccessGrant) -> Remaining:
    """What is left when this grant is revoked or ended early; two statements."""
    active = AccessGrant.objects.active().exclude(pk=grant.pk)
    others = active.filter(holder=grant.holder_id, dataset=grant.dataset_id)
    request = grant.agreement.item.request_id
    colleagues = active.filter(dataset=grant.dataset_id, agreement__item__request=request).exclude(
        holder=grant.holder_id
    )
    return Remaining(_listed(others), _listed(colleagues))


def _listed(grants: QuerySet[AccessGrant]) -> list[AccessGrant]:
    fetched = grants.select_related("holder__institution", "dataset", "agreement__item__request")
    return list(fetched.order_by("-ends_at", "pk"))
