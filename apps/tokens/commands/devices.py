"""Verbs of the device flow (RFC 8628): a program asks, a person answers, the program fetches tokens and renews them.

What a program is answered is a value and not a refusal: a wrong try is written down too, which a refusal would undo.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM, Actor
from apps.people.models import Person
from apps.people.rules import check_active, check_named, check_not_break_glass, check_person
from apps.tokens import queries as tokens_queries
from apps.tokens.models import DeviceRequest, PersonalToken, UsedRefreshToken
from apps.tokens.queries import device_by_code, free_user_code, may_act, program_token, user_digest
from apps.tokens.rules import check_can_answer, check_device_scopes, check_guesses, check_room_for_device

ACCESS, REFRESH, DEVICE = "gha_", "ghr_", "ghd_"

CODE_LIVES = timedelta(minutes=10)

ACCESS_LIVES = timedelta(minutes=15)

REFRESH_LIVES = timedelta(days=30)

LONGEST = timedelta(days=90)  # then a person has to authorise the program again

SLOWER = 5  # seconds more between polls, each time (RFC 8628, 3.5)

KEPT_FOR = timedelta(days=1)


class Trouble(StrEnum):
    """Why a program gets no token (RFC 6749, 5.2; RFC 8628, 3.5)."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    REFUSED = "access_denied"
    EXPIRED = "expired_token"
    INVALID = "invalid_grant"
    SCOPE = "invalid_scope"


@dataclass(frozen=True)
class Asked:
    """What a program gets to wait with; its secrets are shown this once."""

    row: DeviceRequest
    device_code: str = field(repr=False)
    user_code: str = field(repr=False)


@dataclass(frozen=True)
class Pair:
    """A short token and what fetches the next; shown this once."""

    row: PersonalToken
    access: str = field(repr=False)
    refresh: str = field(repr=False)


@transaction.atomic
def request_device_code(client_id: str, *, scopes: list[str], asked_from: str, browser: str, by: Actor) -> Asked:
    """A program asks to be authorised. Nobody is known yet, so this is no event: a flood of them must not fill the
    log.
    """
    check_named(by, ANONYMOUS)
    check_device_scopes(scopes)
    check_room_for_device(asked_from)
    now, device_code = clock.now(), DEVICE + secrets.token_urlsafe(32)
    user_code = free_user_code()
    row = DeviceRequest.objects.create(
        client_id=client_id,
        scopes=sorted(set(scopes)),
        device_digest=tokens_queries.digest(device_code),
        user_digest=user_digest(user_code),
        asked_from=asked_from or None,
        browser=browser,
        asked_at=now,
        expires_at=now + CODE_LIVES,
    )
    return Asked(row, device_code, user_code)


@transaction.atomic
def find_device(code: str, *, by: Actor) -> DeviceRequest | None:
    """The request whose code the person typed; from now on only they may answer it. None for a wrong code.

    A wrong code is written down, and whoever typed too many waits: the lock lets nobody try many at once.
    """
    by = check_person(by)
    check_active(by)
    check_not_break_glass(by)
    Person.objects.select_for_update().get(pk=by.pk)
    check_guesses(by)
    found = device_by_code(code).select_for_update().first()
    if found is None or found.person_id not in {None, by.pk}:
        record(Kind.DEVICE_CODE_WRONG, actor=by, subject=by)
        return None
    DeviceRequest.objects.filter(pk=found.pk).update(person=by)
    return found


@transaction.atomic
def answer_device(asked: DeviceRequest, *, approve: bool, by: Actor) -> None:
    """The person lets the program in, or not; the answer is given once."""
    by = check_person(by)
    check_active(by)
    check_not_break_glass(by)
    asked = DeviceRequest.objects.select_for_update().get(pk=asked.pk)
    check_can_answer(by, asked)
    now, scopes = clock.now(), "+".join(asked.scopes)
    if approve:
        DeviceRequest.objects.filter(pk=asked.pk).update(approved_at=now, second_factor=by.second_factor)
        record(Kind.DEVICE_APPROVED, actor=by, subject=asked, client=asked.client_id, scopes=scopes)
    else:
        DeviceRequest.objects.filter(pk=asked.pk).update(refused_at=now)
        record(Kind.DEVICE_REFUSED, actor=by, subject=asked, client=asked.client_id, scopes=scopes)


@transaction.atomic
def redeem_device_code(secret: str, *, client_id: str, by: Actor) -> Pair | Trouble:
    """The program asks whether it was authorised (RFC 8628, 3.4). Its code serves once; used again, what it gave
    ends.
    """
    check_named(by, ANONYMOUS)
    mine = DeviceRequest.objects.filter(device_digest=tokens_queries.digest(secret), client_id=client_id)
    asked = mine.select_for_update().first()  # no join: what is joined would be older than the row that was waited for
    if asked is None:
        return Trouble.INVALID
    if asked.token is not None:
        _end_reused(asked.token)
        return Trouble.INVALID
    now = clock.now()
    trouble = _not_yet(asked, now)
    if trouble is not None:
        return trouble
    pair = _authorise(asked, now)
    DeviceRequest.objects.filter(pk=asked.pk).update(token=pair.row, polled_at=now)
    return pair


