"""Verbs about invitations: invite, send again, withdraw, confirm, decline. Locks: the request, then the invitation.

Whoever builds on this (a roster, an API) calls `invite`; the rest follows for each person:

    invited = invite(request, entries=["anna@ki.example", "0000-0002-1825-0097"], by=applicant, most=500, per_day=500)

`entries` are e-mail addresses and ORCID iDs; the result has one `Invitation` for each, in order. A person who is
invited already keeps their invitation, so that the call can be repeated. Whether an account has the address or the iD
changes nothing that the applicant can see. The person answers on their Home page or by the link in the e-mail; then
`confirm_invitation` makes the `Membership` and records INVITATION_CONFIRMED about (invitation, person).
`queries_invitations.joinable_requests` and `rules_invitations.check_can_take_part` say until when.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.access_requests import queries_invitations, rules_invitations
from apps.access_requests.commands.clocks import _set_clocks
from apps.access_requests.commands.locks import _close_round, _lock
from apps.access_requests.commands.rounds import _open_round
from apps.access_requests.invitees import Invitee, read_invitees
from apps.access_requests.models import AccessRequest, Invitation, Membership
from apps.access_requests.states import RequestState
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM, Actor
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_named, check_person, check_person_or

Outcome = Invitation.Outcome
AT_ONCE = 500


@transaction.atomic
def invite(
    request: AccessRequest,
    *,
    entries: Iterable[str],
    by: Actor,
    most: int = rules_invitations.MOST,
    per_day: int = rules_invitations.PER_DAY,
) -> list[Invitation]:
    """Invite the people whom these e-mail addresses and ORCID iDs name to take part in the request.

    `most` is how many people a request has besides the applicant, `per_day` how many invitations the applicant sends in
    24 hours. Invalid at `rules_invitations.FIELD` names every wrong entry, and then nobody is invited.
    """
    by = check_person(by)
    request = _lock(request)
    rules_invitations.check_can_invite(by, request)
    invitees = read_invitees(entries, field=rules_invitations.FIELD)
    rules_invitations.check_invitees(by, invitees)
    known = {Invitee(one.email, one.orcid): one for one in Invitation.objects.filter(request=request, outcome="")}
    new = [one for one in invitees if one not in known]
    rules_invitations.check_how_many(by, request, len(new), most=most, per_day=per_day)
    known |= {one: _invite_person(request, one, by=by) for one in new}
    return [known[one] for one in invitees]


def _invite_person(request: AccessRequest, invitee: Invitee, *, by: Person) -> Invitation:
    now = clock.now()
    invitation = Invitation.objects.create(
        request=request, invited_by=by, email=invitee.email, orcid=invitee.orcid, queued_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS), mail_due_at=now if invitee.email else None,
    )  # fmt: skip
    record(Kind.INVITATION_SENT, actor=by, subject=request, about=[invitation])
    return invitation


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Send it again with a new link, which is valid from now on; the link before it is not. A claim of it ends."""
    by = check_person(by)
    invitation = _locked_invitation(invitation)
    rules_invitations.check_can_resend(by, invitation)
    now = clock.now()
    Invitation.objects.filter(pk=invitation.pk).update(
        queued_at=now, expires_at=now + timedelta(days=settings.INVITATION_DAYS), token_hash="", attempts=0,
        mail_due_at=now if invitation.email else None, undelivered_at=None, claimed_by=None, claimed_at=None,
        times_queued=invitation.times_queued + 1,
    )  # fmt: skip
    record(Kind.INVITATION_RESENT, actor=by, subject=invitation.request, about=[invitation])


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Actor) -> None:
    """The applicant takes it back, also if somebody wants to use it with another account: its link opens nothing."""
    by = check_person(by)
    invitation = _locked_invitation(invitation)
    rules_invitations.check_can_change(by, invitation)
    _end_invitation(invitation, Outcome.WITHDRAWN)
    record(Kind.INVITATION_WITHDRAWN, actor=by, subject=invitation.request, about=[invitation])


@transaction.atomic
def confirm_invitation(invitation: Invitation, *, by: Actor) -> None:
    """The invited person takes part: their sign-in proves the address or the iD that was invited."""
    by = check_person(by)
    invitation = _locked_invitation(invitation)
    rules_invitations.check_can_confirm(by, invitation)
    _join_request(invitation, by, by=by)


