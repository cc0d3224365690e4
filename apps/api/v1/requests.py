"""The access requests of the caller: draft, change, submit, withdraw. The same commands as the pages."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands, fields, form_answers, purposes, rules
from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.shared_work import FIELD
from apps.access_requests.states import EDITABLE
from apps.api import pagination, schemas, serialise
from apps.api.auth import READ, REQUEST, caller
from apps.api.classes import class_out
from apps.api.errors import Changed, InvalidFields, NeedsCondition
from apps.api.form_answers import form_answers as answers_out
from apps.api.idempotency import idempotent_call
from apps.api.shared_work import keep_sent, shared_work_out
from apps.api.v1.datasets import Cursor, Size
from apps.core.errors import NotFound, WrongState
from apps.datasets import queries as datasets
from apps.datasets.models import Dataset
from apps.grants.access_state import state_of_request, states_of_requests
from apps.people.models import Person

router = Router(tags=["requests"])
ITEMS = Prefetch(
    "items",
    Item.objects.select_related("dataset", "committee", "appeal", "agreement").prefetch_related("conditions__reports"),
)


@router.get("/requests", response=schemas.RequestPage, auth=READ)
def list_requests(request: HttpRequest, cursor: Cursor = "", limit: Size = pagination.DEFAULT_SIZE) -> dict[str, Any]:
    """The requests in which you are applicant or named member, newest first. Scope: read."""
    mine = requests.of_person(caller(request)).prefetch_related(ITEMS)
    items, next_cursor = pagination.page("requests", mine, moment="created_at", cursor=cursor, size=limit)
    states = states_of_requests(caller(request), items)
    return {"items": [serialise.request_line(each, states[each.pk]) for each in items], "next_cursor": next_cursor}


@router.post("/requests", response={201: schemas.RequestOut}, auth=REQUEST)
def draft_request(request: HttpRequest, body: schemas.NewRequest, response: HttpResponse) -> dict[str, Any]:
    """Create a draft for one or several datasets with controlled access. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        with transaction.atomic():
            draft = commands.draft(_datasets(by, body.datasets), by=by)
            _write(draft, body, by=by, revision=draft.revision)
        return draft.pk, draft.pk

    pk = idempotent_call(request, do=do, replay=lambda pk: pk)
    response["Location"] = f"{request.path}/{pk}"
    return _answer(by, pk, response)


@router.get("/requests/{uuid:pk}", response=schemas.RequestOut, auth=READ)
def read_request(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """One request; the header `ETag` names its revision. Scope: read."""
    return _answer(caller(request), pk, response)


@router.patch("/requests/{uuid:pk}", response=schemas.RequestOut, auth=REQUEST)
def change_request(
    request: HttpRequest, pk: UUID, body: schemas.RequestChange, response: HttpResponse
) -> dict[str, Any]:
    """Change the fields you send. Name the revision you read in `If-Match` or `revision`. Scope: request."""
    by = caller(request)
    mine = _mine(by, pk)
    _check_condition(mine, request.headers.get("If-Match", ""), body.revision)
    try:
        with transaction.atomic():
            if body.datasets is not None:
                commands.choose_datasets(mine, datasets=_datasets(by, body.datasets), by=by)
            _write(mine, body, by=by, revision=mine.revision)
    except WrongState as refusal:
        if _mine(by, pk).revision != mine.revision:  # another change was stored after ours was checked
            raise Changed(refusal.sentence) from None
        raise
    return _answer(by, pk, response)


@router.post("/requests/{uuid:pk}/submit", response=schemas.RequestOut, auth=REQUEST)
def submit_request(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """Submit the request to the committees; it cannot be changed while they review it. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        commands.submit(_mine(by, pk), by=by)
        return pk, pk

    return _answer(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/requests/{uuid:pk}/withdraw", response=schemas.RequestOut, auth=REQUEST)
def withdraw_request(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """Withdraw the request before it is decided. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        commands.withdraw(_mine(by, pk), by=by)
        return pk, pk

    return _answer(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/requests/{uuid:pk}/questions/{uuid:question}/answer", response=schemas.RequestOut, auth=REQUEST)
def answer_question(
    request: HttpRequest, pk: UUID, question: UUID, body: schemas.NewAnswer, response: HttpResponse
) -> dict[str, Any]:
    """Answer a question that the committee asked when it requested changes. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        found = _mine(by, pk).questions.filter(pk=question).first()
        if found is None:
            raise NotFound(_("This question does not exist."))
        commands.answer(found, text=body.text, by=by)
        return pk, pk

    return _answer(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


def _mine(by: Person, pk: UUID) -> AccessRequest:
    fetched = requests.of_person(by).select_related("applicant", "cohort__institution").prefetch_related(
        ITEMS, "memberships__person", "questions"
    )  # fmt: skip
    found = fetched.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    return found


def _answer(by: Person, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """The request in its present state, with its revision in `ETag`."""
    mine = _mine(by, pk)
    response["ETag"] = f'"{mine.revision}"'
    missing = rules.missing_for_submission(mine) if mine.state in EDITABLE else {}
    asked = form_answers.asked_forms(mine, {item.committee_id for item in mine.items.all()})
    whole = serialise.request(mine, missing, state_of_request(by, mine), purposes.matches_of(mine))
    return whole | {"forms": [*map(answers_out, asked)], "cohort": class_out(mine, by), FIELD: shared_work_out(mine)}


def _write(mine: AccessRequest, body: schemas.RequestFields, *, by: Person, revision: int) -> None:
    """Store the fields that were sent; the revision always increases."""
    sent = body.model_fields_set
    if "members" in sent:
        commands.name_members(mine, codes=body.members, by=by)
    texts = body.model_dump(include=sent & set(fields.stored()))
    answers = form_answers.changed(mine, body.answers) if body.answers else {}
    commands.change(mine, by=by, revision=revision, answers=answers, **texts)
    if FIELD in sent:
        keep_sent(mine, body.shared_work, by=by)


def _check_condition(mine: AccessRequest, if_match: str, revision: int | None) -> None:
    """The change was made from the present revision (RFC 9110, 13.1.1), so it overwrites no newer text."""
    tags = {tag.strip() for tag in if_match.split(",")}
    if not if_match and revision is None:
        raise NeedsCondition(
            _("Send the revision that you read: either its ETag in “If-Match”, or “revision” in the body.")
        )
    matches = bool(tags & {"*", f'"{mine.revision}"'}) if if_match else True
    if not matches or revision not in {None, mine.revision}:
        raise Changed(_("This request was changed after you read it. Read it again, then send your change."))


def _datasets(by: Person, slugs: list[str]) -> list[Dataset]:
    """The datasets with these short names; raises InvalidFields for one that this person may not see."""
    wanted = list(dict.fromkeys(slugs))
    found = {each.slug: each for each in datasets.visible_to(by).select_related("committee").filter(slug__in=wanted)}
    unknown = [slug for slug in wanted if slug not in found]
    if unknown:
        raise InvalidFields(
            {
                "datasets": _("The dataset “%(slug)s” does not exist, or you are not allowed to see it.")
                % {"slug": unknown[0]}
            }
        )
    return [found[slug] for slug in wanted]
