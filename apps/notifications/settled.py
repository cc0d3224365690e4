"""Notifications that ask for something which has since been done, by whomever: they need nobody any more."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.urls import reverse

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.notifications.models import Notification

# By the event that settles them: the earlier events about the same thing whose notifications asked for it.
SETTLES: Mapping[str, tuple[Kind, ...]] = {
    Kind.AGREEMENT_SIGNED: (Kind.AGREEMENT_OFFERED,),
    Kind.AGREEMENT_EXECUTED: (Kind.AGREEMENT_SIGNED,),
    Kind.AGREEMENT_TERMINATED: (Kind.AGREEMENT_OFFERED, Kind.AGREEMENT_SIGNED),
    Kind.AGREEMENT_EXPIRED: (Kind.AGREEMENT_OFFERED, Kind.AGREEMENT_SIGNED),
    Kind.ITEM_DECIDED: (Kind.VOTES_DIVIDED, Kind.CONFIRMATION_NEEDED),
    Kind.CONDITION_ACCEPTED: (Kind.CONDITION_REPORTED,),
    Kind.CONDITION_SENT_BACK: (Kind.CONDITION_REPORTED,),
    Kind.REQUEST_SUBMITTED: (Kind.REQUEST_RETURNED,),
    Kind.REQUEST_RETURNED: (Kind.REQUEST_SUBMITTED,),
    Kind.REQUEST_WITHDRAWN: (Kind.REQUEST_SUBMITTED, Kind.REQUEST_RETURNED),
    Kind.REQUEST_DECIDED: (Kind.REQUEST_SUBMITTED,),
}


def settled_by(event: Event) -> QuerySet[Notification]:
    """The unread notifications that this event settles: of a signature the signer's own, else everybody's.

    Of a submitted request only the committee's ask for something.
    """
    asked = Event.objects.filter(subject_id=event.subject_id, kind__in=SETTLES.get(event.kind, ()), pk__lt=event.pk)
    found = Notification.objects.filter(event_id__in=asked.values("pk"), read_at__isnull=True)
    if event.kind == Kind.AGREEMENT_SIGNED:
        return found.filter(reader_id=event.actor_id)
    case = reverse("case", args=[event.subject_id])
    return found.exclude(kind=Kind.REQUEST_SUBMITTED) | found.filter(kind=Kind.REQUEST_SUBMITTED, path=case)
