"""Messages about who reviews a request: members who are assigned to it."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import AccessRequest, Assignment
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of


def _assigned(event: Event) -> Notes:
    """The member, unless they assigned themself or it applies no longer."""
    request = AccessRequest.objects.get(pk=subject_of(event))
    found = Assignment.objects.counted().filter(request=request, membership__person_id__in=event.about)
    for one in found.exclude(membership__person_id=event.actor_id).select_related("membership__person"):
        facts = {"reference": request.reference, "title": request.title, "author": actor_of(event)}
        yield Note(one.membership.person, "reviewer_assigned", reverse("case", args=[request.pk]), facts)


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
}
