"""`manage.py doctor`: what is wrong or missing, in sentences, from the settings to the last part of the set-up."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.conf import settings
from django.core import checks
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand
from django.urls import reverse

from apps.core import clock
from apps.core.addresses import absolute
from apps.core.identifiers import new_storage_key
from apps.core.storage import private_storage
from apps.identity.oidc import http
from apps.identity.oidc.checks import Untrusted
from apps.identity.oidc.connection import Client, connection_steps, unreachable_code
from apps.people.models import PlatformRole
from apps.people.queries import people_with_platform_role, providers
from apps.web.set_up.server import SECONDS, server_findings
from apps.web.set_up.steps import steps

WORKS, FAILS, TO_DO, NOTE = "ok", "FAILS", "to do", "note"
BROKEN, INCOMPLETE = 1, 2  # exit codes: something does not work; everything works, but the set-up is not complete
CERTIFICATE = "its certificate is not trusted on this machine. Renew the certificate, or install the complete chain."
NOT_WRITTEN = (
    "A file cannot be written, read and deleted ({fault}). Check the owner of DATA_ROOT/files and the free space "
    "on its disk, or the permissions of the S3 keys."
)
FRONT = {
    "unknown_host": "its host name is not known. Check PORTAL_ADDRESS and the name server.",
    "refused": "nothing listens at this address. Start the front server.",
    "slow": "it did not answer in time. Check the front server and gunicorn.",
    "status": "another service answers there. Check where the front server sends requests, and its Host header.",
    **dict.fromkeys(
        ("certificate_expired", "certificate_unknown", "certificate_name", "certificate_not_yet", "tls"), CERTIFICATE
    ),
}


@dataclass(frozen=True)
class Line:
    """One line of the answer."""

    state: str
    about: str
    sentence: str


class Command(BaseCommand):
    help = "Says what is wrong or missing. Exit code 1: something does not work; 2: only the set-up is not complete."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *_args: Any, **_options: Any) -> None:
        lines = []
        for line in examination():
            lines.append(line.state)
            self.stdout.write(f"{line.state:6} {line.about}: {line.sentence}")
        if FAILS in lines:
            self.stderr.write(f"{lines.count(FAILS)} of {len(lines)} tests failed.")
            raise SystemExit(BROKEN)
        if TO_DO in lines:
            self.stderr.write(f"The portal works. To do on {absolute(reverse('set_up'))}: {lines.count(TO_DO)}.")
            raise SystemExit(INCOMPLETE)
        self.stdout.write("The portal works and is set up.")


def examination() -> Iterator[Line]:
    """Every test in order. What needs the database is left out when it does not answer or is not migrated."""
    yield from _settings()
    found = server_findings()
    for one in found:
        yield Line(WORKS if one.ok else FAILS, one.label, one.sentence)
    codes = {one.name: one.code for one in found}
    if not codes["storage"]:
        yield _stored_file()
    if not codes["broker"]:
        yield _workers()
    yield _front()
    if codes["database"] not in {"database_unreachable", "database_not_migrated"}:
        yield from _providers()
        yield from _operator()
        yield from _set_up()


def _settings() -> Iterator[Line]:
    module = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    if settings.DEMO:
        yield Line(NOTE, "Settings", f"{module} is the demo. Set DJANGO_SETTINGS_MODULE=portal.settings.production.")
    else:
        yield Line(WORKS, "Settings", f"{module} can be read.")
    for found in checks.run_checks(include_deployment_checks=not settings.DEMO):
        state = FAILS if found.is_serious() else NOTE
        yield Line(state, f"Settings ({found.id})", " ".join([str(found.msg), str(found.hint or "")]).strip())


def _stored_file() -> Line:
    """Write, read and delete one object, as an upload does."""
    content = b"gatehouse doctor"
    try:
        storage = private_storage()
        name = storage.save(new_storage_key(), ContentFile(content))
        with storage.open(name) as file:
            same = file.read() == content
        storage.delete(name)
    except Exception as fault:  # whatever the storage's client raises
        return Line(FAILS, "File storage", NOT_WRITTEN.format(fault=type(fault).__name__))
    if same:
        return Line(WORKS, "File storage", "A file was written, read and deleted.")
    return Line(FAILS, "File storage", "A file was written, but its content was different when it was read.")


def _workers() -> Line:
    try:
        answers = current_app.control.ping(timeout=SECONDS) or []
    except Exception:  # whatever the broker's client raises
        answers = []
    if not answers:
        return Line(FAILS, "Workers", "No worker answers. Start celery -A portal.celery worker.")
    return Line(WORKS, "Workers", f"{len(answers)} answer.")


def _front() -> Line:
    address = absolute(reverse("healthz"))
    try:
        http.fetch(address)
    except Untrusted as fault:
        code = unreachable_code(fault)
        return Line(FAILS, "Front server", f"{address}: {FRONT.get(code, 'it cannot be reached from this machine.')}")
    return Line(WORKS, "Front server", f"{address} answers.")


def _providers() -> Iterator[Line]:
    for one in providers():
        secret = settings.PROVIDER_SECRETS.get(one.secret_name, "")
        client = Client(one.issuer, one.client_id, secret, absolute(reverse("oidc_authentication_callback")))
        for step in connection_steps(client, clock.now()):
            state = {True: WORKS, False: FAILS, None: NOTE}[step.ok]
            fact = f" ({step.fact})" if step.fact else ""
            yield Line(state, f"Identity provider {one.slug}", f"{step.sentence}{fact}")


def _operator() -> Iterator[Line]:
    if not people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False).exists():
        yield Line(TO_DO, "First operator", "Run manage.py office first-operator and follow what it prints.")


def _set_up() -> Iterator[Line]:
    states = {"done": WORKS, "todo": TO_DO, "optional": NOTE}
    for step in steps():
        yield Line(states[step.state], step.label, step.fact or "published")
