"""The Celery tasks there are. They have no arguments; each looks for pending work.

After a restore from a backup those that issue, send or delete wait until two operators release it.
"""

from datetime import timedelta

from django.core.management import call_command

from apps.access_requests.commands import erase_invitations
from apps.access_requests.tasks import (
    check_helpers,
    keep_answer_windows,
    keep_approval_rules,
    keep_clocks,
    report_ended_memberships,
    take_effect_of_decisions,
)
from apps.agreements.commands_conditions import notify_of_conditions
from apps.agreements.tasks import expire_agreements
from apps.core import correlation, heartbeats, idempotency
from apps.core.actors import SYSTEM
from apps.datasets.commands import release_versions
from apps.datasets.search import key_documents, tidy_words
from apps.datasets.tasks import check_who_names_owners
from apps.grants.commands import notify_of_ends
from apps.grants.restores import unreleased_restore
from apps.identity.commands.sessions import forget_sessions
from apps.notifications.commands import post_due
from apps.notifications.commands_cohorts import post_class_mails
from apps.notifications.commands_digest import post_digests
from apps.notifications.commands_invitations import post_invitations
from apps.people.commands.affiliations import warn_of_expiring_affiliations
from apps.tokens.commands.devices import forget_devices
from portal import consequences, health_checks
from portal.celery import app
from portal.orphans import delete_orphans


@app.task
def drain() -> None:
    """Carry out decisions that take effect now and every pending consequence, then send every queued e-mail."""
    if unreleased_restore() is not None:
        return
    correlation.begin()
    take_effect_of_decisions()
    consequences.drain()
    post_due(by=SYSTEM)
    post_digests(by=SYSTEM)
    post_invitations(by=SYSTEM)
    post_class_mails(by=SYSTEM)


@app.task
def heartbeat() -> None:
    """The scheduler sent this and a worker ran it: both work."""
    heartbeats.report("scheduler")


@app.task
def check() -> None:
    """Look at what the portal depends on, and whether work is late."""
    correlation.begin()
    health_checks.check_all()


@app.task
def sweep() -> None:
    """Look for stored bytes that nothing names, words that the search no longer has, and documents without a key."""
    if unreleased_restore() is not None:
        return
    correlation.begin()
    delete_orphans(older_than=timedelta(days=1))
    tidy_words()
    key_documents()


@app.task
def warn() -> None:
    """Notify people whose affiliation or access ends soon, or has ended, committees whose members reached their last
    day or whose review is due, those with a condition to meet, those whose agreement was not signed in time, and who
    can help now that another person's role has run out.

    Neither access nor a decision depends on it.
    """
    if unreleased_restore() is not None:
        return
    correlation.begin()
    expire_agreements()
    warn_of_expiring_affiliations(by=SYSTEM)
    notify_of_ends(by=SYSTEM)
    report_ended_memberships()
    keep_clocks()
    keep_answer_windows()
    notify_of_conditions(by=SYSTEM)
    keep_approval_rules()
    check_helpers()
    check_who_names_owners()


@app.task
def release() -> None:
    """Supersede versions that a later one replaces now that its embargo has ended. Access does not depend on it."""
    if unreleased_restore() is not None:
        return
    correlation.begin()
    release_versions(by=SYSTEM)


@app.task
def tidy() -> None:
    """Sweep what nobody needs any more. Nothing about access depends on it."""
    if unreleased_restore() is not None:
        return
    correlation.begin()
    idempotency.delete_old_keys(older_than=timedelta(days=1))
    forget_sessions(by=SYSTEM)
    forget_devices(by=SYSTEM)
    erase_invitations(by=SYSTEM)
    call_command("clearsessions")
