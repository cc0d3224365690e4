"""Invitations to a request: the applicant invites and withdraws, the invited person confirms or declines."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands, queries_invitations, rules
from apps.access_requests.models import AccessRequest, Invitation
from apps.api import schemas, serialise
from apps.api.auth import READ, REQUEST, caller
from apps.api.idempotency import idempotent_call
from apps.api.v1.requests import _mine
from apps.core import clock
from apps.core.errors import NotFound
from apps.people.models import Person

router = Router(tags=["requests"])


@router.get("/requests/{uuid:pk}/invitations", response=list[schemas.InvitationOut], auth=READ)
def list_invitations(request: HttpRequest, pk: UUID) -> list[dict[str, Any]]:
    """Who was invited to your request and what became of it, the oldest first; only for the applicant. Scope: read."""
    return _sent(caller(request), pk)


@router.post("/requests/{uuid:pk}/invitations", response={201: list[schemas.InvitationOut]}, auth=REQUEST)
def invite(request: HttpRequest, pk: UUID, body: schemas.NewInvitations) -> list[dict[str, Any]]:
    """Invite people by e-mail address or ORCID iD; who is invited already keeps their invitation. Answers with all
    invitations, and never whether somebody has an account. Scope: request.
    """
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        commands.invite(_asked(by, pk), entries=body.invite, by=by)
        return pk, pk

    return _sent(by, idempotent_call(request, do=do, replay=lambda pk: pk))


@router.post(
    "/requests/{uuid:pk}/invitations/{uuid:invitation}/withdraw", response=list[schemas.InvitationOut], auth=REQUEST
)
def withdraw_invitation(request: HttpRequest, pk: UUID, invitation: UUID) -> list[dict[str, Any]]:
    """Withdraw an invitation that is not answered; its link opens nothing any more. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        found = Invitation.objects.select_related("request").filter(request=_asked(by, pk), pk=invitation).first()
        if found is None:
            raise NotFound(_("This invitation does not exist."))
        commands.withdraw_invitation(found, by=by)
        return pk, pk

    return _sent(by, idempotent_call(request, do=do, replay=lambda pk: pk))


@router.get("/invitations", response=list[schemas.ReceivedInvitation], auth=READ)
def list_received_invitations(request: HttpRequest) -> list[dict[str, Any]]:
    """The open invitations that name you by your verified e-mail address or ORCID iD. Scope: read."""
    return [_received(one) for one in queries_invitations.waiting_for(caller(request))]


@router.post("/invitations/{uuid:pk}/confirm", response={204: None}, auth=REQUEST)
def confirm_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take part in the request as a project member. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        commands.confirm_invitation(_named(by, pk), by=by)
        return pk, pk

    idempotent_call(request, do=do, replay=lambda pk: pk)
    return HttpResponse(status=204)


@router.post("/invitations/{uuid:pk}/decline", response={204: None}, auth=REQUEST)
def decline_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decline the invitation; the person who invited you is notified. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        commands.decline_invitation(_named(by, pk), by=by)
        return pk, pk

    idempotent_call(request, do=do, replay=lambda pk: pk)
    return HttpResponse(status=204)


def _asked(by: Person, pk: UUID) -> AccessRequest:
    """A request of the caller, who is its applicant."""
    found = _mine(by, pk)
    rules.check_is_applicant(by, found)
    return found


def _sent(by: Person, pk: UUID) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "id": one.pk,
            "email": one.email,
            "orcid": one.orcid,
            "state": one.outcome or ("expired" if one.expires_at <= now else "open"),
            "delivered": one.undelivered_at is None,
            "claimed_by": serialise.colleague(one.claimed_by) if one.claimed_by and not one.outcome else None,
            "member": serialise.colleague(one.person) if one.person else None,
            "invited_at": one.invited_at,
            "expires_at": one.expires_at,
        }
        for one in queries_invitations.of_request(_asked(by, pk))
    ]


def _received(one: Invitation) -> dict[str, Any]:
    by = one.invited_by
    return {
        "id": one.pk,
        "title": one.request.title,
        "invited_by": serialise.colleague(by) | {"institution": by.institution.name if by.institution else None},
        "expires_at": one.expires_at,
    }


def _named(by: Person, pk: UUID) -> Invitation:
    """An open invitation that names the caller; for everybody else it does not exist."""
    found = queries_invitations.named_by(Invitation.objects.filter(pk=pk, outcome=""), by)
    one = found.select_related("request", "invited_by").first()
    if one is None:
        raise NotFound(_("This invitation does not exist."))
    return one
