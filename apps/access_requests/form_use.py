"""How many requests answer a version of a form."""

from dataclasses import dataclass

from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.states import EDITABLE, UNDER_REVIEW
from apps.forms.models import FormVersion


@dataclass(frozen=True)
class Use:
    """Requests that can still move from this or an earlier version, and submitted ones that stay on this one."""

    drafts: int = 0
    submitted: int = 0


def use_of(version: FormVersion | None) -> Use:
    """How many open requests to the committee of the form answer this version, or as drafts an earlier one."""
    if version is None:
        return Use()
    asked = Item.objects.filter(committee_id=version.form.committee_id).values("request_id")
    found = AccessRequest.objects.filter(pk__in=asked).order_by()
    versions = [str(pk) for pk in version.form.versions.filter(number__lte=version.number).values_list("pk", flat=True)]
    drafts = found.filter(state__in=EDITABLE, answers__has_any_keys=versions)
    return Use(drafts.count(), found.filter(state__in=UNDER_REVIEW, answers__has_key=str(version.pk)).count())
