"""What a worker looks at once a minute, and what it reports of itself, for **System status** and /metrics."""

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping

import django
from django.conf import settings
from django.db import connection

from apps.core import causes, heartbeats, malware
from apps.core.actors import SYSTEM
from apps.identity.oidc.provider_checks import check_providers
from apps.notifications.late_work import report_late_work
from apps.web.common import servers

log = logging.getLogger(__name__)
BEAT_SECONDS = 15.0


def check_all() -> None:
    """Each check in turn: one that fails in an unforeseen way stops no other."""
    checks: Mapping[str, Callable[[], None]] = {
        "storage": check_storage,
        "identity providers": check_providers,
        "e-mail": check_mail_server,
        "malware scanner": check_scanner,
        "late work": lambda: report_late_work(by=SYSTEM),
        "old heartbeats": forget_old,
    }
    for name, check in checks.items():
        try:
            check()
        except Exception:
            log.exception("the check of %s failed", name)


def check_storage() -> None:
    """Whether the private files can be reached, and how much room is left where they are."""
    cause, facts = servers.cause_of(servers.storage), {}
    if settings.DELIVERY == "accel":
        facts = servers.room()
        cause = cause or servers.low_disk(**facts)
    heartbeats.report("storage", cause=cause, **facts)


def check_mail_server() -> None:
    """Whether the mail server takes a connection, with the portal's user name and password."""
    heartbeats.report("e-mail", cause=servers.cause_of(servers.mail))


def check_scanner() -> None:
    """Whether the malware scanner answers; a portal without one has no such part."""
    if malware.is_configured():
        heartbeats.report("malware scanner", cause=servers.cause_of(servers.scanner))
    else:
        heartbeats.forget(prefix="malware scanner")


def forget_old() -> None:
    """Machines that were replaced do not stay on the page."""
    for prefix in ("worker:", "web:"):
        heartbeats.forget(prefix=prefix)


def version() -> dict[str, str]:
    """What this process runs; codes, no paths."""
    from portal import __version__

    python = ".".join(str(part) for part in sys.version_info[:3])
    return {"version": __version__, "python": python, "django": django.get_version()}


def beat(kind: str) -> None:
    """Report every 15 seconds that this machine has a process of this kind (`web` or `worker`); in a thread."""
    name = f"{kind}:{socket.gethostname()[:80]}"
    threading.Thread(target=_beat, args=(name,), name="heartbeat", daemon=True).start()


def _beat(name: str) -> None:
    while True:
        try:
            heartbeats.report(name, **version())
        except Exception as fault:  # the database is away: the row grows old, which says it
            log.warning("no heartbeat was written for %s. %s", name, causes.for_log(causes.cause_of(fault)))
        finally:
            connection.close()
        time.sleep(BEAT_SECONDS)
