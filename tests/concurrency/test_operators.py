"""Operators at the same moment: one keeps the role, and one code makes one operator."""

import pytest

from apps.core.actors import CONSOLE
from apps.core.errors import DomainError
from apps.people.commands.first_operator import become_first_operator, make_operator_code
from apps.people.commands.people import end_platform_role
from apps.people.models import Person, PlatformRole
from apps.people.queries import people_with_platform_role
from tests import stories
from tests.concurrency.test_parallel_commands import TWICE, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def refused(deed: object, *args: object, **more: object) -> str:
    """The code of the refusal, or nothing."""
    try:
        deed(*args, **more)  # type: ignore[operator]
    except DomainError as refusal:
        return refusal.code
    return ""


@TWICE
def test_two_operators_who_end_each_other_leave_one(turn: int) -> None:
    one, other = stories.operator(), stories.operator()
    at_once(
        lambda: refused(end_platform_role, one, kind="operator", by=other),
        lambda: refused(end_platform_role, other, kind="operator", by=one),
    )
    assert people_with_platform_role("operator").count() == 1


@TWICE
def test_two_people_who_enter_the_same_code_become_one_operator(turn: int) -> None:
    code = make_operator_code(by=CONSOLE)
    people: list[Person] = stories.people(3)
    at_once(*[lambda who=who: refused(become_first_operator, code, by=who) for who in people])
    assert PlatformRole.objects.filter(person__in=people).count() == 1
