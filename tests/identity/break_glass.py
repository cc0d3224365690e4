"""Break-glass accounts as tests use them."""

import pyotp
from django.test import Client

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.identity.commands.break_glass import BreakGlassSecrets, make_break_glass
from apps.people.models import Person

PAGE = "/break-glass/"


def made(days: int = 30) -> BreakGlassSecrets:
    return make_break_glass(days=days, by=CONSOLE)


def code_of(account: BreakGlassSecrets, *, steps: int = 0) -> str:
    return str(pyotp.TOTP(account.seed).at(clock.now(), counter_offset=steps))


def typed(account: BreakGlassSecrets, **other: str) -> dict[str, str]:
    right = {"handle": account.account.handle, "password": account.password, "code": code_of(account)}
    return {**right, **other}


def whys() -> list[str]:
    return [event.facts["why"] for event in Event.objects.filter(kind="break_glass.refused").order_by("pk")]


def person_in(client: Client) -> Person | None:
    return Person.objects.filter(pk=client.session.get("_auth_user_id")).first()


def signed_in() -> tuple[Client, Person]:
    client, account = Client(), made()
    assert client.post(PAGE, typed(account)).status_code == 302
    return client, account.account.person
