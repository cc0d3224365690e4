"""How a new portal gets its first operator: the command line prints a code, and a person who is signed in enters it."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import CONSOLE, Actor
from apps.core.errors import Invalid
from apps.people.models import OperatorCode, PlatformRole
from apps.people.models.operator_codes import LASTS
from apps.people.rules import check_first_operator, check_named, check_no_operator, check_person

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
GROUPS, LENGTH = 5, 5  # 25 characters of 31: 123 bits
LASTS_DAYS = 365


@transaction.atomic
def make_operator_code(*, by: Actor) -> str:
    """A code that gives the operator role to whoever enters it within the hour; earlier ones end.

    Raises WrongState as soon as there is an operator.
    """
    check_named(by, CONSOLE)
    check_no_operator()
    now = clock.now()
    OperatorCode.objects.alive().update(ends_at=now)
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(GROUPS))
    made = OperatorCode.objects.create(digest=_digest(code), ends_at=now + LASTS)
    record(Kind.OPERATOR_CODE_MADE, actor=by, subject=made, until=made.ends_at)
    return code


@transaction.atomic
def become_first_operator(code: str, *, by: Actor) -> PlatformRole:
    """The person has the operator role for a year. The code counts once, and only while there is no operator."""
    by = check_person(by)
    check_first_operator(by)
    found = OperatorCode.objects.select_for_update().filter(digest=_digest(code)).first()
    if found is None or not OperatorCode.objects.alive().filter(pk=found.pk).exists():
        raise Invalid(
            _("This code is not valid or has expired. Create a new one on the server: manage.py office first-operator"),
            field="code",
        )  # fmt: skip
    check_no_operator()
    now = clock.now()
    OperatorCode.objects.filter(pk=found.pk).update(used_at=now, used_by=by)
    OperatorCode.objects.alive().update(ends_at=now)
    role = PlatformRole.objects.create(
        person=by, kind=PlatformRole.Kind.OPERATOR, ends_at=now + timedelta(days=LASTS_DAYS)
    )
    record(Kind.PLATFORM_ROLE_GIVEN, actor=by, subject=by, about=[found], role=role.kind, until=role.ends_at)
    return role


def _digest(code: str) -> str:
    """SHA-256 of the code without what people add when they copy it: spaces, hyphens, capitals."""
    plain = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
