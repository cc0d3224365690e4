"""How much each member of a committee has to do."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.access_requests.queries_workload import workload_of
from apps.web.committee.manage import managed_committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in


@require_safe
@signed_in
def workload(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """For whoever manages the committee: undecided requests by member, as a chart and a table. No request is named."""
    committee = managed_committee(request, slug)
    loads = workload_of(committee)
    bars = [{"label": str(one.membership.person), "value": one.waiting} for one in loads]
    found = {
        "committee": committee,
        "loads": loads,
        "bars": bars if len(bars) >= 3 and any(one["value"] for one in bars) else [],
        "most": max([one.waiting for one in loads] + [1]),
    }
    return render(request, "committee/workload.html", found)
