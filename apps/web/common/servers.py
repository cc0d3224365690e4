"""The one place that asks the servers the portal needs: database, broker, file storage, disk, clock, mail server
and malware scanner.

A question answers with the word for what is wrong (`apps.core.causes`), or "" if nothing is; it may also raise what its
client raises, of which `cause_of` makes a word. Nothing is written or sent. /readyz, the worker's check once a minute
(System status), the page Set up and `manage.py doctor` ask here.
"""

import shutil
import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection

from apps.core import causes, clock, malware
from apps.core.schema import missing_migrations
from apps.core.storage import private_storage
from apps.notifications.mail_server import open_mail_server

SECONDS = 2  # for one answer of another machine
CLOCKS_AGREE = 5.0  # seconds between the clock of this machine and that of the database
LOW_SHARE, LOW_BYTES = 0.05, 2 * 1024**3  # a disk with less than both is nearly full
OLDEST_DATABASE = 150_000  # PostgreSQL 15, as server_version_num says it
ABOUT_THE_DATABASE = """
SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
    pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'audit_event'::regclass), 'USAGE')
"""
Question = Callable[[], str]


def cause_of(question: Question) -> str:
    """The answer; a word also for whatever a client raises."""
    try:
        return question()
    except Exception as fault:
        return causes.cause_of(fault)


def database() -> str:
    """It answers."""
    clock.now()
    return ""


def schema() -> str:
    """It has the tables of this version."""
    return "not_migrated" if missing_migrations() else ""


def database_set_up() -> str:
    """It is new enough and stores every script, and the portal's role cannot change the table of the event log."""
    with connection.cursor() as cursor:
        cursor.execute(ABOUT_THE_DATABASE)
        version, encoding, owns = cursor.fetchone() or (0, "", True)
    faults = {"old": version < OLDEST_DATABASE, "encoding": encoding != "UTF8", "owner": owns and not settings.DEMO}
    return next((cause for cause, holds in faults.items() if holds), "")


def clocks() -> str:
    """This machine and the database agree about the time."""
    return clocks_differ(abs(clock.now().timestamp() - time.time()))


def clocks_differ(seconds: float) -> str:
    """What a difference between two clocks means."""
    return "clock" if seconds > CLOCKS_AGREE else ""


def broker() -> str:
    """It takes a connection for tasks."""
    options = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
    with current_app.connection_for_write(connect_timeout=SECONDS, transport_options=options) as found:
        found.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)
        channel: Any = found.channel()  # the Redis transport asks the server only now
        channel.close()
    return ""


def storage() -> str:
    """The private files can be reached."""
    private_storage().check()
    return ""


def room() -> dict[str, int]:
    """Bytes free and in all, of the disk with the uploads and, without S3, the files."""
    usage = shutil.disk_usage(settings.DATA_ROOT)
    return {"free": usage.free, "total": usage.total}


def disk() -> str:
    """There is room on it."""
    return low_disk(**room())


def low_disk(*, free: int, total: int) -> str:
    """`disk_full`, `disk_low` or nothing."""
    if free == 0:
        return "disk_full"
    return "disk_low" if free < min(LOW_BYTES, LOW_SHARE * total) else ""


def scanner() -> str:
    """It answers, if the portal has one."""
    if malware.is_configured():
        malware.ping(seconds=SECONDS)
    return ""


def mail() -> str:
    """It takes a connection, with the portal's user name and password."""
    open_mail_server(seconds=SECONDS)
    return ""
