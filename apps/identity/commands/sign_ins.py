"""What is only written down: who came, who left, who was turned away."""

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import rate
from apps.people.models import Person


@transaction.atomic
def record_sign_in(person: Person, *, issuer: str, acr: str, by: Person) -> None:
    """Write down that the person signed in, and how strongly."""
    record(Kind.PERSON_SIGNED_IN, actor=by, subject=person, acr=_code(acr), issuer=_code(issuer))


@transaction.atomic
def record_sign_in_refused(issuer: str, *, why: str, by: Person | None = None) -> None:
    """Write down that a sign-in was turned away, and the code of why; in a flood, how many so far this minute."""
    count = rate.should_record(f"sign-in:{why.partition('.')[0]}")
    if count:
        record(Kind.SIGN_IN_REFUSED, actor=by, why=why, issuer=_code(issuer), **rate.counted(count))


@transaction.atomic
def record_logout_refused(issuer: str, *, why: str, by: Person | None = None) -> None:
    """Write down that a logout token was not taken, and the code of why; in a flood, how many so far this minute."""
    count = rate.should_record(f"logout:{why}")
    if count:
        record(Kind.LOGOUT_REFUSED, actor=by, why=why, issuer=_code(issuer), **rate.counted(count))


@transaction.atomic
def record_sign_out(person: Person, *, by: Person) -> None:
    """Write down that the person left."""
    record(Kind.PERSON_SIGNED_OUT, actor=by, subject=person)


@transaction.atomic
def record_refusal(person: Person, *, where: str, by: Person) -> None:
    """Write down that the person was denied something, and at which address (its name, not what was in it)."""
    record(Kind.REFUSED, actor=by, subject=person, where=_code(where))


def _code(text: str) -> str:
    """What comes from outside, cut to what an event may hold."""
    return "".join(c if c.isalnum() and c.isascii() or c in ".:/+-_" else "_" for c in text)[:200]
