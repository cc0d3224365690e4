"""What the portal needs of other servers: database, storage, broker and mail, as findings in sentences.

Each is asked now, within a few seconds, and nothing is written: the page Set up shows them, and `manage.py doctor`
prints them. The codes are for tests; a sentence says what to do about it.
"""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import get_language, gettext_lazy, override

from apps.core import clock
from apps.core.storage import private_storage
from apps.notifications.mail_fault import mail_fault

SECONDS = 3
MOST_APART = 5.0  # seconds between the clock of this machine and that of the database
LEAST_FREE = 0.05  # of the disk
OLDEST_DATABASE = 150_000  # PostgreSQL 15, as server_version_num says it
ABOUT_THE_DATABASE = """
SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
    pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'audit_event'::regclass), 'USAGE')
"""


@dataclass(frozen=True)
class Finding:
    """One fact about a server; `code` is "" while all is well."""

    name: str
    label: str
    code: str
    sentence: str

    @property
    def ok(self) -> bool:
        return not self.code


def server_findings() -> list[Finding]:
    """Every server in order; those that are other machines are asked at the same time."""
    language = get_language() or settings.LANGUAGE_CODE

    def asked(check: Callable[[], str]) -> str:
        with override(language):
            return check()

    with ThreadPoolExecutor(max_workers=len(REMOTE)) as pool:
        running = {name: pool.submit(asked, check) for name, check in REMOTE.items()}
        codes = {name: check() for name, check in LOCAL.items()} | {name: one.result() for name, one in running.items()}
    return [Finding(name, str(LABELS[name]), codes[name], _said(name, codes[name])) for name in LABELS]


def _said(name: str, code: str) -> str:
    return str(SENTENCES.get(code or f"{name}_ok", code))


def _database() -> str:
    """Reachable, new enough, migrated, and the portal's role cannot change the event log's table."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(ABOUT_THE_DATABASE)
            version, encoding, owns = cursor.fetchone() or (0, "", True)
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "database_unreachable"
    faults = {
        "database_old": version < OLDEST_DATABASE, "database_encoding": encoding != "UTF8",
        "database_not_migrated": bool(missing), "database_owner": owns and not settings.DEMO,
    }  # fmt: skip
    return next((code for code, holds in faults.items() if holds), "")


def _clock() -> str:
    try:
        apart = abs(clock.now().timestamp() - time.time())
    except DatabaseError:
        return "clock_unknown"
    return "clock_apart" if apart > MOST_APART else ""


def _disk() -> str:
    """Room where uploads and, without S3, the files are."""
    try:
        usage = shutil.disk_usage(settings.DATA_ROOT)
    except OSError:
        return "disk_missing"
    return "disk_full" if usage.free < LEAST_FREE * usage.total else ""


def _storage() -> str:
    try:
        private_storage().exists("health")
    except Exception:  # whatever the storage's client raises: it does not work
        return "storage_unreachable"
    return ""


def _broker() -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=SECONDS)
    except Exception:  # whatever the broker's client raises
        return "broker_unreachable"
    return ""


LOCAL: dict[str, Callable[[], str]] = {"database": _database, "clock": _clock, "disk": _disk}
REMOTE: dict[str, Callable[[], str]] = {"storage": _storage, "broker": _broker, "mail": mail_fault}
LABELS: dict[str, Any] = {
    "database": gettext_lazy("Database"), "clock": gettext_lazy("Clock"), "disk": gettext_lazy("Disk"),
    "storage": gettext_lazy("File storage"), "broker": gettext_lazy("Broker for background tasks"),
    "mail": gettext_lazy("Mail server"),
}  # fmt: skip
SENTENCES: dict[str, Any] = {
    "database_ok": gettext_lazy("Connected; all migrations are applied."),
    "database_unreachable": gettext_lazy("The database does not answer. Check DATABASE_URL and that PostgreSQL runs."),
    "database_old": gettext_lazy("The database is older than PostgreSQL 15. Upgrade it."),
    "database_encoding": gettext_lazy("The database does not use UTF-8. Create it again with ENCODING 'UTF8'."),
    "database_not_migrated": gettext_lazy("Migrations are missing. Run manage.py migrate."),
    "database_owner": gettext_lazy(
        "The portal signs in to the database as the owner of its tables, so the event log is not protected from it. "
        "Use "
        "the role gatehouse_app in DATABASE_URL."
    ),
    "clock_ok": gettext_lazy("The clocks of this machine and of the database agree."),
    "clock_unknown": gettext_lazy("The database does not answer, so the clocks were not compared."),
    "clock_apart": gettext_lazy(
        "The clocks of this machine and of the database are more than 5 seconds apart. Synchronise both (NTP)."
    ),
    "disk_ok": gettext_lazy("The disk has enough free space."),
    "disk_full": gettext_lazy(
        "Less than 5 % of the disk is free. Move DATA_ROOT to a larger disk, or delete files that do not belong "
        "to the portal."
    ),
    "disk_missing": gettext_lazy("The folder DATA_ROOT does not exist. Create it for the portal’s user."),
    "storage_ok": gettext_lazy("The storage answers."),
    "storage_unreachable": gettext_lazy(
        "The storage does not answer. Check DATA_ROOT, or S3_ENDPOINT_URL, S3_BUCKET and the keys."
    ),
    "broker_ok": gettext_lazy("Connected."),
    "broker_unreachable": gettext_lazy(
        "The broker does not answer. Check BROKER_URL. Nothing is lost, but e-mails and agreements wait."
    ),
    "mail_ok": gettext_lazy("The mail server accepts the connection."),
    "mail_unreachable": gettext_lazy("The mail server does not answer. Check EMAIL_HOST and EMAIL_PORT."),
    "mail_refused": gettext_lazy(
        "The mail server refuses the user name or the password. Check EMAIL_HOST_USER and EMAIL_HOST_PASSWORD."
    ),
    "mail_tls": gettext_lazy(
        "No secure connection to the mail server could be made. Check EMAIL_USE_TLS and its certificate."
    ),
}