@transaction.atomic
def refresh_token(secret: str, *, client_id: str, scopes: list[str], by: Actor) -> Pair | Trouble:
    """A new pair for a refresh token, which is spent with it (RFC 6749, 6; RFC 9700, 4.14.2).

    A spent one shown again is in two hands, and nobody can tell whose: the program loses its authorisation, and its
    person is notified.
    """
    check_named(by, ANONYMOUS)
    digest = tokens_queries.digest(secret)
    mine = PersonalToken.objects.refreshable().filter(refresh_digest=digest, client_id=client_id)
    token = mine.select_for_update(of=("self",)).select_related("person").first()
    if token is None:
        for used in UsedRefreshToken.objects.filter(digest=digest).select_related("token"):
            _end_reused(used.token)
        return Trouble.INVALID
    if not set(scopes) <= set(token.scopes):
        return Trouble.SCOPE
    now = clock.now()
    UsedRefreshToken.objects.create(token=token, digest=digest, used_at=now)
    fresh, access, refresh = _fresh_secrets(now, ends_at=token.ends_at or now)
    PersonalToken.objects.filter(pk=token.pk).update(**fresh)
    record(Kind.TOKEN_REFRESHED, actor=token.person, subject=token)
    token.refresh_from_db(fields=list(fresh))
    return Pair(token, access, refresh)


@transaction.atomic
def revoke_by_secret(secret: str, *, client_id: str, by: Actor) -> None:
    """A program revokes its own authorisation, by any of its secrets (RFC 7009); all else changes nothing."""
    check_named(by, ANONYMOUS)
    found = program_token(secret, client_id).values("pk").first()
    if found is None:
        return
    # By its id: a renewal in the same moment changes the secrets, and would hide the row from whoever waited for it.
    token = PersonalToken.objects.select_for_update().get(pk=found["pk"])
    if token.revoked_at is None:
        PersonalToken.objects.filter(pk=token.pk).update(revoked_at=clock.now())
        record(Kind.TOKEN_REVOKED, actor=token.person, subject=token, kind_of_token=token.kind, why="program")


@transaction.atomic
def forget_devices(*, by: Actor) -> None:
    """Drop what nobody needs any more: requests of programs after a day, spent tokens of programs that are out."""
    check_named(by, SYSTEM)
    DeviceRequest.objects.filter(asked_at__lt=clock.now() - KEPT_FOR).delete()
    alive = PersonalToken.objects.filter(revoked_at__isnull=True, refresh_expires_at__gt=clock.sql_now())
    UsedRefreshToken.objects.exclude(token__in=alive).delete()


def _not_yet(asked: DeviceRequest, now: datetime) -> Trouble | None:
    """What stands between a waiting program and its tokens; None if nothing does."""
    if asked.refused_at is not None:
        return Trouble.REFUSED
    if asked.expires_at <= now:
        return Trouble.EXPIRED
    hasty = asked.polled_at is not None and now < asked.polled_at + timedelta(seconds=asked.interval)
    interval = asked.interval + SLOWER if hasty else asked.interval
    DeviceRequest.objects.filter(pk=asked.pk).update(polled_at=now, interval=min(interval, 600))
    if hasty:
        return Trouble.SLOW_DOWN
    if asked.approved_at is None:
        return Trouble.PENDING
    allowed = asked.person is not None and may_act(asked.person)
    return None if allowed else Trouble.REFUSED


def _authorise(asked: DeviceRequest, now: datetime) -> Pair:
    assert asked.person is not None  # an approved request has a person: device_request_answered_by_somebody
    ends_at = now + LONGEST
    fresh, access, refresh = _fresh_secrets(now, ends_at=ends_at)
    token = PersonalToken.objects.create(
        kind=PersonalToken.Kind.DEVICE,
        person=asked.person,
        client_id=asked.client_id,
        name=settings.SCRIPT_PROGRAMS.get(asked.client_id, asked.client_id),
        scopes=asked.scopes,
        second_factor=asked.second_factor,
        ends_at=ends_at,
        **fresh,
    )
    facts = {"scopes": "+".join(token.scopes), "until": ends_at, "kind_of_token": token.kind}
    record(Kind.TOKEN_MADE, actor=asked.person, subject=token, about=[asked], **facts)
    return Pair(token, access, refresh)


def _fresh_secrets(now: datetime, *, ends_at: datetime) -> tuple[dict[str, object], str, str]:
    """What the row keeps of two new secrets, and the secrets."""
    access, refresh = ACCESS + secrets.token_urlsafe(32), REFRESH + secrets.token_urlsafe(32)
    kept = {
        "digest": tokens_queries.digest(access),
        "hint": f"{access[:8]}…",
        "expires_at": min(now + ACCESS_LIVES, ends_at),
        "refresh_digest": tokens_queries.digest(refresh),
        "refresh_expires_at": min(now + REFRESH_LIVES, ends_at),
    }
    return kept, access, refresh


def _end_reused(token: PersonalToken) -> None:
    """Out, and told; once. Whose hands the secret is in, nobody can tell."""
    ended = PersonalToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now())
    if ended:
        record(Kind.TOKEN_REUSED, actor=ANONYMOUS, subject=token, about=[token.person_id])
