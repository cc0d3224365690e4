"""Messages about who reviews a request: members who are assigned to it, and outside reviewers."""

from collections.abc import Mapping

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import AccessRequest, Assignment, OutsideReviewer
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import CommitteeMember
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of


def _assigned(event: Event) -> Notes:
    """The member, unless they assigned themself or it applies no longer."""
    request = AccessRequest.objects.get(pk=subject_of(event))
    found = Assignment.objects.counted().filter(request=request, membership__person_id__in=event.about)
    facts = {"reference": request.reference, "title": request.title, "author": actor_of(event)}
    for one in found.select_related("membership__person"):
        if one.membership.person_id != event.actor_id:
            yield Note(one.membership.person, "reviewer_assigned", reverse("case", args=[request.pk]), facts)


def _outside(event: Event) -> Notes:
    """The outside reviewer who was invited, or whose review was ended."""
    request = AccessRequest.objects.get(pk=subject_of(event))
    invited = event.kind == Kind.OUTSIDE_REVIEWER_INVITED
    found = OutsideReviewer.objects.filter(request=request, pk__in=event.about).select_related("person", "committee")
    for one in found.filter(ended_at__isnull=True) if invited else found:
        facts = {"reference": request.reference, "committee": one.committee.name, "last_day": one.last_day}
        kind = "outside_invited" if invited else "outside_ended"
        yield Note(one.person, kind, reverse("case", args=[request.pk]) if invited else reverse("home"), facts)


def _recommended(event: Event) -> Notes:
    """The chair, and the members who are assigned to the request."""
    request = AccessRequest.objects.get(pk=subject_of(event))
    members = CommitteeMember.objects.appointed().filter(committee_id__in=event.about)
    assigned = Assignment.objects.counted().filter(request=request).values("membership_id")
    aside = request.recusals.values("person_id")
    found = members.filter(Q(is_chair=True) | Q(pk__in=assigned)).exclude(person_id__in=aside)
    facts = {"reference": request.reference, "title": request.title, "author": actor_of(event)}
    page = reverse("case", args=[request.pk])
    for one in found.select_related("person"):
        yield Note(one.person, "recommendation_given", f"{page}#recommendations", facts)


MESSAGES: Mapping[Kind, Message] = {
    Kind.REVIEWER_ASSIGNED: Message(
        _assigned,
        {
            "reviewer_assigned": (
                _("You are assigned to review %(reference)s"),
                _(
                    "%(author)s assigned the request “%(title)s” to you. Read it, and prepare it for the committee. "
                    "Every member still votes."
                ),
            ),
        },
    ),
    Kind.OUTSIDE_REVIEWER_INVITED: Message(
        _outside,
        {
            "outside_invited": (
                _("Please review %(reference)s for %(committee)s"),
                _(
                    "“%(committee)s” invited you as an outside reviewer. First declare whether you have a conflict of "
                    "interest, then read the request and send a recommendation by %(last_day)s (UTC). You have no vote."
                ),
            ),
        },
    ),
    Kind.OUTSIDE_REVIEWER_ENDED: Message(
        _outside,
        {
            "outside_ended": (
                _("Your review of %(reference)s has ended"),
                _("“%(committee)s” ended your review. You can no longer read the request."),
            ),
        },
    ),
    Kind.RECOMMENDATION_GIVEN: Message(
        _recommended,
        {
            "recommendation_given": (
                _("Recommendation on %(reference)s"),
                _(
                    "The outside reviewer %(author)s sent a recommendation on the request “%(title)s”. Open the "
                    "request to read it."
                ),
            ),
        },
    ),
}
