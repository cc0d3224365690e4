"""Further acts of members on a case: undo a decision, extend a review, verdicts, condition reports.

The same commands as the pages; each is a person's own act, so it needs a token that can vote.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands
from apps.access_requests.models import AccessRequest, ConditionReport, ReviewClock, Round
from apps.api import schemas
from apps.api.auth import VOTE
from apps.api.idempotency import idempotent_call
from apps.api.v1.reviews import case_for, review_out
from apps.api.v1.votes import voter
from apps.committees.models import Committee
from apps.committees.queries import public
from apps.core.errors import NotFound, WrongState
from apps.people.models import Person

router = Router(tags=["reviews"])
Act = Callable[[AccessRequest, Person], object]


@router.post("/reviews/{uuid:pk}/datasets/{slug}/undo", response=schemas.ReviewOut, auth=VOTE)
def undo_decision(
    request: HttpRequest, pk: UUID, slug: str, body: schemas.NewUndo, response: HttpResponse
) -> dict[str, Any]:
    """Undo a decision before `takes_effect_at`: the vote is open again, and the votes are kept. Scope: vote."""

    def act(case: AccessRequest, by: Person) -> None:
        item = case.items.filter(dataset__slug=slug).select_related("committee", "dataset", "request").first()
        if item is None:
            raise NotFound(_("This request does not include that dataset."))
        commands.undo_decision(item, why=body.why, by=by)

    return _done(request, pk, act, response)


@router.post("/reviews/{uuid:pk}/due-date/{slug}", response=schemas.ReviewOut, auth=VOTE)
def change_due_date(
    request: HttpRequest, pk: UUID, slug: str, body: schemas.NewDueDate, response: HttpResponse
) -> dict[str, Any]:
    """As chair, extend the review of your committee once, or put it on the fast track. Scope: vote.

    `slug` is the short name of the committee. The applicant receives the reason.
    """
    change = commands.extend_review if body.change == ReviewClock.Change.EXTENDED.value else commands.use_fast_track

    def act(case: AccessRequest, by: Person) -> None:
        change(case, committee=_committee(case, slug), reason=body.reason, by=by)

    return _done(request, pk, act, response)


@router.post("/reviews/{uuid:pk}/checklist/{slug}/{int:number}", response=schemas.ReviewOut, auth=VOTE)
def give_verdict(
    request: HttpRequest, pk: UUID, slug: str, number: int, body: schemas.NewVerdict, response: HttpResponse
) -> dict[str, Any]:
    """Say whether a criterion of your committee's checklist is met in the round that you read. Scope: vote.

    `slug` is the short name of the committee, `number` that of the criterion, from 1. It takes the place of an earlier
    verdict.
    """

    def act(case: AccessRequest, by: Person) -> None:
        said = {"says": body.says, "reason": body.reason}
        seen = _round(case, body.round)
        commands.give_verdict(case, committee=_committee(case, slug), number=number, **said, seen=seen, by=by)

    return _done(request, pk, act, response)


@router.post("/reviews/{uuid:pk}/reports/{uuid:report}/accept", response=schemas.ReviewOut, auth=VOTE)
def accept_report(
    request: HttpRequest, pk: UUID, report: UUID, body: schemas.ReportAnswer, response: HttpResponse
) -> dict[str, Any]:
    """Accept that a condition of your committee's approval is met. Scope: vote."""

    def act(case: AccessRequest, by: Person) -> None:
        commands.accept_report(_report(case, report), answer=body.answer, by=by)

    return _done(request, pk, act, response)


@router.post("/reviews/{uuid:pk}/reports/{uuid:report}/send-back", response=schemas.ReviewOut, auth=VOTE)
def send_report_back(
    request: HttpRequest, pk: UUID, report: UUID, body: schemas.ReportAnswer, response: HttpResponse
) -> dict[str, Any]:
    """Say what is missing in a report: the condition is not met, and can be reported again. Scope: vote."""

    def act(case: AccessRequest, by: Person) -> None:
        commands.send_report_back(_report(case, report), answer=body.answer, by=by)

    return _done(request, pk, act, response)


def _done(request: HttpRequest, pk: UUID, act: Act, response: HttpResponse) -> dict[str, Any]:
    """Carry out the act once, by a person who may read the case; answers with the case as it is then."""
    by = voter(request)[0]

    def do() -> tuple[UUID, UUID]:
        act(case_for(by, pk), by)
        return pk, pk

    return review_out(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


def _committee(case: AccessRequest, slug: str) -> Committee:
    found = public().filter(slug=slug, items__request=case).distinct().first()
    if found is None:
        raise NotFound(_("This committee does not exist."))
    return found


def _round(case: AccessRequest, number: int) -> Round:
    seen = case.rounds.filter(number=number).first() if 0 < number < 2**31 else None
    if seen is None:
        raise WrongState(_("The request has changed since you opened it. Read the new version first."))
    return seen


def _report(case: AccessRequest, pk: UUID) -> ConditionReport:
    fetched = ConditionReport.objects.select_related("condition__item__request")
    found = fetched.filter(pk=pk, condition__item__request=case).first()
    if found is None:
        raise NotFound(_("This report does not exist."))
    return found
