"""T56: no secret in a row, an event, an e-mail, a log line, a task, a repr, a crash, a settings dump or a debug
page.
"""

import logging
from collections.abc import Callable, Iterator
from inspect import signature
from io import StringIO
from typing import Any

import pytest
from celery.app.task import Task
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.views.debug import SafeExceptionReporterFilter, get_default_exception_reporter_filter

from apps.api.v1 import files
from apps.core.actors import ANONYMOUS
from apps.tokens.commands import devices
from apps.tokens.commands.devices import find_device, request_device_code
from apps.tokens.commands.tokens import make_service_account, make_service_token
from apps.tokens.models import DeviceRequest, PersonalToken, ServiceAccount, UsedRefreshToken
from portal.celery import app as celery
from portal.logs import OneLine
from tests import stories
from tests.tokens.program import Program, answer, authorised_program

pytestmark = pytest.mark.django_db
CANARY = "canary-7f3a9c1e5b8d2046"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Everything that is logged meanwhile, down to DEBUG, as production writes it."""
    written = StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    handler.setFormatter(OneLine())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def shown_secrets() -> dict[str, str]:
    """The whole life of every kind of secret; returns the secrets as shown to their holders, by kind."""
    access = stories.linked()
    person = access.holder
    account = make_service_account("p", purpose="A nightly pipeline.", days=30, by=person)
    program = Program()
    program.ask()
    asked = dict(program.asked)
    answer(person, program.asked["user_code"])
    program.poll()
    first = dict(program.got)
    program.refresh()
    made = {
        "personal": stories.token(person, "read"),
        "service": make_service_token(account, name="s", scopes=["read"], days=7, by=person)[1],
        "access": program.got["access_token"],
        "refresh": program.got["refresh_token"],
        "first access": first["access_token"],
        "spent refresh": first["refresh_token"],
        "device code": asked["device_code"],
        "user code": asked["user_code"],
        "link": access.token,
    }
    for kind in ("personal", "service", "access"):
        assert program.me(made[kind]).status_code == 200
    assert Client().get(f"/d/{access.token}/x").status_code == 200
    Program().refresh(first["refresh_token"])  # shown twice: out
    stories.drain()
    return made


def found_in(text: str, secrets: dict[str, str]) -> set[str]:
    return {kind for kind, secret in secrets.items() if secret in text or secret.replace("-", "") in text}


def rows() -> str:
    """Every row of every table."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        written = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM \"{table}\" t")  # noqa: S608
            written.append(cursor.fetchone()[0])
    return "\n".join(written)


def test_t56_nothing_stored_opens_anything() -> None:
    """T48, T56: rows, events, e-mails and sessions of a whole life; the control is a row that does hold one."""
    secrets = shown_secrets()
    assert found_in(rows(), secrets) == set()
    ServiceAccount.objects.update(purpose=f"The token is {secrets['refresh']}")
    assert found_in(rows(), secrets) == {"refresh"}


