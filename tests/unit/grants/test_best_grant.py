"""Of several grants to the same data, the one that says most: the same for one person and for many at once."""

import pytest

from apps.grants import commands
from apps.grants.models import AccessGrant
from apps.grants.queries import verdicts, why
from tests import stories

pytestmark = pytest.mark.django_db


def test_of_two_grants_the_active_one_is_named_then_the_one_that_lacks_least_then_the_later() -> None:
    long = stories.granted(days=180)
    data, holder, owner = long.published_dataset, long.holder, long.owner
    short = stories.granted(published_dataset=data, applicant=holder, days=90)
    stories.granted(days=300)  # of somebody else, to other data: never named

    def named() -> tuple[AccessGrant | None, bool]:
        alone, among_many = why(holder, data.version), verdicts([owner.pk, holder.pk], data.version)
        assert among_many[owner.pk].grant is None
        one = among_many[holder.pk]
        assert (one.grant, one.allowed, one.grant_facts) == (alone.grant, alone.allowed, alone.grant_facts)
        return one.grant, one.allowed

    assert named() == (long.grant, True), "both are active"
    commands.suspend(long.grant, reason="A question.", by=owner)
    assert named() == (short.grant, True), "the longer one is suspended"
    commands.suspend(short.grant, reason="A question.", by=owner)
    assert named() == (long.grant, False), "both lack the same"
    commands.revoke(long.grant, reason="A breach.", by=owner)
    assert named() == (short.grant, False), "the longer one lacks more"
    commands.resume(short.grant, by=owner)
    assert named() == (short.grant, True)
