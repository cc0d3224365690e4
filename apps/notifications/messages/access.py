"""Messages about access grants and download links."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.datasets.queries import owners_of
from apps.downloads.models import DownloadLink
from apps.grants.models import AccessGrant, Suspension
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of


def _grant_issued(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    yield Note(grant.holder, "grant_issued.holder", path, facts)


def _grant_revoked(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    if event.actor_id != grant.holder_id:
        yield Note(grant.holder, "grant_revoked.holder", path, facts, grant.revoked_because)
        return
    yield Note(grant.holder, "grant_revoked.giver", path, facts, grant.revoked_because)
    uses = reverse("dataset_users", args=[grant.dataset.slug])
    for owner in owners_of(grant.dataset):
        yield Note(owner, "grant_revoked.owner", uses, facts, grant.revoked_because)


def _grant_suspended(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    pause = Suspension.objects.filter(grant=grant, starts_at__lte=event.at).order_by("-starts_at").first()
    yield Note(grant.holder, "grant_suspended.holder", path, facts, pause.reason if pause else "")


def _grant_resumed(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    yield Note(grant.holder, "grant_resumed.holder", path, facts)


def _grant_ends(event: Event) -> Notes:
    """The applicant renews; a project member asks the applicant to."""
    grant, facts, path = _grant(event)
    request = grant.agreement.item.request
    applies = request.applicant_id == grant.holder_id
    kind = "grant_ending" if event.kind == Kind.GRANT_ENDING else "grant_ended"
    names = {"project": request.title or request.reference, "applicant": str(request.applicant)}
    yield Note(grant.holder, f"{kind}.{'holder' if applies else 'member'}", path, facts | names)


def _grant(event: Event) -> tuple[AccessGrant, dict[str, Any], str]:
    fetched = AccessGrant.objects.select_related("dataset", "holder", "agreement__item__request__applicant")
    grant = fetched.get(pk=subject_of(event))
    facts = {
        "dataset": grant.dataset.title,
        "holder": grant.holder.name,
        "starts": grant.starts_at,
        "last": grant.last_day,
        "reference": grant.agreement.reference,
        "actor": actor_of(event),
    }
    return grant, facts, reverse("grant_page", args=[grant.pk])


def _link_misused(event: Event) -> Notes:
    """Once a link: a thousand refusals do not send a thousand notifications."""
    before = Event.objects.filter(kind=event.kind, subject_id=event.subject_id, pk__lt=event.pk)
    link = DownloadLink.objects.select_related("person", "distribution").get(pk=subject_of(event))
    if link.person is not None and not before.exists():
        yield Note(link.person, "link_misused.maker", reverse("my_links"), {"file": link.distribution.name})


MESSAGES: Mapping[Kind, Message] = {
    Kind.GRANT_ISSUED: Message(
        _grant_issued,
        {
            "grant_issued.holder": (
                _("Access granted: %(dataset)s"),
                _(
                    "You may use “%(dataset)s” from %(starts)s under the agreement %(reference)s. "
                    "The last day is %(last)s. You can download its files in this period."
                ),
            ),
        },
    ),
    Kind.GRANT_REVOKED: Message(
        _grant_revoked,
        {
            "grant_revoked.holder": (
                _("Your access to %(dataset)s was revoked"),
                _(
                    "%(actor)s revoked your access to “%(dataset)s”. The download links you "
                    "created with this access no longer work. Delete your copies as the agreement "
                    "%(reference)s requires. Reason:"
                ),
            ),
            "grant_revoked.giver": (
                _("You ended your access to %(dataset)s"),
                _(
                    "Your access to “%(dataset)s” has ended, as you requested. Delete your copies "
                    "as the agreement %(reference)s requires. Your reason:"
                ),
            ),
            "grant_revoked.owner": (
                _("%(holder)s ended their access to %(dataset)s"),
                _("%(holder)s no longer needs “%(dataset)s” and ended their access. Reason:"),
            ),
        },
    ),
    Kind.GRANT_SUSPENDED: Message(
        _grant_suspended,
        {
            "grant_suspended.holder": (
                _("Your access to %(dataset)s is suspended"),
                _(
                    "%(actor)s suspended your access to “%(dataset)s”. You cannot download files "
                    "with this access until it is resumed. Reason:"
                ),
            ),
        },
    ),
    Kind.GRANT_RESUMED: Message(
        _grant_resumed,
        {
            "grant_resumed.holder": (
                _("Your access to %(dataset)s was resumed"),
                _("%(actor)s resumed your access to “%(dataset)s”. The last day is still %(last)s."),
            ),
        },
    ),
    Kind.GRANT_ENDING: Message(
        _grant_ends,
        {
            "grant_ending.holder": (
                _("Your access to %(dataset)s ends soon"),
                _(
                    "The last day of your access to “%(dataset)s” for the project “%(project)s” is "
                    "%(last)s. To keep access, select “Renew access” on the page of this access: a "
                    "new request starts with what you wrote before. The committee decides on it."
                ),
            ),
            "grant_ending.member": (
                _("Your access to %(dataset)s ends soon"),
                _(
                    "The last day of your access to “%(dataset)s” for the project “%(project)s” is "
                    "%(last)s. To keep access, ask %(applicant)s, who requested it, to renew it."
                ),
            ),
        },
    ),
    Kind.GRANT_ENDED: Message(
        _grant_ends,
        {
            "grant_ended.holder": (
                _("Your access to %(dataset)s has ended"),
                _(
                    "Your access to “%(dataset)s” for the project “%(project)s” has ended. The last "
                    "day was %(last)s. Delete your copies as the agreement %(reference)s requires. If "
                    "you still need the data, submit a new request."
                ),
            ),
            "grant_ended.member": (
                _("Your access to %(dataset)s has ended"),
                _(
                    "Your access to “%(dataset)s” for the project “%(project)s” has ended. The last day was %(last)s."
                    " Delete your copies as the agreement %(reference)s requires. If you still need the data, submit "
                    "a new request or ask %(applicant)s to submit one."
                ),
            ),
        },
    ),
    Kind.LINK_MISUSED: Message(
        _link_misused,
        {
            "link_misused.maker": (
                _("Someone else tried to use your download link to %(file)s"),
                _(
                    "Someone signed in to another account tried to use the download link that you "
                    "created for “%(file)s”. The download was refused. If you did not share the "
                    "link, end it on the download links page."
                ),
            ),
        },
    ),
}
