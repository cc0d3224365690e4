"""What the undecided requests of a committee lose with a member: shown before anybody is removed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access_requests.queries import listed_decision
from apps.access_requests.queries_conflicts import declared_among
from apps.access_requests.review_queue import undecided_before
from apps.access_requests.states import RequestState
from apps.committees.decisions import Blocked, Decision
from apps.committees.models import Committee
from apps.committees.queries import committees_of
from apps.core.actors import Viewer
from apps.web.committee.presenters import what_decides, why_blocked


def effects_of_losing(committee: Committee, person_id: UUID, *, reader: Viewer) -> list[dict[str, Any]]:
    """One row for each undecided dataset on which this member may vote: their vote, the voters, what follows.

    Whether a vote was cast is shown, never the choice. `url` is empty if the reader may not open the case.
    """
    rows = []
    undecided = list(undecided_before(committee))
    read = declared_among(reader, {item.request_id for item in undecided})
    opens = committees_of(reader).filter(pk=committee.pk).exists()
    for item in undecided:
        before = listed_decision(item)
        if str(person_id) not in before.voters:
            continue
        after = replace(before, voters=before.voters - {str(person_id)})
        in_review = item.request.state == RequestState.IN_REVIEW
        rows.append({
            "url": reverse("case", args=[item.request_id]) if opens else "",
            "title": item.request.title if opens and item.request_id in read else "",
            "reference": item.request.reference,
            "dataset": item.dataset.title,
            "vote": _("Cast, but it will no longer count") if str(person_id) in before.votes else _("Not cast"),
            "before": before.eligible,
            "after": after.eligible,
            "warning": after.is_hopeless or after.needs_everyone,
            "follows": _follows(before if before.is_hidden else after, in_review=in_review),
        })  # fmt: skip
    return rows


def _follows(after: Decision, *, in_review: bool) -> str:
    """What the committee has to do then."""
    if after.blocked == Blocked.TOO_FEW_VOTERS:
        return _(
            "Too few members remain for the quorum of %(quorum)s. Add a member, then request changes from the "
            "applicant. The new member can vote in the next round."
        ) % {"quorum": after.quorum}
    if after.blocked == Blocked.NO_CHAIR:
        return why_blocked(after)
    if in_review and after.cast == after.eligible:
        # Which of the two it is would tell how the others voted.
        return _(
            "The dataset stays undecided. All other members have voted. If their votes decide, one of them must "
            "confirm a vote. If they are divided, one of them must change a vote."
        )
    if after.needs_everyone:
        return _("Every remaining member must then vote to reach the quorum of %(quorum)s.") % {"quorum": after.quorum}
    return _("The dataset stays undecided. %(what_decides)s.") % {"what_decides": what_decides(after)}