@transaction.atomic
def claim_invitation(invitation: Invitation, *, token: str, by: Actor) -> None:
    """Ask the applicant to accept this account: its person has the link, but signs in with another address or iD."""
    by = check_person(by)
    invitation = _locked_invitation(invitation)
    rules_invitations.check_has_link(invitation, token)
    rules_invitations.check_can_take_part(by, invitation)
    rules_invitations.check_not_claimed(by, invitation)
    if invitation.claimed_by_id is None:
        Invitation.objects.filter(pk=invitation.pk).update(claimed_by=by, claimed_at=clock.now(), token_hash="")
        record(Kind.INVITATION_CLAIMED, actor=by, subject=invitation.request, about=[invitation, by])


@transaction.atomic
def accept_claim(invitation: Invitation, *, person: Person, by: Actor) -> None:
    """The applicant says that `person`, who claimed the invitation, is who was meant; they take part."""
    by = check_person(by)
    invitation = _locked_invitation(invitation)
    rules_invitations.check_can_change(by, invitation)
    rules_invitations.check_claimed_by(person, invitation)
    person = Person.objects.get(pk=person.pk)
    rules_invitations.check_can_be_accepted(person, invitation)
    _join_request(invitation, person, by=by)


@transaction.atomic
def decline_invitation(invitation: Invitation, *, token: str = "", by: Actor) -> None:
    """The invited person takes no part: whom the invitation names, or whoever has its link, also without an account."""
    person = check_person_or(by, ANONYMOUS)
    invitation = _locked_invitation(invitation)
    rules_invitations.check_current(invitation)
    if token or person is None:
        rules_invitations.check_has_link(invitation, token)
    else:
        rules_invitations.check_is_named(person, invitation)
    _end_invitation(invitation, Outcome.DECLINED)
    record(Kind.INVITATION_DECLINED, actor=by, subject=invitation.request, about=[invitation])


@transaction.atomic
def erase_invitations(*, by: Actor) -> int:
    """Erase the addresses and iDs of people whose invitation ended or expired long ago. Returns how many."""
    check_named(by, SYSTEM)
    rows = queries_invitations.to_erase().select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    found = list(rows[:AT_ONCE])
    for invitation in found:
        if not invitation.outcome:  # it expired: nobody can be sent it again
            _end_invitation(invitation, Outcome.WITHDRAWN)
    return Invitation.objects.filter(pk__in=[one.pk for one in found]).update(email="", orcid="")


def _locked_invitation(invitation: Invitation) -> Invitation:
    """The invitation as it is now; the request of it is locked first."""
    request = _lock(invitation.request)
    rows = Invitation.objects.select_for_update(of=["self"]).select_related("invited_by")
    invitation = rows.get(pk=invitation.pk)
    invitation.request = request
    return invitation


def _end_invitation(invitation: Invitation, outcome: str, *, person: Person | None = None) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(
        outcome=outcome, person=person, ended_at=clock.now(), token_hash="", mail_due_at=None
    )


def _join_request(invitation: Invitation, person: Person, *, by: Person) -> None:
    """The person is a project member. A submitted request gets another round, because the people in it changed: the
    committee declares again that it has no conflict of interest. An applicant who has the form open must read it again.
    """
    request = invitation.request
    _end_invitation(invitation, Outcome.CONFIRMED, person=person)
    facts: dict[str, Any] = {}
    if not Membership.objects.filter(request=request, person__in=accounts_of(person)).exists():
        Membership.objects.create(request=request, person=person)
        record(Kind.PROJECT_MEMBER_ADDED, actor=by, subject=request, about=[person])
        request.revision += 1
        AccessRequest.objects.filter(pk=request.pk).update(revision=request.revision, changed_at=clock.now())
        if request.state == RequestState.SUBMITTED:
            _close_round(request)
            opened = _open_round(request)
            _set_clocks(request)
            facts = {"round": opened.number, "sha256": opened.sha256}
    record(Kind.INVITATION_CONFIRMED, actor=by, subject=request, about=[invitation, person], **facts)
