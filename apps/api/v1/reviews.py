"""Requests to review: the list and one case, for members of the committees that decide and their deputies.

Every call about a case asks `case_for`, so a member who left or declared a conflict of interest reads nothing.
"""

from typing import Any, Literal
from uuid import UUID

from django.db.models import Exists, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import queries, queries_thread, review_queue, rules, submitted
from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.named import named_people
from apps.access_requests.purposes import Matched, matches, purpose_of
from apps.access_requests.queries_clocks import clocks_of, today_of_clocks
from apps.access_requests.review_filters import (
    containing,
    due_within,
    items_inside,
    open_of,
    overdue,
    without_date,
)
from apps.access_requests.states import ItemState
from apps.access_requests.votes_seen import next_action, votes_seen
from apps.api import pagination, reviews, schemas
from apps.api.auth import REVIEW, caller
from apps.api.case_parts import checklists, condition_reports
from apps.api.matches import matches_out
from apps.api.v1.datasets import Cursor, Size, Words
from apps.committees.queries import committees_of
from apps.committees.queries_deputies import memberships_kept_by
from apps.core.errors import NotFound
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.people.queries import people_by_id

router = Router(tags=["reviews"])
Stage = Literal["open", "to-check", "to-vote", "as-deputy", "with-others", "with-applicant", "decided"]
Due = Literal["", "overdue", "week", "none"]
STAGES = {
    "open": open_of,
    "to-check": review_queue.to_check_of,
    "to-vote": review_queue.to_vote_of,
    "with-others": review_queue.with_others_of,
    "with-applicant": review_queue.with_applicant_of,
    "decided": review_queue.decided_of,
}


@router.get("/reviews", response=schemas.ReviewPage, auth=REVIEW)
def list_reviews(
    request: HttpRequest,
    stage: Stage = "open",
    q: Words = "",
    committee: Words = "",
    due: Due = "",
    cursor: Cursor = "",
    limit: Size = pagination.DEFAULT_SIZE,
) -> dict[str, Any]:
    """The requests of your committees, the newest submission first, with what you can do next. Scope: review.

    `as-deputy` lists those on which you vote in a member's place. `due` is `overdue`, `week` (due within 7 days) or
    `none` (no due date).
    """
    me = caller(request)
    among, found = _of_stage(me, stage)
    found = found.filter(containing(q, me))
    if committee:
        found = found.filter(Exists(items_inside(committee__slug=committee, committee__in=among)))
    if due:
        conditions = {"overdue": overdue(among), "week": due_within(among, 7), "none": without_date(among)}
        found = found.filter(conditions[due])
    rows = review_queue.with_items(found, me, among)
    name = f"reviews {stage}"
    items, next_cursor = pagination.page(name, rows, moment="submitted_at", cursor=cursor, size=limit)
    deputy = stage == "as-deputy"
    kept = list(memberships_kept_by(me).values_list("person_id", flat=True)) if deputy else []
    lines = [reviews.review_line(one, kept=kept) for one in items]
    return {"items": lines, "next_cursor": next_cursor}


def _of_stage(me: Person, stage: Stage) -> tuple[list[UUID], QuerySet[AccessRequest]]:
    """The committees for which the person reads, and their requests of this stage."""
    if stage == "as-deputy":
        kept = queries.kept_for(me)
        among = list(kept.order_by().values_list("committee_id", flat=True).distinct())
        return among, AccessRequest.objects.filter(pk__in=kept.values("request_id"))
    among = list(committees_of(me).values_list("pk", flat=True))
    return among, STAGES[stage](me, among)


@router.get("/reviews/{uuid:pk}", response=schemas.ReviewOut, auth=REVIEW)
def read_review(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """One request as it was submitted, with its votes as far as you may see them; `ETag` is its round. Scope: review.

    The votes of others are shown to you after your own. Messages are at `/reviews/{id}/messages`.
    """
    return review_out(caller(request), pk, response)


def review_out(me: Person, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """The case as this member may read it now."""
    case = case_for(me, pk)
    newest = case.rounds.order_by("-number")[0]
    seen = votes_seen(case, newest, me)
    clocks = clocks_of(case, [one.item for one in seen if one.is_theirs], today_of_clocks())
    inside = any(one.is_theirs for one in seen)
    aside = case.recusals.select_related("person").order_by("declared_at") if inside else ()
    readers = committees_of(me).values_list("pk", flat=True)
    documents = queries_thread.documents_in(newest.snapshot, committees=set(readers))
    asked = case.questions.select_related("asked_by").order_by("asked_at")
    response["ETag"] = f'"{newest.number}"'
    return {
        "id": case.pk,
        "reference": case.reference,
        "state": case.state,
        "next_action": next_action(
            case.state, [one.asks for one in seen if one.is_theirs and one.item.state == ItemState.OPEN]
        ),
        "round": reviews.round_out(newest),
        "submitted": submitted.document(case, newest, me),
        "matches": matches_out(_matches(newest)),
        "items": [reviews.item(one, clocks.get(one.item.committee_id)) for one in seen],
        "questions": [reviews.question(one) for one in asked],
        "recused": [reviews.person(one.person) for one in aside],
        "documents": [reviews.document(one) for one in documents],
        "checklists": checklists(newest, [one.item.committee for one in seen if one.is_theirs], set(readers)),
        "condition_reports": condition_reports([one.item.pk for one in seen if one.is_theirs]),
    }


def case_for(me: Person, pk: UUID) -> AccessRequest:
    """The request, if it is before a committee of this member, or they vote on it as a deputy, and it is no business of
    their own.
    """
    found = queries.before_committees_of(me).filter(pk=pk).first()
    if found is None:
        theirs = AccessRequest.objects.filter(pk=pk, items__committee__in=committees_of(me)).first()
        if theirs is not None:
            rules.check_no_conflict(me, theirs)
        undeclared = queries.for_committees_of(me).filter(pk=pk).first()
        if undeclared is not None:
            rules.check_declared(me, undeclared)
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    rules.check_no_conflict(me, found)
    return found


def _matches(seen: Round) -> list[Matched]:
    """The purpose as it was frozen, compared with the use conditions as they are today."""
    said = seen.snapshot
    purpose = purpose_of(said.get("research_purpose"))
    if purpose.is_empty:
        return []
    ids = named_people(said)
    known = {one.pk: one for one in people_by_id(ids).select_related("institution")}
    datasets = Dataset.objects.filter(pk__in=said["datasets"]).only("title", "slug").order_by("title", "pk")
    return matches(purpose, datasets, [known.get(one, Person()) for one in ids])
