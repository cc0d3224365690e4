"""The question about conflicts of interest, which a member answers before a case opens: read it, answer it.

A declaration is a person's own act, so both answers need a token that can vote; no service account or device has one.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands, queries, queries_conflicts, queries_shared_work, rules, rules_conflicts
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries_conflicts import Suggestion
from apps.api import reviews, schemas
from apps.api.auth import REVIEW, VOTE, caller
from apps.api.errors import Changed, NeedsCondition
from apps.api.idempotency import idempotent_call
from apps.api.v1.reviews import review_out
from apps.api.v1.votes import voter
from apps.committees.queries import committees_of
from apps.core.errors import NotFound
from apps.people.models import Person

router = Router(tags=["reviews"])


@router.get("/reviews/{uuid:pk}/declaration", response=schemas.DeclarationOut, auth=REVIEW)
def read_declaration(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """The people and datasets of a request of your committees, what suggests a conflict of interest, and whether you
    have declared that you have none; `ETag` is for the people named. Scope: review.
    """
    by = caller(request)
    case = _case_to_answer(by, pk)
    rules_conflicts.check_can_answer(by, case)
    people = queries_conflicts.people_to_judge(case)
    works = queries_shared_work.asked_about(case)
    seen = rules_conflicts.seen_of([*people, *works])
    response["ETag"] = f'"{seen}"'
    items = case.items.select_related("dataset", "committee").order_by("committee__name", "dataset__title")
    found = queries_conflicts.suggestions(by, case, people, works)
    return {
        "declared": queries_conflicts.has_declared(by, case),
        "seen": seen,
        "people": [reviews.applicant(one) for one in people],
        "datasets": [{"slug": one.dataset.slug, "name": one.dataset.title} for one in items],
        "suggestions": [_suggestion(one) for one in found],
    }


@router.post("/reviews/{uuid:pk}/declare", response=schemas.ReviewOut, auth=VOTE)
def declare(request: HttpRequest, pk: UUID, body: schemas.NewDeclaration, response: HttpResponse) -> dict[str, Any]:
    """Declare that you have no conflict of interest with the people you read about: the request opens. Scope: vote.

    Send `seen` of the declaration, or its ETag in `If-Match`. If the people changed since: 409, with `If-Match` 412.
    """
    by = voter(request)[0]

    def do() -> tuple[UUID, UUID]:
        case = _case_to_answer(by, pk)
        commands.declare_no_conflict(case, seen=_seen(request, case, body.seen), by=by)
        return pk, pk

    return review_out(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/reviews/{uuid:pk}/recuse", response={204: None}, auth=VOTE)
def recuse(request: HttpRequest, pk: UUID, body: schemas.NewRecusal) -> HttpResponse:
    """Declare a conflict of interest: from then on you cannot read the request or vote on it. Scope: vote.

    It is an answer by itself: nothing has to be declared before it.
    """
    by = voter(request)[0]

    def do() -> tuple[UUID, UUID]:
        commands.recuse(_case_to_answer(by, pk), reason=body.reason, by=by)
        return pk, pk

    idempotent_call(request, do=do, replay=lambda pk: pk)
    return HttpResponse(status=204)


def _suggestion(one: Suggestion) -> dict[str, Any]:
    said = {"work": one.work.work, "year": one.work.year} if one.work is not None else {}
    return {"why": one.why.value, "person": reviews.person(one.person), **said}


def _case_to_answer(by: Person, pk: UUID) -> AccessRequest:
    """A request that the person reads for a committee, or would read after the declaration."""
    found = queries.for_committees_of(by).filter(pk=pk).first()
    if found is None:
        mine = AccessRequest.objects.filter(pk=pk, items__committee__in=committees_of(by)).first()
        if mine is not None:
            rules.check_no_conflict(by, mine)
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    return found


def _seen(request: HttpRequest, case: AccessRequest, sent: str) -> str:
    """The digest of the people that the caller read about, from the body or from `If-Match` (RFC 9110, 13.1.1)."""
    tags = {tag.strip() for tag in request.headers.get("If-Match", "").split(",")} - {""}
    if sent or not tags:
        if not sent:
            raise NeedsCondition(
                _("First read which people the request names. Then send “seen”, or the ETag in “If-Match”.")
            )
        return sent
    people, works = queries_conflicts.people_to_judge(case), queries_shared_work.asked_about(case)
    now = rules_conflicts.seen_of([*people, *works])
    if f'"{now}"' not in tags:
        raise Changed(_("The people on this request have changed. Read who they are now and answer again."))
    return now
