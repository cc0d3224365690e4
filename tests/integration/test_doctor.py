"""`manage.py doctor` says what is wrong or missing, and its exit code says whether something does not work."""

import errno
import os
import smtplib
import ssl
import subprocess
import sys
from contextlib import nullcontext
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from apps.core import causes
from apps.identity.oidc.checks import Untrusted
from apps.identity.oidc.connection import Step
from apps.notifications import mail_server
from apps.web.common import servers
from apps.web.set_up import server
from apps.web.set_up.server import Finding
from portal.management.commands import doctor
from tests import stories
from tests.production import COMPLETE, ROOT

pytestmark = pytest.mark.django_db


def examined(**environment: str) -> subprocess.CompletedProcess[str]:
    """The doctor with production's settings and this environment, in a process of its own."""
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings.production", **environment}
    return subprocess.run(
        [sys.executable, "manage.py", "doctor"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )


def test_everything_missing_in_the_environment_is_named_at_once() -> None:
    """Case 43: and no traceback."""
    answer = examined()
    assert answer.returncode == 1 and "Traceback" not in answer.stderr
    assert [line.split(":")[0] for line in answer.stderr.splitlines()] == [f"Set {name}" for name in COMPLETE_IN_ORDER]


COMPLETE_IN_ORDER = [
    "SECRET_KEY", "PORTAL_ADDRESS", "DATABASE_URL", "LINK_KEYS", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET",
    "BROKER_URL", "MAIL_FROM", "EMAIL_HOST",
]  # fmt: skip


def test_every_wrong_value_is_named_and_a_right_one_is_not() -> None:
    wrong = {"DATABASE_URL": "mysql://x", "MAX_UPLOAD_BYTES": "many", "DELIVERY": "mail", "DEBUG": "yes"}
    answer = examined(**{**COMPLETE, **wrong})
    assert answer.returncode == 1
    lines = answer.stderr.splitlines()
    assert len(lines) == len(wrong) and all(any(name in line for line in lines) for name in wrong)
    assert not any(value in answer.stderr for value in (COMPLETE["SECRET_KEY"], COMPLETE["OIDC_CLIENT_SECRET"]))


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Servers that all answer; a test breaks one of them."""
    found = {name: Finding(name, name, "", "well") for name in server.LABELS}
    monkeypatch.setattr(doctor, "server_findings", lambda: list(found.values()))
    monkeypatch.setattr(doctor.current_app.control, "ping", lambda **_more: [{"worker": "pong"}])
    monkeypatch.setattr(doctor.http, "fetch", lambda _address: None)
    monkeypatch.setattr(doctor, "connection_steps", lambda _client, _now: [Step("reached", True)])
    monkeypatch.setattr(doctor.checks, "run_checks", lambda **_more: [])
    return found


def lines() -> tuple[int, dict[str, str]]:
    """The exit code, and the state of each line by what it is about; the worst counts."""
    out = StringIO()
    try:
        call_command("doctor", stdout=out, stderr=StringIO())
    except SystemExit as end:
        code = int(str(end.code))
    else:
        code = 0
    found: dict[str, str] = {}
    for line in out.getvalue().splitlines():
        state, about = line[:6].strip(), line[7:].partition(": ")[0]
        if found.get(about) != doctor.FAILS:
            found[about] = state
    return code, found


def test_a_portal_that_works_and_is_not_set_up_says_what_is_to_do(healthy: Any) -> None:
    code, found = lines()
    assert code == doctor.INCOMPLETE
    assert (found["First operator"], found["Committees"], found["database"]) == ("to do", "to do", "ok")
    stories.operator()
    assert "First operator" not in lines()[1]


def test_a_portal_that_is_complete_ends_with_zero(healthy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stories.operator()
    monkeypatch.setattr(doctor, "steps", list)
    assert lines()[0] == 0


@pytest.mark.parametrize("name", list(server.LABELS))
def test_a_server_that_fails_is_a_fault(healthy: Any, name: str) -> None:
    healthy[name] = Finding(name, name, "silent", "It does not answer.")
    code, found = lines()
    assert (code, found[name]) == (doctor.BROKEN, "FAILS")
    assert ("Committees" in found) == (name != "database")


def test_a_worker_a_front_server_and_a_storage_that_fail_are_faults(
    healthy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_about: Any, **_more: Any) -> Any:
        raise Untrusted("slow")

    for module, name, about in (
        (doctor.current_app.control, "ping", "Workers"), (doctor.http, "fetch", "Front server"),
        (doctor, "private_storage", "File storage"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, down)
        code, found = lines()
        assert (code, found[about]) == (doctor.BROKEN, "FAILS")
    monkeypatch.setattr(doctor.current_app.control, "ping", lambda **_more: None)
    assert lines()[1]["Workers"] == "FAILS"


def test_a_file_that_is_read_differently_is_a_fault(healthy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful:
        def save(self, name: str, _content: Any) -> str:
            return name

        def open(self, _name: str) -> Any:
            return StringIO("something else")

        def delete(self, _name: str) -> None:
            return None

    monkeypatch.setattr(doctor, "private_storage", Forgetful)
    assert lines()[1]["File storage"] == "FAILS"


def test_a_provider_that_fails_is_a_fault(healthy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stories.person()
    from apps.people.models import Provider

    Provider.objects.create(slug="p", name="P", issuer="https://p.example", client_id="c", secret_name="home")
    monkeypatch.setattr(doctor, "connection_steps", lambda _client, _now: [Step("secret_wrong", False, "x")])
    code, found = lines()
    assert (code, found["Identity provider p"]) == (doctor.BROKEN, "FAILS")


def test_what_each_server_says_when_it_does_not_answer(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    ask = servers.cause_of
    assert ask(servers.database) == ask(servers.schema) == ask(servers.clocks) == ask(servers.storage) == ""
    assert ask(servers.database_set_up) in {"", "owner"} and ask(servers.disk) in {"", "disk_low", "disk_full"}
    settings.DATA_ROOT = "/nowhere/at/all"
    assert ask(servers.disk) == "not_found"
    monkeypatch.setattr(servers.time, "time", lambda: 0.0)
    assert ask(servers.clocks) == "clock"

    def down(*_about: Any, **_more: Any) -> Any:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    monkeypatch.setattr(servers.clock, "now", down)
    monkeypatch.setattr(servers, "private_storage", down)
    monkeypatch.setattr(servers.current_app, "connection_for_write", down)
    monkeypatch.setattr(servers, "open_mail_server", down)
    settings.CLAMD = "127.0.0.1:9"
    codes = {one.name: one.code for one in server.server_findings()}
    assert codes == dict.fromkeys(server.LABELS, "refused") | {"disk": "not_found"}


@pytest.mark.parametrize(
    ("said", "code"),
    [((140_000, "UTF8", False), "old"), ((150_000, "LATIN1", False), "encoding"), ((150_000, "UTF8", True), "owner"),
     ((150_000, "UTF8", False), "")],
)  # fmt: skip
def test_what_the_database_is(
    monkeypatch: pytest.MonkeyPatch, settings: Any, said: tuple[int, str, bool], code: str
) -> None:
    class Cursor:
        execute, fetchone = (lambda *_said: None), (lambda _self: said)

    settings.DEMO = False
    monkeypatch.setattr(servers.connection, "cursor", lambda: nullcontext(Cursor()))
    assert servers.database_set_up() == code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (None, ""), (smtplib.SMTPAuthenticationError(535, b"no"), "credentials"),
        (smtplib.SMTPNotSupportedError(), "no_encryption"), (ssl.SSLError(), "certificate"),
        (ssl.SSLCertVerificationError(), "certificate"), (smtplib.SMTPException(), "fault"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "refused"),
    ],
)  # fmt: skip
def test_what_the_mail_server_says(monkeypatch: pytest.MonkeyPatch, fault: Exception | None, code: str) -> None:
    class Connection:
        def open(self) -> None:
            if fault is not None:
                raise fault

        def close(self) -> None:
            return None

    monkeypatch.setattr(mail_server, "get_connection", lambda **_more: Connection())
    assert servers.cause_of(servers.mail) == code


def test_every_code_of_a_server_has_a_sentence_that_names_its_settings() -> None:
    assert server.DATABASE_ANSWERS - {""} <= set(causes.SENTENCES)
    assert set(server.LABELS) == set(server.WELL) == {*server.SETTINGS, "clock"} == {*server.LOCAL, *server.REMOTE}
    assert server._said("mail", "refused").startswith("EMAIL_HOST")


def test_every_finding_has_a_sentence() -> None:
    for one in server.server_findings():
        assert str(one.sentence).endswith(".")
