"""Sets of keys for scripts, and of the programs that wait for one."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Q,
    QuerySet,
)
from django.utils.crypto import salted_hmac

from apps.audit.queries import counted_by
from apps.audit.record import Kind
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.core.identifiers import new_user_code, plain_user_code
from apps.people.models import Person
from apps.people.queries import row_of
from apps.tokens.models import CalendarFeed, DeviceRequest, PersonalToken, ServiceAccount, UsedRefreshToken


def digest(secret: str) -> str:
    """What is stored of a token: its SHA-256 (FIPS 180-4), lower-case hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def token_for(secret: str) -> PersonalToken | None:
    """The living token a script showed, by one indexed look-up of its digest; None if there is none.

    `asked_at` is the moment of the question, so that nobody needs to ask for the time as well.
    """
    found = PersonalToken.objects.alive().select_related("person", "service").filter(digest=digest(secret))
    return found.annotate(asked_at=clock.sql_now()).order_by().first()


def feed_of(person: Viewer) -> CalendarFeed | None:
    """The person's calendar feed, if they have one."""
    return CalendarFeed.objects.filter(person_id=roles.person_id(person), ended_at__isnull=True).first()


def reader_of_feed(secret: str) -> Person | None:
    """Whose calendar this secret opens: of an address that has not ended, while the account is active."""
    feeds = CalendarFeed.objects.filter(digest=digest(secret), ended_at__isnull=True, person__is_active=True)
    feed = feeds.select_related("person").first()
    return feed.person if feed is not None else None


def tokens_of(person: Viewer) -> QuerySet[PersonalToken]:
    """Every token this person ever made, newest first; those of their programs and service accounts too."""
    made = PersonalToken.objects.filter(person_id=roles.person_id(person)).select_related("service")
    return made.order_by("-created_at", "pk")


def service_accounts_of(person: Viewer) -> QuerySet[ServiceAccount]:
    """The service accounts this person answers for, newest first, those that ended too."""
    return ServiceAccount.objects.filter(owner_id=roles.person_id(person)).order_by("-made_at", "pk")


def program_token(secret: str, client_id: str) -> QuerySet[PersonalToken]:
    """A program's authorisation, by any secret it ever had for it."""
    shown = digest(secret)
    by_secret = Q(digest=shown) | Q(refresh_digest=shown) | Q(pk__in=_used_refresh_token(shown))
    return PersonalToken.objects.filter(by_secret, kind=PersonalToken.Kind.DEVICE, client_id=client_id)


def _used_refresh_token(shown: str) -> QuerySet[UsedRefreshToken, UUID]:
    return UsedRefreshToken.objects.filter(digest=shown).values_list("token_id", flat=True)


def user_digest(code: str) -> str:
    """What is stored of the code that a person types: keyed with the portal's secret, since eight characters are
    few.
    """
    return _keyed(code, settings.SECRET_KEY)


def user_digests(code: str) -> list[str]:
    """What may be stored of the code, while nodes have different keys: with SECRET_KEY, or one of its fallbacks."""
    return [_keyed(code, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _keyed(code: str, key: str | bytes) -> str:
    return salted_hmac("gatehouse.device", code, secret=key, algorithm="sha256").hexdigest()


def free_user_code() -> str:
    """Eight characters that no other waiting program was given."""
    while True:
        code = new_user_code()
        if not DeviceRequest.objects.filter(user_digest__in=user_digests(code)).exists():
            return code


def device_by_code(typed: str) -> QuerySet[DeviceRequest]:
    """The program that waits with this code, however it was typed."""
    return DeviceRequest.objects.open().filter(user_digest__in=user_digests(plain_user_code(typed)))


def devices_of(person: Viewer) -> QuerySet[DeviceRequest]:
    """Programs whose code this person typed."""
    return DeviceRequest.objects.filter(person_id=roles.person_id(person))


def devices_waiting() -> QuerySet[DeviceRequest]:
    """Every program that waits for its answer now."""
    return DeviceRequest.objects.open()


def wrong_codes_of(person: Viewer, *, since: datetime) -> int:
    """How many codes that no program has this person typed recently."""
    return counted_by(Kind.DEVICE_CODE_WRONG, roles.person_id(person), since=since)


def may_act(person: Viewer) -> bool:
    """Whether what was made for this person may act for them now: the account is open, and not signed out at home."""
    return row_of(person).filter(is_active=True, signed_out_at__isnull=True).exists()
