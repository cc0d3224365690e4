"""What changed between two rounds of a request, for the pages of the applicant and of the committee."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.snapshot import snapshot_of
from apps.access_requests.states import RequestState
from apps.datasets.queries import titles_of
from apps.forms.combined import AskedForm
from apps.people.queries import people_by_id
from apps.web.form_answers import answer_changes, frozen_forms
from apps.web.request_rows import changes


def compared_with(rounds: Sequence[Round], voted: Collection[UUID]) -> tuple[Round | None, bool]:
    """The round with which a reader compares the newest one, and whether they voted in it.

    It is the last earlier one in which they voted, or else the one before; None if there is only one. `rounds` are all
    of the request, newest first.
    """
    before = rounds[1:]
    mine = next((one for one in before if one.pk in voted), None)
    return mine or (before[0] if before else None), mine is not None


def round_changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    forms: Sequence[list[AskedForm]],
    *,
    names: Mapping[UUID, str],
    titles: Mapping[UUID, str],
) -> list[dict[str, Any]]:
    """The fields and answers that differ; `forms` are those that the reader may read of `after` and of `before`."""
    return [*changes(before, after, names=names, titles=titles), *answer_changes(forms[1], forms[0])]


def changes_for_party(found: AccessRequest, *, mine: bool) -> dict[str, Any]:
    """What the applicant and the members read on the page of their request: `since` (a round) and its `changes`.

    Between the last two rounds; while the request is with the applicant, what they changed since they submitted it.
    Three statements, and those of a snapshot while it is with the applicant; none for a request of one round.
    """
    writing = mine and found.state == RequestState.RETURNED
    if found.last_round is None or (found.last_round < 2 and not writing):
        return {"since": None, "changes": []}
    rounds = list(found.rounds.order_by("-number")[:2])
    since, now = (rounds[0], snapshot_of(found)) if writing else (rounds[1], rounds[0].snapshot)
    said = (since.snapshot, now)
    names = {one.pk: str(one) for one in people_by_id({UUID(pk) for one in said for pk in one["members"]})}
    titles = titles_of(UUID(pk) for one in said for pk in one["datasets"])
    forms = frozen_forms(now, since.snapshot, committee_ids=None)
    return {"since": since, "changes": round_changes(since.snapshot, now, forms, names=names, titles=titles)}
