"""What members do with a case: check, request changes, vote, confirm a vote.

The same commands as the pages. A token that can vote is valid for a day and keeps the sign-in in which it was made,
which its votes keep as evidence (docs/decisions/committee-api.md).
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands
from apps.access_requests.due_dates import DueDate
from apps.access_requests.models import AccessRequest, Item, Round
from apps.api import schemas
from apps.api.auth import VOTE, caller
from apps.api.idempotency import idempotent_call
from apps.api.v1.reviews import case_for, review_out
from apps.core.errors import NotFound, WrongState
from apps.people.sign_in import SignIn
from apps.tokens.rules import check_votes_now

router = Router(tags=["reviews"])


@router.post("/reviews/{uuid:pk}/accept", response=schemas.ReviewOut, auth=VOTE)
def accept_review(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """The request is complete: members can vote now. Scope: vote."""
    by = voter(request)[0]

    def do() -> tuple[UUID, UUID]:
        commands.accept_for_review(case_for(by, pk), by=by)
        return pk, pk

    return review_out(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/reviews/{uuid:pk}/return", response=schemas.ReviewOut, auth=VOTE)
def return_review(request: HttpRequest, pk: UUID, body: schemas.Questions, response: HttpResponse) -> dict[str, Any]:
    """Request changes: the round ends, and its votes no longer count. Scope: vote."""
    by = voter(request)[0]
    first, *further = [(one.field, one.text) for one in body.questions]

    def do() -> tuple[UUID, UUID]:
        commands.request_changes(case_for(by, pk), field=first[0], text=first[1], further=further, by=by)
        return pk, pk

    return review_out(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/reviews/{uuid:pk}/datasets/{slug}/vote", response=schemas.ReviewOut, auth=VOTE)
def cast_vote(
    request: HttpRequest, pk: UUID, slug: str, body: schemas.NewVote, response: HttpResponse
) -> dict[str, Any]:
    """Vote on one dataset, or change your vote, on the round that you read. Scope: vote.

    409 if the request was submitted again since, or the dataset is decided: nothing is counted.
    """
    by, signed_in = voter(request)
    said = body.model_dump(include={"choice", "reason", "denial_codes", "conditions", "new_condition"})
    due = DueDate(body.new_due, body.new_due_on, body.new_due_days)

    def do() -> tuple[UUID, UUID]:
        item, seen = item_and_round(case_for(by, pk), slug, body.round)
        commands.vote(item, **said, new_due=due, seen=seen, signed_in=signed_in, by=by)
        return pk, pk

    return review_out(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/reviews/{uuid:pk}/datasets/{slug}/confirm", response=schemas.ReviewOut, auth=VOTE)
def confirm_vote(
    request: HttpRequest, pk: UUID, slug: str, body: schemas.Confirmation, response: HttpResponse
) -> dict[str, Any]:
    """Confirm your vote after another voter left, so that the votes are counted. Scope: vote."""
    by, signed_in = voter(request)

    def do() -> tuple[UUID, UUID]:
        item, seen = item_and_round(case_for(by, pk), slug, body.round)
        commands.confirm_vote(item, seen=seen, signed_in=signed_in, by=by)
        return pk, pk

    return review_out(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


def voter(request: HttpRequest) -> tuple[Any, SignIn]:
    """The caller, and the sign-in in which their token was made."""
    return caller(request), check_votes_now(request.token)  # type: ignore[attr-defined]


def item_and_round(case: AccessRequest, slug: str, number: int) -> tuple[Item, Round]:
    item = case.items.filter(dataset__slug=slug).select_related("committee", "dataset", "request").first()
    if item is None:
        raise NotFound(_("This request does not include that dataset."))
    seen = case.rounds.filter(number=number).first() if 0 < number < 2**31 else None
    if seen is None:
        raise WrongState(_("The request has changed since you opened it. Read the new version first."))
    return item, seen
