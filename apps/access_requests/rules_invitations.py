"""Who invites people to a request, and who answers an invitation."""

from collections.abc import Collection
from datetime import timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests import fields, obstacles, queries, queries_invitations, rules
from apps.access_requests.invitees import Invitee, proved_by
from apps.access_requests.models import AccessRequest, Invitation, OutsideReviewer
from apps.access_requests.rules_questions import check_unlocked, editable_fields
from apps.access_requests.states import RequestState
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.errors import Denied, DomainError, Gone, Invalid, WrongState
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_has_name, check_not_break_glass

FIELD = "invite"  # of the form
MOST = fields.MEMBERS.most  # people on one request: named, and invited
PER_DAY = 100  # invitations of one person in 24 hours
RESENT_AFTER = timedelta(hours=1)
MOST_TIMES = 5  # an invitation is sent


def check_can_invite(by: Person, request: AccessRequest, *, as_shown: bool = False) -> None:
    """The applicant, while they can change who is on the request and nothing of it is decided.

    The e-mail says who invites, so the applicant has a name. A page asks `as_shown`: a decision that can still be
    undone does not count there.
    """
    check_not_break_glass(by)
    rules.check_can_edit(by, request)
    check_unlocked(editable_fields(request), [fields.MEMBERS.name])
    ask = queries_invitations.seems_joinable if as_shown else queries_invitations.is_joinable
    if not ask(request):
        raise WrongState(
            _("A committee has decided on part of this request, so nobody can be invited. Submit a new request.")
        )
    check_has_name(by, field=FIELD)


def check_invitees(by: Person, invitees: Collection[Invitee]) -> None:
    """There is somebody to invite, and it is not the applicant."""
    if not invitees:
        raise Invalid(_("Enter the e-mail address or ORCID iD of at least one person."), field=FIELD)
    own = proved_by(by)
    if any((one.email and one.email == own.email) or (one.orcid and one.orcid == own.orcid) for one in invitees):
        raise Invalid(_("You are the applicant, so you cannot invite yourself."), field=FIELD)


def check_how_many(by: Person, request: AccessRequest, new: int, *, most: int, per_day: int) -> None:
    """Neither too many people on one request, nor too many invitations in a day."""
    invited = queries_invitations.open_invitations().filter(request=request).count()
    if request.memberships.count() + invited + new > most:
        raise Invalid(
            ngettext(
                "A request can have at most %(n)s other person, named or invited.",
                "A request can have at most %(n)s other people, named or invited.",
                most,
            )
            % {"n": most},
            field=FIELD,
        )
    check_per_day(by, new, per_day=per_day)


def check_per_day(by: Person, new: int, *, per_day: int) -> None:
    if queries_invitations.queued_today(by) + new > per_day:
        raise Invalid(
            ngettext(
                "You can send at most %(n)s invitation in 24 hours. Try again tomorrow.",
                "You can send at most %(n)s invitations in 24 hours. Try again tomorrow.",
                per_day,
            )
            % {"n": per_day},
            field=FIELD,
        )


def check_can_change(by: Person, invitation: Invitation) -> None:
    """The applicant, while the invitation is not answered; it may have expired."""
    rules.check_is_applicant(by, invitation.request)
    check_unanswered(invitation)


def check_can_resend(by: Person, invitation: Invitation, *, per_day: int = PER_DAY) -> None:
    """Not within an hour of the last e-mail, five times at most, and while the person could join the request."""
    check_can_change(by, invitation)
    check_open_request(invitation)
    if invitation.times_queued >= MOST_TIMES:
        raise WrongState(_("This invitation was sent five times. Withdraw it, and ask the person for another address."))
    if clock.now() < invitation.queued_at + RESENT_AFTER:
        raise WrongState(_("This invitation was sent less than an hour ago. Wait before you send it again."))
    check_per_day(by, 1, per_day=per_day)


