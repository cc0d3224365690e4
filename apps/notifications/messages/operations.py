"""Messages to auditors and operators: break-glass accounts, guessed links, downloads to resume, and late work."""

from collections.abc import Mapping
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.grants.models import DownloadStop
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of
from apps.people.models import Person, PlatformRole
from apps.people.queries import people_with_platform_role

TRIES_NOTIFIED, TRIES_WITHIN = 6, timedelta(minutes=15)  # the log has every one; a flood of messages hides what it says


def _break_glass(event: Event) -> Notes:
    """Each auditor hears of every use of a break-glass account, and of refused sign-ins of the first few."""
    if event.kind == Kind.BREAK_GLASS_REFUSED and _tries_before(event) >= TRIES_NOTIFIED:
        return
    account = Person.objects.filter(pk=event.subject_id).first() if event.subject_id else None
    notification = f"{event.kind}.auditor" if account is not None else f"{event.kind}.auditor_unknown"
    path = f"{reverse('events')}?kind={event.kind}"
    for auditor in people_with_platform_role(PlatformRole.Kind.AUDITOR):
        yield Note(auditor, notification, path, {"account": str(account or ""), "when": event.at})


def _tries_before(event: Event) -> int:
    since = event.at - TRIES_WITHIN
    return Event.objects.filter(kind=event.kind, at__gt=since, pk__lt=event.pk).count()


def _links_guessed(event: Event) -> Notes:
    """The operators, once an hour: the addresses are in the server's log, for events name nobody."""
    hour = Event.objects.filter(kind=event.kind, at__gt=event.at - timedelta(hours=1), pk__lt=event.pk)
    for operator in people_with_platform_role(PlatformRole.Kind.OPERATOR) if not hour.exists() else ():
        yield Note(operator, "links_guessed.operator", reverse("system_status"), {"count": event.facts["count"]})


def _resume_proposed(event: Event) -> Notes:
    """Every other operator, as long as the proposal waits: one of them confirms it."""
    stop = DownloadStop.objects.filter(pk=subject_of(event), ends_at__isnull=True)
    operators = people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False)
    facts = {"name": actor_of(event), "when": event.at}
    for operator in operators if stop.exists() else ():
        if operator.pk != event.actor_id:
            yield Note(operator, f"{event.kind}.operator", reverse("system_status"), facts)


def _late_work(event: Event) -> Notes:
    """Each operator, at the start of an incident, once a day while it lasts, and at its end."""
    notification = f"{event.kind}.{event.facts['what']}"
    for operator in people_with_platform_role(PlatformRole.Kind.OPERATOR):
        yield Note(operator, notification, reverse("system_status"), {"minutes": event.facts.get("minutes", 0)})


MESSAGES: Mapping[Kind, Message] = {
    Kind.BREAK_GLASS_MADE: Message(
        _break_glass,
        {
            "break_glass.made.auditor": (
                _("An emergency account was created"),
                _(
                    "%(account)s was created on the command line. Operators use this account when no institution’s "
                    "sign-in works."
                ),
            ),
        },
    ),
    Kind.BREAK_GLASS_DISABLED: Message(
        _break_glass,
        {
            "break_glass.disabled.auditor": (
                _("An emergency account was disabled"),
                _("%(account)s was disabled on the command line. Nobody can sign in with it."),
            ),
        },
    ),
    Kind.BREAK_GLASS_USED: Message(
        _break_glass,
        {
            "break_glass.used.auditor": (
                _("A person signed in with an emergency account"),
                _(
                    "%(account)s was used on %(when)s. It has the operator role for one hour and "
                    "no access to datasets with registered or controlled access. Ask the operators "
                    "who used it and why, and check what was done with it."
                ),
            ),
        },
    ),
    Kind.BREAK_GLASS_REFUSED: Message(
        _break_glass,
        {
            "break_glass.refused.auditor": (
                _("A sign-in with an emergency account was refused"),
                _(
                    "Someone tried to sign in as %(account)s on %(when)s. The sign-in was refused. "
                    "After five failed attempts the account is locked for 15 minutes. You are "
                    "notified of at most six attempts in 15 minutes. The event log contains every "
                    "attempt."
                ),
            ),
            "break_glass.refused.auditor_unknown": (
                _("A sign-in with an emergency account was refused"),
                _(
                    "Someone tried to sign in on %(when)s with an emergency account that does not "
                    "exist. You are notified of at most six attempts in 15 minutes. The event log "
                    "contains every attempt."
                ),
            ),
        },
        needs_subject=False,
    ),
    Kind.RESUME_PROPOSED: Message(
        _resume_proposed,
        {
            "downloads.resume_proposed.operator": (
                _("A proposal to resume downloads is waiting for an operator"),
                _(
                    "%(name)s proposed on %(when)s to resume downloads. All downloads are stopped until another "
                    "operator confirms the proposal on System status."
                ),
            ),
        },
    ),
    Kind.LINKS_GUESSED: Message(
        _links_guessed,
        {
            "links_guessed.operator": (
                _("Attempts to use download links that do not exist"),
                _(
                    "Within 15 minutes, someone on one network tried to use %(count)s download "
                    "links that do not exist. Further attempts of this kind from that network are "
                    "refused. Existing links still work. The server log shows the address. If the "
                    "attempts continue, block the address at the reverse proxy."
                ),
            ),
        },
        needs_subject=False,
    ),
    Kind.WORK_LATE: Message(
        _late_work,
        {
            "work.late.tasks": (
                _("Background tasks are late"),
                _(
                    "The oldest background task has been waiting for %(minutes)s minutes. Until it is done, an "
                    "agreement, access or a notification is missing. System status shows its last error and what to do."
                ),
            ),
            "work.late.emails": (
                _("E-mails are late"),
                _(
                    "The oldest e-mail has been waiting for %(minutes)s minutes. People see their notifications in "
                    "the portal, but do not receive them by e-mail. System status shows what the mail server answers "
                    "and what to do."
                ),
            ),
        },
        needs_subject=False,
    ),
    Kind.WORK_CAUGHT_UP: Message(
        _late_work,
        {
            "work.caught_up.tasks": (
                _("Background tasks are no longer late"),
                _("Every background task that was late is done. You do not have to do anything."),
            ),
            "work.caught_up.emails": (
                _("E-mails are no longer late"),
                _("Every e-mail that was late has been sent. You do not have to do anything."),
            ),
        },
        needs_subject=False,
    ),
}