def test_t56_no_log_line_and_no_task_carries_one(
    log: StringIO, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Down to DEBUG but for the statements themselves, which no portal logs; tasks carry ids or nothing."""
    sent: list[Any] = []
    monkeypatch.setattr(Task, "apply_async", lambda *given, **more: sent.append((given[1:], more)))
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    with django_capture_on_commit_callbacks(execute=True):
        secrets = shown_secrets()
    assert found_in(log.getvalue(), secrets) == set()
    assert found_in(repr(sent), secrets) == set()
    ours = [task for name, task in celery.tasks.items() if name.startswith("portal.")]
    assert ours
    assert [task.name for task in ours if signature(task.run).parameters] == []  # nothing to carry a secret in
    logging.getLogger("gatehouse.test").warning("token %s link /d/%s/x", secrets["access"], secrets["link"])
    assert "token  link /d/-/x" in log.getvalue()


def test_t56_what_is_printed_of_an_object_tells_nothing() -> None:
    secrets = shown_secrets()
    asked = request_device_code("gatehouse-cli", scopes=["read"], asked_from="", browser="", by=ANONYMOUS)
    found = find_device(asked.user_code, by=stories.person())
    assert found is not None
    pair = devices.Pair(PersonalToken.objects.filter(kind="device").first(), secrets["access"], secrets["refresh"])  # type: ignore[arg-type]
    shown = [repr(asked), str(asked), repr(pair), f"{pair}"]
    for model in (PersonalToken, DeviceRequest, UsedRefreshToken, ServiceAccount):
        shown += [f"{row!r} {row} {vars(row)}" for row in model.objects.all()]
    both = secrets | {"asked device": asked.device_code, "asked user": asked.user_code}
    assert found_in("\n".join(shown), both) == set()


def crashing(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[Client], Any]]:
    """Calls that carry a secret and run into a fault of ours, which even names the secret."""
    program = authorised_program(stories.person(), "read download")
    access, shown = program.got["access_token"], program.got["refresh_token"]
    linked = stories.linked()

    def broken(*given: Any, **more: Any) -> Any:
        secret = f"{given} {more} {CANARY} {shown}"
        raise RuntimeError(f"broken at {secret}")

    monkeypatch.setattr("apps.api.oauth.refresh_token", broken)
    monkeypatch.setattr(files, "_file", broken)
    monkeypatch.setattr("apps.downloads.commands.open_link", broken)
    form = f"grant_type=refresh_token&refresh_token={shown}&client_id=gatehouse-cli"
    kind = "application/x-www-form-urlencoded"
    bearer = {"Authorization": f"Bearer {access}"}
    path = f"/api/v1/files/{linked.file.pk}/content"
    return {
        shown: lambda client: client.post(reverse("oauth_token"), form, content_type=kind),
        access: lambda client: client.get(path, headers=bearer),
        linked.token: lambda client: client.get(f"/d/{linked.token}/x"),
    }


def test_t56_a_fault_of_ours_tells_neither_the_asker_nor_the_log(
    log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Production's own page and log, although the fault names the secret it broke on."""
    client = Client(raise_request_exception=False)
    for secret, call in crashing(monkeypatch).items():
        said = call(client)
        assert said.status_code == 500
        assert secret not in said.content.decode()
        assert secret not in log.getvalue()
    assert "broken at" in log.getvalue()


def test_t56_the_debug_page_of_a_developer_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No production portal starts with DEBUG (T57); where it is on, the page still hides what opens something."""
    client = Client(raise_request_exception=False)
    calls = crashing(monkeypatch)
    calls.popitem()  # of a link, the page shows the address that the developer opened
    with override_settings(DEBUG=True, CELERY_BROKER_URL=f"redis://:{CANARY}@broker/0", PROVIDER_SECRETS={"x": CANARY}):
        for secret, call in calls.items():
            page = call(client).content.decode()
            assert "RuntimeError" in page
            assert secret not in _without_its_own_sentence(page), secret[:4]


def _without_its_own_sentence(page: str) -> str:
    """The message of the planted fault is its own; everything else on the page is Django's."""
    return "\n".join(line for line in page.splitlines() if "broken at" not in line)


def test_t56_the_dump_of_the_settings_tells_nothing() -> None:
    secret = {
        "SECRET_KEY": CANARY, "SECRET_KEY_FALLBACKS": [CANARY], "LINK_KEYS": {"k1": CANARY},
        "PROVIDER_SECRETS": {"home": CANARY}, "OIDC_RP_CLIENT_SECRET": CANARY, "EMAIL_HOST_PASSWORD": CANARY,
        "CELERY_BROKER_URL": f"amqp://u:{CANARY}@broker//",
        "STORAGES": {**settings.STORAGES, "private": {"OPTIONS": {"access_key": CANARY, "secret_key": CANARY}}},
        "DATABASES": {"default": {"NAME": "x", "PASSWORD": CANARY}},
    }  # fmt: skip
    reporter = get_default_exception_reporter_filter()
    stock = SafeExceptionReporterFilter()
    dumps = {}
    for name, value in secret.items():
        dumps[name] = (str(reporter.cleanse_setting(name, value)), str(stock.cleanse_setting(name, value)))
    assert [name for name, (ours, _stock) in dumps.items() if CANARY in ours] == []
    assert CANARY in dumps["CELERY_BROKER_URL"][1]  # control: what Django hides by itself is not all
