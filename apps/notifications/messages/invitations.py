"""Messages about people who are invited to a request. The invitation itself: `commands_invitations`."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries as requests
from apps.access_requests import queries_invitations
from apps.access_requests.models import AccessRequest, Invitation
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.notifications.recipients import Message, Note, Notes, subject_of
from apps.people.models import Person


def _sent(event: Event) -> Notes:
    """An ORCID iD has no mailbox: whoever has an account with it is notified there."""
    for invitation in Invitation.objects.filter(pk__in=event.about[:1], outcome="", email="").select_related(
        "invited_by__institution"
    ):
        facts = {"name": invitation.invited_by.name, "institution": invitation.invited_by.institution or "–"}
        for person in Person.objects.filter(orcid=invitation.orcid, orcid__gt="", is_active=True):
            if queries_invitations.waiting_for(person).filter(pk=invitation.pk).exists():
                yield Note(person, "invitation_sent.person", reverse("invitation", args=[invitation.pk]), facts)


def _confirmed(event: Event) -> Notes:
    """The applicant; and if the request was before its committees, their members, who answer again about conflicts."""
    request, facts = _request(event)
    joined = Person.objects.filter(pk__in=event.about[1:2]).first()
    people = facts | {"person": joined.name if joined is not None else "–"}
    yield Note(request.applicant, "invitation_confirmed.applicant", _people_page(request), people)
    if event.facts.get("round"):
        for item in request.items.select_related("committee", "request"):
            for membership in requests.eligible_voters(item):
                case = reverse("case", args=[request.pk])
                yield Note(membership.person, "invitation_confirmed.committee", case, facts)


def _claimed(event: Event) -> Notes:
    yield from _to_applicant(event, "invitation_claimed.applicant")


def _declined(event: Event) -> Notes:
    yield from _to_applicant(event, "invitation_declined.applicant")


def _undelivered(event: Event) -> Notes:
    yield from _to_applicant(event, "invitation_undelivered.applicant")


def _to_applicant(event: Event, name: str) -> Notes:
    request, facts = _request(event)
    yield Note(request.applicant, name, _people_page(request), facts)


def _request(event: Event) -> tuple[AccessRequest, dict[str, Any]]:
    request = AccessRequest.objects.select_related("applicant").get(pk=subject_of(event))
    return request, {"reference": request.reference}


def _people_page(request: AccessRequest) -> str:
    return reverse("request_people", args=[request.pk])


MESSAGES: Mapping[Kind, Message] = {
    Kind.INVITATION_SENT: Message(
        _sent,
        {
            "invitation_sent.person": (
                _("%(name)s invites you to a request"),
                _(
                    "%(name)s (%(institution)s) invites you to take part in a request for access to research data. "
                    "Open the invitation to confirm or decline."
                ),
            ),
        },
    ),
    Kind.INVITATION_CONFIRMED: Message(
        _confirmed,
        {
            "invitation_confirmed.applicant": (
                _("%(person)s joined %(reference)s"),
                _("%(person)s confirmed your invitation and is now a project member of the request %(reference)s."),
            ),
            "invitation_confirmed.committee": (
                _("Another person joined %(reference)s"),
                _(
                    "A person invited to the request %(reference)s has confirmed, so a new round has started. "
                    "Open the request and declare again whether you have a conflict of interest."
                ),
            ),
        },
    ),
    Kind.INVITATION_CLAIMED: Message(
        _claimed,
        {
            "invitation_claimed.applicant": (
                _("Check who wants to join %(reference)s"),
                _(
                    "Someone opened your invitation to the request %(reference)s and signed in with a different "
                    "address than the one you invited. If this is the person you meant, accept them. Otherwise "
                    "withdraw the invitation."
                ),
            ),
        },
    ),
    Kind.INVITATION_DECLINED: Message(
        _declined,
        {
            "invitation_declined.applicant": (
                _("An invitation to %(reference)s was declined"),
                _(
                    "A person you invited to the request %(reference)s declined. You can submit the request "
                    "without them."
                ),
            ),
        },
    ),
    Kind.INVITATION_UNDELIVERED: Message(
        _undelivered,
        {
            "invitation_undelivered.applicant": (
                _("An invitation to %(reference)s could not be delivered"),
                _(
                    "The mail server rejected the address of a person you invited to the request %(reference)s. "
                    "Withdraw the invitation and check the address."
                ),
            ),
        },
    ),
}