def check_unanswered(invitation: Invitation) -> None:
    if invitation.outcome:
        raise WrongState(_("This invitation was already answered or withdrawn."))


def check_current(invitation: Invitation) -> None:
    """Not answered and not expired."""
    check_unanswered(invitation)
    if invitation.expires_at <= clock.now():
        day = formats.date_format(invitation.expires_at, "j M Y")
        raise Gone(
            _("This invitation expired on %(day)s. Ask %(name)s to send it again.")
            % {"day": day, "name": invitation.invited_by}
        )


def check_open_request(invitation: Invitation) -> None:
    """The request can still be joined. The sentence never tells what a committee has decided."""
    request = invitation.request
    if queries_invitations.is_joinable(request):
        return
    if request.state == RequestState.IN_REVIEW:
        raise WrongState(
            _(
                "The request is being reviewed, so nobody can join it now. People can join if the committee "
                "requests changes."
            )
        )
    raise WrongState(_("Nobody can join this request any more. Ask %(name)s.") % {"name": invitation.invited_by})


def check_can_confirm(by: Person, invitation: Invitation) -> None:
    """The person whom the invitation names, with the address or iD that their sign-in proves."""
    check_can_take_part(by, invitation)
    check_is_named(by, invitation)


def check_has_link(invitation: Invitation, token: str) -> None:
    """The token is that of the newest link of this invitation, and of no other."""
    found = queries_invitations.with_token(token)
    if found is None or found.pk != invitation.pk:
        raise Denied(_("This link is not valid. Use the newest invitation that you received."))


def check_can_take_part(by: Person, invitation: Invitation) -> None:
    """The invitation is current, the request can be joined, and the person does not decide on it."""
    check_not_break_glass(by)
    if not by.is_active:
        raise Denied(_("Your account is not active."))
    check_current(invitation)
    check_open_request(invitation)
    request, accounts = invitation.request, accounts_of(by).values("pk")
    if accounts.filter(pk=request.applicant_id).exists():
        raise Denied(_("You are the applicant, so you cannot confirm this invitation yourself."))
    if OutsideReviewer.objects.filter(request=request, person__in=accounts).exists():
        raise Denied(_("You are or were an outside reviewer of this request, so you cannot join it."))
    if request.state == RequestState.SUBMITTED:
        _check_decision_possible(by, request)


def _check_decision_possible(by: Person, request: AccessRequest) -> None:
    """A submitted request keeps its voters: a member of a committee that decides on it does not join it."""
    if committees_of(by).filter(items__request=request).exists():
        raise Denied(_("You are a member of a committee that decides on this request, so you cannot join it."))
    parties = [*(person.pk for person in queries.people_of(request)), by.pk]
    for item in request.items.select_related("dataset__committee"):
        obstacles.check_others_can_act(item.dataset, parties)


def check_not_claimed(by: Person, invitation: Invitation) -> None:
    """One account at a time; the same person may ask twice."""
    if invitation.claimed_by_id not in (None, by.pk):
        raise WrongState(
            _("Someone has already used this link. Ask %(name)s to check the invitation.")
            % {"name": invitation.invited_by}
        )


def check_claimed_by(person: Person, invitation: Invitation) -> None:
    """The applicant accepts the account that the page showed."""
    if invitation.claimed_by_id != person.pk:
        raise WrongState(_("The invitation has changed. Read who wants to join, and answer again."))


def check_can_be_accepted(person: Person, invitation: Invitation) -> None:
    """The applicant learns whether the account can join, and nothing else about it."""
    check_current(invitation)
    check_open_request(invitation)
    try:
        check_can_take_part(person, invitation)
    except DomainError:
        raise WrongState(_("This person’s account cannot join the request. Withdraw the invitation.")) from None


def check_is_named(by: Person, invitation: Invitation) -> None:
    if not queries_invitations.named_by(Invitation.objects.filter(pk=invitation.pk), by).exists():
        raise Denied(_("This invitation is for another e-mail address or ORCID iD."))
