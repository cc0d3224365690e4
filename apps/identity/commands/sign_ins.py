"""What is only written down: who came, who left, who was turned away."""

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import rate
from apps.core.actors import ANONYMOUS, Actor
from apps.people.models import Person
from apps.people.rules import check_named, check_person, check_person_or


@transaction.atomic
def record_sign_in(person: Person, *, issuer: str, acr: str, by: Actor) -> None:
    """Write down that the person signed in, and how strongly."""
    by = check_person(by)
    record(Kind.PERSON_SIGNED_IN, actor=by, subject=person, acr=_code(acr), issuer=_code(issuer))


@transaction.atomic
def record_sign_in_refused(issuer: str, *, why: str, by: Actor) -> None:
    """Write down that a sign-in was turned away, and the code of why; in a flood, how many so far this minute."""
    check_person_or(by, ANONYMOUS)
    count = rate.should_record(f"sign-in:{why.partition('.')[0]}")
    if count:
        record(Kind.SIGN_IN_REFUSED, actor=by, why=why, issuer=_code(issuer), **rate.count_fact(count))


@transaction.atomic
def record_logout_refused(issuer: str, *, why: str, by: Actor) -> None:
    """Write down that a logout token was not taken, and the code of why; in a flood, how many so far this minute."""
    check_named(by, ANONYMOUS)
    count = rate.should_record(f"logout:{why}")
    if count:
        record(Kind.LOGOUT_REFUSED, actor=by, why=why, issuer=_code(issuer), **rate.count_fact(count))


@transaction.atomic
def record_sign_out(person: Person, *, by: Actor) -> None:
    """Write down that the person left."""
    by = check_person(by)
    record(Kind.PERSON_SIGNED_OUT, actor=by, subject=person)


@transaction.atomic
def record_refusal(person: Person, *, where: str, by: Actor) -> None:
    """Write down that the person was denied something, and at which address (its name, not what was in it)."""
    by = check_person(by)
    record(Kind.REFUSED, actor=by, subject=person, where=_code(where))


def _code(text: str) -> str:
    """What comes from outside, cut to what an event may hold."""
    return "".join(c if c.isalnum() and c.isascii() or c in ".:/+-_" else "_" for c in text)[:200]
