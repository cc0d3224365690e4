"""The Celery tasks there are. They carry nothing but the fact that something may be owed."""

from datetime import timedelta

from django.core.management import call_command

from apps.accounts.commands import forget_devices, forget_sessions, warn_of_lapses
from apps.core import correlation, once
from apps.notifications.commands import post_due
from portal import flow
from portal.celery import app
from portal.sweep import sweep_orphans


@app.task
def drain() -> None:
    """Carry every consequence that is owed, then post every letter that waits."""
    correlation.begin()
    flow.drain()
    post_due(by=None)


@app.task
def sweep() -> None:
    """Look for stored bytes that nothing names."""
    correlation.begin()
    sweep_orphans(older_than=timedelta(days=1))


@app.task
def warn() -> None:
    """Write to those whose institution's word lapses soon, or has. Nothing about access depends on it."""
    correlation.begin()
    warn_of_lapses(by=None)


@app.task
def tidy() -> None:
    """Sweep what nobody needs any more. Nothing about access depends on it."""
    correlation.begin()
    once.forget(older_than=timedelta(days=1))
    forget_sessions(by=None)
    forget_devices(by=None)
    call_command("clearsessions")
