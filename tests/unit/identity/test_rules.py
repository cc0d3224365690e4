"""What must be true of sessions, identities and accounts before something happens to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, NeedsSignIn, WrongState
from apps.identity import queries, rules
from apps.identity.models import LogoutToken, PersonSession
from apps.people.models import Identity, Person, Provider
from apps.people.rules import check_another_operator
from tests import stories


def refusal(check: Callable[..., object], *args: Any, **facts: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args, **facts)
    except DomainError as refused:
        return type(refused)
    return None


def a_provider(slug: str = "home") -> Provider:
    return Provider.objects.create(
        slug=slug, name=slug, issuer=f"https://{slug}.test", client_id="gatehouse", secret_name="home"
    )


def test_periods_sessions_and_accounts_at_their_limits() -> None:
    for days, refused in ((0, Invalid), (1, None), (366, None), (367, Invalid)):
        assert refusal(rules.check_break_glass_period, days) is refused
    someone, other = Person(), Person()
    assert refusal(rules.check_own_session, someone, PersonSession(person=someone)) is None
    assert refusal(rules.check_own_session, other, PersonSession(person=someone)) is Denied
    assert refusal(rules.check_not_left, False) is None
    assert refusal(rules.check_not_left, True) is NeedsSignIn
    assert refusal(rules.check_still_there, 1) is None
    assert refusal(rules.check_still_there, 0) is WrongState
    assert refusal(rules.check_not_merged, someone) is None
    assert refusal(rules.check_not_merged, Person(merged_into=other)) is WrongState


def test_two_different_open_accounts_are_merged() -> None:
    someone, other, emergency = Person(), Person(), Person(is_break_glass=True)
    for person, into, refused in (
        (someone, other, None),
        (Person(is_active=False), other, None),
        (None, other, Invalid),
        (someone, None, Invalid),
        (someone, someone, Invalid),
        (emergency, other, Denied),
        (someone, emergency, Denied),
        (Person(merged_into=other), other, WrongState),
        (someone, Person(is_active=False), WrongState),
    ):
        assert refusal(rules.check_can_merge, person, into) is refused, (person, into)


@pytest.mark.django_db
def test_the_last_operator_stays() -> None:
    only, other = stories.operator(), stories.person()
    assert refusal(check_another_operator, only) is WrongState
    assert refusal(check_another_operator, other) is None
    stories.operator()
    assert refusal(check_another_operator, only) is None


@pytest.mark.django_db
def test_an_identity_is_theirs_while_its_provider_is_accepted() -> None:
    someone, provider = stories.person(), a_provider()
    identity = Identity.objects.create(person=someone, issuer=provider.issuer, subject="s", provider=provider)
    assert refusal(rules.check_still_theirs, someone, provider, subject="s") is None
    assert refusal(rules.check_still_theirs, someone, provider, subject="other") is WrongState
    assert refusal(rules.check_still_theirs, stories.person(), provider, subject="s") is WrongState
    assert refusal(rules.check_still_theirs, someone, a_provider("second"), subject="s") is WrongState
    Provider.objects.filter(pk=provider.pk).update(is_active=False)
    assert refusal(rules.check_still_theirs, someone, provider, subject="s") is WrongState
    assert refusal(rules.check_can_split, identity, someone) is None
    someone.identities.exclude(pk=identity.pk).delete()
    assert refusal(rules.check_can_split, identity, someone) is WrongState


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "signed_out"),
    [
        ({"subject": "s", "sid": ""}, True),
        ({"subject": "s", "sid": "one"}, True),
        ({"subject": "", "sid": "one"}, True),
        ({"subject": "other", "sid": "one"}, False),
        ({"subject": "s", "sid": "two"}, False),
        ({"subject": "other", "sid": ""}, False),
        ({"subject": "s", "sid": "", "issued_at": timedelta(seconds=0)}, True),
        ({"subject": "s", "sid": "", "issued_at": timedelta(seconds=-1)}, False),
        ({"subject": "s", "sid": "", "at": timedelta(seconds=-10)}, True),
        ({"subject": "s", "sid": "", "at": timedelta(seconds=-11)}, False),
    ],
)
def test_a_provider_that_said_they_signed_out_is_believed(
    noon: datetime, said: dict[str, Any], signed_out: bool
) -> None:
    provider, other = a_provider(), a_provider("other")
    moments = {name: noon + said.get(name, timedelta()) for name in ("issued_at", "at")}
    LogoutToken.objects.create(provider=provider, jti="1", **{**said, **moments})

    def asked(of: Provider, sid: str = "one") -> bool:
        about = {"subject": "s", "sid": sid, "asked_at": noon - timedelta(seconds=10), "issued_at": noon}
        return queries.signed_out_since(of, **about)

    assert asked(provider) is signed_out
    assert not asked(other)
    if said["sid"]:
        assert asked(provider, sid="") is (said["subject"] == "s")


@pytest.mark.django_db
def test_sessions_are_listed_last_used_first() -> None:
    someone, other = stories.person(), stories.person()
    for who in (someone, someone, someone, other):
        stories.client_for(who)
    first, second, third = queries.sessions_of(someone)
    PersonSession.objects.filter(pk=third.pk).update(seen_at=clock.now() + timedelta(seconds=9))
    PersonSession.objects.filter(pk=second.pk).update(seen_at=clock.now() + timedelta(seconds=5))
    PersonSession.objects.filter(pk=first.pk).update(ended_at=clock.now(), ended_because="by_person")
    assert list(queries.sessions_of(someone)) == [third, second]
    assert set(queries.all_sessions_of(someone)) == {first, second, third}
