"""Verbs about break-glass accounts: made and disabled at the command line; the auditors are notified of every try."""

import hmac
import secrets
from datetime import timedelta
from typing import Any, NamedTuple

import pyotp
from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import ANONYMOUS, CONSOLE, SYSTEM, Actor
from apps.identity import encryption
from apps.identity.commands.sessions import end_sessions_of
from apps.identity.models import BreakGlassAccount
from apps.identity.models.break_glass import LASTS, MOST_TRIES, RESTS_FOR
from apps.identity.rules import check_break_glass_period
from apps.people.models import Person, PlatformRole
from apps.people.rules import check_named

HASHER = "scrypt"  # RFC 7914: the strongest that needs nothing but Python itself

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


class BreakGlassSecrets(NamedTuple):
    """What is shown once, when the account is made."""

    account: BreakGlassAccount
    password: str
    seed: str
    otpauth: str


@transaction.atomic
def make_break_glass(*, days: int, by: Actor) -> BreakGlassSecrets:
    """An account for the day when no provider answers; only the command line makes one."""
    check_named(by, CONSOLE)
    check_break_glass_period(days)
    handle = f"glass-{_notifications(8)}"
    password, seed = "-".join(_notifications(5) for _ in range(8)), pyotp.random_base32()
    person = Person.objects.create_person(name=f"Break-glass account {handle}", is_break_glass=True)
    account = BreakGlassAccount.objects.create(
        person=person,
        handle=handle,
        password=make_password(password, hasher=HASHER),
        sealed_seed=encryption.seal(seed),
        ends_at=clock.now() + timedelta(days=days),
    )
    record(Kind.BREAK_GLASS_MADE, actor=by, subject=person, until=account.ends_at)
    otpauth = pyotp.TOTP(seed).provisioning_uri(name=handle, issuer_name="Gatehouse")
    return BreakGlassSecrets(account, password, seed, otpauth)


@transaction.atomic
def disable_break_glass(account: BreakGlassAccount, *, by: Actor) -> None:
    """Nobody can sign in with the account any more; its sessions end at the next request."""
    check_named(by, CONSOLE)
    if not BreakGlassAccount.objects.filter(pk=account.pk, disabled_at__isnull=True).update(disabled_at=clock.now()):
        return
    PlatformRole.objects.filter(person=account.person, ends_at__gt=clock.now()).update(ends_at=clock.now())
    end_sessions_of(account.person, by=SYSTEM)
    record(Kind.BREAK_GLASS_DISABLED, actor=by, subject=account.person)


@transaction.atomic
def try_break_glass(handle: str, *, password: str, code: str, by: Actor) -> PlatformRole | None:
    """The operator role for an hour if handle, password and code are right; None, with an event, for anything else.

    The row is held meanwhile: tries at the same moment come one after the other, so a code counts once and a wrong
    try is counted. Whatever is wrong, the same work is done.
    """
    check_named(by, ANONYMOUS)
    account = BreakGlassAccount.objects.select_for_update(of=("self",)).filter(handle=handle).first()
    fault, step = _fault(account, password, code)
    if account is None or fault:
        _note_refusal(account, fault, by=by)
        return None
    now = clock.now()
    BreakGlassAccount.objects.filter(pk=account.pk).update(last_step=step, wrong_tries=0, rests_until=None)
    role = PlatformRole.objects.create(person=account.person, kind=PlatformRole.Kind.OPERATOR, ends_at=now + LASTS)
    record(Kind.BREAK_GLASS_USED, actor=account.person, subject=account.person, until=role.ends_at)
    return role


def _note_refusal(account: BreakGlassAccount | None, fault: str, *, by: Actor) -> None:
    """Count the try and write it down. The fifth lets the account rest; a resting one is not counted on."""
    if account is not None and fault != "rests":
        tries = account.wrong_tries + 1
        full = tries >= MOST_TRIES
        BreakGlassAccount.objects.filter(pk=account.pk).update(
            wrong_tries=0 if full else tries, rests_until=clock.now() + RESTS_FOR if full else None
        )
    subject = account.person if account is not None else None
    record(Kind.BREAK_GLASS_REFUSED, actor=by, subject=subject, why=fault)


def _fault(account: BreakGlassAccount | None, password: str, code: str) -> tuple[str, int]:
    """What is wrong, in one word for the log, and the time step of the code. Every step is gone through every time."""
    now = clock.now()
    known = check_password(password, account.password if account else _nobodys_password(), preferred=HASHER)
    seed = encryption.unseal(account.sealed_seed) if account else ""
    step = _step_of(code, seed or pyotp.random_base32(), int(now.timestamp()))
    if account is None:
        return "unknown", 0
    alive = BreakGlassAccount.objects.alive().filter(pk=account.pk).exists()
    faults = {
        "ended": not alive,
        "rests": account.rests_until is not None and account.rests_until > now,
        "password": not known,
        "code": step == 0 or not seed,
        "replayed": 0 < step <= account.last_step,
    }
    return next((name for name, holds in faults.items() if holds), ""), step


def _step_of(code: str, seed: str, moment: int) -> int:
    """The time step whose code this is (RFC 6238: 30 seconds; the one before and the one after count too), or 0."""
    totp, found = pyotp.TOTP(seed), 0
    for step in (moment // totp.interval + drift for drift in (-1, 0, 1)):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode("utf-8", "replace")):
            found = step
    return found


def _nobodys_password() -> str:
    """A digest that no password has, of the same cost as a true one: an unknown name takes as long as a known one."""
    made: Any = get_hasher(HASHER)
    return f"{made.algorithm}${made.work_factor}${'n' * 22}${made.block_size}${made.parallelism}${'A' * 86}=="


def _notifications(how_many: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(how_many))
