"""Verbs about keys for scripts: made, used, revoked; and the service accounts that pipelines act as."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor
from apps.people.rules import check_active, check_not_break_glass, check_person
from apps.people.sign_in import SignIn
from apps.tokens.models import PersonalToken, ServiceAccount
from apps.tokens.queries import digest
from apps.tokens.rules import (
    check_acts_for_a_person,
    check_can_vote_with_token,
    check_own_service,
    check_own_token,
    check_service,
    check_service_alive,
    check_token,
    check_token_within,
    token_end,
)

PERSONAL, SERVICE = "gh_", "ghs_"

SEEN_EVERY = timedelta(minutes=1)  # how often the use of a token is written down


@transaction.atomic
def make_token(
    name: str, *, scopes: list[str], days: int, signed_in: SignIn | None = None, by: Actor
) -> tuple[PersonalToken, str]:
    """A personal token and, this once, its secret (256 random bits).

    `signed_in` is the sign-in of this moment; one that can vote needs it, fresh, and keeps its facts.
    """
    by = check_person(by)
    check_active(by)
    check_not_break_glass(by)
    check_token(name=name, scopes=scopes, days=days)
    votes = check_can_vote_with_token(scopes=scopes, days=days, signed_in=signed_in)
    kept = signed_in.as_json() if votes and signed_in is not None else None
    return _make(PERSONAL, name=name, scopes=scopes, until=token_end(days), person=by, sign_in=kept)


@transaction.atomic
def make_service_token(
    account: ServiceAccount, *, name: str, scopes: list[str], days: int, by: Actor
) -> tuple[PersonalToken, str]:
    """A token of the service account and, this once, its secret; it ends with the account at the latest."""
    by = check_person(by)
    check_active(by)
    check_not_break_glass(by)
    account = _lock(account)
    check_own_service(by, account)
    check_service_alive(account)
    check_token(name=name, scopes=scopes, days=days)
    check_acts_for_a_person(scopes)
    until = token_end(days)
    check_token_within(account, until)
    return _make(SERVICE, name=name, scopes=scopes, until=until, person=by, service=account)


@transaction.atomic
def revoke_token(token: PersonalToken, *, by: Actor) -> None:
    """The token opens nothing from the next request on; a program is out, and can fetch no other."""
    by = check_person(by)
    check_own_token(by, token)
    revoked = PersonalToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now())
    if revoked:
        record(Kind.TOKEN_REVOKED, actor=by, subject=token, kind_of_token=token.kind)


@transaction.atomic
def record_token_use(token: PersonalToken, *, by: Actor) -> None:
    """Remember when the token was last used; one that was used within the last minute stays as it is."""
    by = check_person(by)
    now = clock.now()
    due = PersonalToken.objects.filter(pk=token.pk).exclude(last_used_at__gte=now - SEEN_EVERY)
    due.update(last_used_at=now)


@transaction.atomic
def make_service_account(name: str, *, purpose: str, days: int, by: Actor) -> ServiceAccount:
    """A pipeline of this person's, for so many days; it has no rights of its own."""
    by = check_person(by)
    check_active(by)
    check_not_break_glass(by)
    check_service(name=name, purpose=purpose, days=days)
    now = clock.now()
    account = ServiceAccount.objects.create(
        owner=by, name=name.strip(), purpose=purpose.strip(), made_at=now, ends_at=now + timedelta(days=days)
    )
    record(Kind.SERVICE_ACCOUNT_MADE, actor=by, subject=account, until=account.ends_at)
    return account


@transaction.atomic
def end_service_account(account: ServiceAccount, *, by: Actor) -> None:
    """The account is over: its tokens open nothing from the next request on. Ending it twice changes nothing."""
    by = check_person(by)
    account = _lock(account)
    check_own_service(by, account)
    if account.ended_at is None:
        ServiceAccount.objects.filter(pk=account.pk).update(ended_at=clock.now())
        record(Kind.SERVICE_ACCOUNT_ENDED, actor=by, subject=account)


def _make(prefix: str, *, scopes: list[str], until: datetime, name: str, **whose: Any) -> tuple[PersonalToken, str]:
    kind = PersonalToken.Kind.SERVICE if "service" in whose else PersonalToken.Kind.PERSONAL
    secret = prefix + secrets.token_urlsafe(32)
    token = PersonalToken.objects.create(
        kind=kind,
        name=name.strip(),
        digest=digest(secret),
        hint=f"{secret[: len(prefix) + 4]}…",
        scopes=sorted(set(scopes)),
        second_factor=whose["person"].second_factor,
        expires_at=until,
        **whose,
    )
    about = [token.service] if token.service is not None else []
    facts = {"scopes": "+".join(token.scopes), "until": token.expires_at, "kind_of_token": kind}
    record(Kind.TOKEN_MADE, actor=token.person, subject=token, about=about, **facts)
    return token, secret


def _lock(account: ServiceAccount) -> ServiceAccount:
    return ServiceAccount.objects.select_for_update().get(pk=account.pk)
