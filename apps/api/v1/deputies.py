"""Deputies of committee members: list, name, end. The same commands as the pages."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands
from apps.api import schemas
from apps.api.auth import REVIEW, VOTE, caller
from apps.api.errors import InvalidFields
from apps.api.fresh import acts_now
from apps.api.idempotency import idempotent_call
from apps.committees.models import Committee, CommitteeMember, Deputy
from apps.committees.queries import public
from apps.committees.queries_deputies import deputies_in
from apps.committees.rules import check_can_manage_committee
from apps.core.errors import DomainError, NotFound
from apps.people.colleagues import find_colleague
from apps.people.models import Person

router = Router(tags=["committees"])


@router.get("/committees/{slug}/deputies", response=schemas.DeputyList, auth=REVIEW)
def list_deputies(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The deputies whose time is not over: of yourself, and of everybody if you manage the committee. Scope: review."""
    by = caller(request)
    committee = _committee(slug)
    found = deputies_in(committee)
    try:
        check_can_manage_committee(by, committee)
    except DomainError:
        found = found.filter(membership__person=by)
        if not _members(committee).filter(person=by).exists():
            raise
    return {"items": [_deputy(one) for one in found]}


@router.post("/committees/{slug}/deputies", response={201: schemas.DeputyOut}, auth=VOTE)
def name_deputy(request: HttpRequest, slug: str, body: schemas.NewDeputy) -> dict[str, Any]:
    """Name who votes in your place, or as chair in another member's, from the first to the last day. Scope: vote.

    The token must be from a sign-in of the last ten minutes, as on the page.
    """
    by = acts_now(request)
    committee = _committee(slug)

    def do() -> tuple[UUID, UUID]:
        membership = _membership(committee, by, body.member)
        person = find_colleague(body.deputy, by=by, field="deputy")
        made = commands.name_deputy(membership, person=person, **_days(body), by=by)
        return made.pk, made.pk

    return _deputy(_found(committee, idempotent_call(request, do=do, replay=lambda pk: pk)))


@router.post("/committees/{slug}/deputies/{uuid:pk}/end", response={204: None}, auth=VOTE)
def end_deputy(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """End a deputy at once: your own, yourself as deputy, or any if you manage the committee. Scope: vote.

    The token must be from a sign-in of the last ten minutes, as on the page.
    """
    by = acts_now(request)
    commands.end_deputy(_found(_committee(slug), pk), by=by)
    return HttpResponse(status=204)


def _committee(slug: str) -> Committee:
    found = public().filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This committee does not exist."))
    return found


def _members(committee: Committee) -> QuerySet[CommitteeMember]:
    return CommitteeMember.objects.active().filter(committee=committee).select_related("person", "committee")


def _membership(committee: Committee, by: Person, code: str) -> CommitteeMember:
    """The caller's own membership, or that of the member with this code. Outsiders do not learn who is a member."""
    if not code or code == by.code:
        found = _members(committee).filter(person=by).first()
    else:
        check_can_manage_committee(by, committee)
        found = _members(committee).filter(person__code=code).first()
    if found is None:
        raise InvalidFields({"member": _("This person is not a member of the committee.")})
    return found


def _days(body: schemas.NewDeputy) -> dict[str, date]:
    return {"first_day": body.first_day, "last_day": body.last_day}


def _found(committee: Committee, pk: UUID) -> Deputy:
    found = deputies_in(committee).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This deputy was removed, or their last day has passed."))
    return found


def _deputy(one: Deputy) -> dict[str, Any]:
    member, person = one.membership.person, one.person
    return {
        "id": one.pk,
        "member": {"code": member.code, "name": member.name},
        "deputy": {"code": person.code, "name": person.name},
        "first_day": one.starts_at.date(),
        "last_day": one.last_day,
    }
