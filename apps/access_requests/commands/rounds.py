"""A round opens: what the committees read is frozen, with how each of them decides."""

import hashlib
import json

from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.queries_checklists import checklists_to_keep
from apps.access_requests.snapshot import snapshot_of
from apps.access_requests.states import ItemState
from apps.access_requests.voting_rules import rules_to_keep
from apps.committees.models import Committee


def _open_round(request: AccessRequest) -> Round:
    """The next round of the request. The caller holds the lock on it, and has closed the round before."""
    snapshot = snapshot_of(request)
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Round.objects.create(
        request=request, number=request.rounds.count() + 1, snapshot=snapshot,
        sha256=hashlib.sha256(text.encode()).hexdigest(), institution_id=request.applicant.institution_id,
        voting_rules=rules_to_keep(request), checklists=checklists_to_keep(_committees_that_decide(request)),
    )  # fmt: skip


def _committees_that_decide(request: AccessRequest) -> list[Committee]:
    """The committees that have something to decide in the round that begins now."""
    return [item.committee for item in request.items.filter(state=ItemState.OPEN).select_related("committee")]
