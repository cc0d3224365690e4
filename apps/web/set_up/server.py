"""What the portal needs of other servers, as findings in sentences: the page Set up shows them, and `manage.py doctor`
prints them. Each is asked now; `apps.web.common.servers` does it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy

from apps.core import causes, malware
from apps.web.common import servers


@dataclass(frozen=True)
class Finding:
    """One fact about a server; `code` is a word of `apps.core.causes`, and "" while all is well."""

    name: str
    label: str
    code: str
    sentence: str

    @property
    def ok(self) -> bool:
        return not self.code


def _database() -> str:
    return servers.database() or servers.schema() or servers.database_set_up()


LOCAL: Mapping[str, servers.Question] = {"database": _database, "clock": servers.clocks, "disk": servers.disk}
REMOTE: Mapping[str, servers.Question] = {
    "storage": servers.storage, "broker": servers.broker, "mail": servers.mail,
    "scanner": servers.scanner,
}  # fmt: skip
LABELS: Mapping[str, Any] = {
    "database": gettext_lazy("Database"), "clock": gettext_lazy("Clock"), "disk": gettext_lazy("Disk"),
    "storage": gettext_lazy("File storage"), "broker": gettext_lazy("Broker for background tasks"),
    "mail": gettext_lazy("Mail server"), "scanner": gettext_lazy("Malware scanner"),
}  # fmt: skip
WELL: Mapping[str, Any] = {
    "database": gettext_lazy("Connected; all migrations are applied."),
    "clock": gettext_lazy("The clocks of this machine and of the database agree."),
    "disk": gettext_lazy("The disk has enough free space."),
    "storage": gettext_lazy("The storage answers."),
    "broker": gettext_lazy("Connected."),
    "mail": gettext_lazy("The mail server accepts the connection."),
    "scanner": gettext_lazy("The scanner answers."),
}
NO_SCANNER = gettext_lazy("CLAMD is not set: attached documents are not checked for malware.")
# Where the operator says how each is reached.
SETTINGS: Mapping[str, str] = {
    "database": "DATABASE_URL", "disk": "DATA_ROOT", "broker": "BROKER_URL",
    "storage": "DATA_ROOT, S3_ENDPOINT_URL, S3_BUCKET",
    "mail": "EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_USE_TLS", "scanner": "CLAMD",
}  # fmt: skip
DATABASE_ANSWERS = {"", "old", "encoding", "owner"}  # codes with which its tables can be read all the same


def server_findings() -> list[Finding]:
    """Every server in order; those that are other machines are asked at the same time."""
    with ThreadPoolExecutor(max_workers=len(REMOTE)) as pool:
        running = {name: pool.submit(_asked, question) for name, question in REMOTE.items()}
        codes = {name: servers.cause_of(question) for name, question in LOCAL.items()}
        codes |= {name: one.result() for name, one in running.items()}
    return [Finding(name, str(LABELS[name]), codes[name], _said(name, codes[name])) for name in LABELS]


def _asked(question: servers.Question) -> str:
    """In a thread, which leaves no connection to the database open."""
    try:
        return servers.cause_of(question)
    finally:
        connection.close()


def _said(name: str, code: str) -> str:
    if not code:
        return str(NO_SCANNER if name == "scanner" and not malware.is_configured() else WELL[name])
    return f"{SETTINGS[name]}: {causes.sentence(code)}" if name in SETTINGS else causes.sentence(code)
