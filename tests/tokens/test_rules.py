"""What a token, a service account and a waiting program must be, at every limit; and the sets of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.errors import Denied, DomainError, Gone, Invalid, NeedsSignIn, TooOften, Unavailable, WrongState
from apps.people.models import Person
from apps.tokens import queries, rules
from apps.tokens.models import DeviceRequest, PersonalToken, ServiceAccount
from tests import stories


def refusal(check: Callable[..., object], *args: Any, **facts: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args, **facts)
    except DomainError as refused:
        return type(refused)
    return None


def wrong(check: Callable[..., object], **facts: Any) -> set[str]:
    """The fields that the check refuses; none if it passes."""
    try:
        check(**facts)
    except Invalid as refused:
        return set(refused.fields)
    return set()


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, set()),
        ({"days": 1}, set()),
        ({"days": 365, "scopes": ["read", "download"]}, set()),
        ({"days": 0}, {"days"}),
        ({"days": 366}, {"days"}),
        ({"scopes": []}, {"scopes"}),
        ({"scopes": ["read", "everything"]}, {"scopes"}),
        ({"name": " ", "days": 0, "scopes": []}, {"name", "days", "scopes"}),
    ],
)
def test_a_token_has_a_name_known_scopes_and_an_end_within_a_year(change: dict[str, Any], fields: set[str]) -> None:
    assert wrong(rules.check_token, **{"name": "script", "scopes": ["read"], "days": 30, **change}) == fields


def test_a_token_that_votes_lasts_a_day_and_needs_a_fresh_sign_in() -> None:
    """T29."""
    fresh = stories.fresh_sign_in()
    stale = replace(fresh, auth_time=clock.now() - timedelta(minutes=11))
    vote: dict[str, Any] = {"scopes": ["vote"], "days": 1, "signed_in": fresh}
    assert rules.check_can_vote_with_token(**vote)
    assert not rules.check_can_vote_with_token(scopes=["read"], days=365, signed_in=None)
    assert wrong(rules.check_can_vote_with_token, **vote | {"days": 2}) == {"days"}
    assert refusal(rules.check_can_vote_with_token, **vote | {"signed_in": None}) is Denied
    assert refusal(rules.check_can_vote_with_token, **vote | {"signed_in": stale}) is NeedsSignIn


def test_only_a_person_votes() -> None:
    assert wrong(rules.check_acts_for_a_person, scopes=["read", "vote"]) == {"scopes"}
    assert wrong(rules.check_acts_for_a_person, scopes=["read", "review"]) == set()
    assert refusal(rules.check_device_scopes, ["review", "vote"]) is Invalid
    assert refusal(rules.check_device_scopes, ["review"]) is None
    kept = stories.fresh_sign_in()
    kinds = PersonalToken.Kind
    assert rules.check_votes_now(PersonalToken(kind=kinds.PERSONAL, sign_in=kept.as_json())) == kept
    for kind, facts in ((kinds.SERVICE, kept.as_json()), (kinds.DEVICE, kept.as_json()), (kinds.PERSONAL, None)):
        assert refusal(rules.check_votes_now, PersonalToken(kind=kind, sign_in=facts)) is Denied


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, set()),
        ({"purpose": "0123456789", "days": 1}, set()),
        ({"purpose": "012345678"}, {"purpose"}),
        ({"days": 365}, set()),
        ({"days": 366}, {"days"}),
        ({"name": "", "purpose": "", "days": 0}, {"name", "purpose", "days"}),
    ],
)
def test_a_service_account_has_a_name_a_purpose_and_an_end(change: dict[str, Any], fields: set[str]) -> None:
    said = {"name": "nightly", "purpose": "A nightly pipeline.", "days": 30, **change}
    assert wrong(rules.check_service, **said) == fields


def test_a_program_asks_for_scopes_that_exist() -> None:
    assert refusal(rules.check_device_scopes, ["read", "download"]) is None
    for scopes in ([], ["everything"], ["read", "everything"]):
        assert refusal(rules.check_device_scopes, scopes) is Invalid


def test_only_whoever_owns_them_uses_tokens_and_service_accounts(noon: datetime) -> None:
    someone, other, later = Person(), Person(), noon + timedelta(days=1)
    assert refusal(rules.check_own_token, someone, PersonalToken(person=someone)) is None
    assert refusal(rules.check_own_token, other, PersonalToken(person=someone)) is Denied
    assert refusal(rules.check_own_service, someone, ServiceAccount(owner=someone)) is None
    assert refusal(rules.check_own_service, other, ServiceAccount(owner=someone)) is Denied
    assert refusal(rules.check_service_alive, ServiceAccount(ends_at=later)) is None
    assert refusal(rules.check_service_alive, ServiceAccount(ends_at=noon)) is WrongState
    assert refusal(rules.check_service_alive, ServiceAccount(ends_at=later, ended_at=noon)) is WrongState
    assert refusal(rules.check_token_within, ServiceAccount(ends_at=later), later) is None
    with pytest.raises(Invalid) as refused:
        rules.check_token_within(ServiceAccount(ends_at=noon), later)
    assert set(refused.value.fields) == {"days"}
    assert rules.token_end(3) == noon + timedelta(days=3)


def test_a_device_request_is_answered_once_by_whoever_entered_its_code(noon: datetime) -> None:
    someone, later = Person(), noon + timedelta(minutes=1)
    for facts, refused in (
        ({"expires_at": later}, None),
        ({"expires_at": noon}, Gone),
        ({"expires_at": later, "approved_at": noon}, WrongState),
        ({"expires_at": later, "refused_at": noon}, WrongState),
        ({"expires_at": later, "person": Person()}, Denied),
    ):
        asked = DeviceRequest(**{"person": someone, **facts})
        assert refusal(rules.check_can_answer, someone, asked) is refused, facts


@pytest.mark.django_db
def test_five_wrong_codes_in_ten_minutes_are_enough(frozen: Callable[[datetime], datetime]) -> None:
    someone, other, moment = stories.person(), stories.person(), clock.now()
    for _ in range(4):
        record(Kind.DEVICE_CODE_WRONG, actor=someone, subject=someone)
    record(Kind.DEVICE_CODE_WRONG, actor=other, subject=other)
    assert queries.wrong_codes_of(someone, since=moment - timedelta(minutes=1)) == 4
    assert refusal(rules.check_guesses, someone) is None
    record(Kind.DEVICE_CODE_WRONG, actor=someone, subject=someone)
    with pytest.raises(TooOften) as refused:
        rules.check_guesses(someone)
    assert refused.value.headers == {"Retry-After": "600"}
    frozen(moment + timedelta(minutes=11))
    assert refusal(rules.check_guesses, someone) is None


def waits(number: int, **facts: Any) -> DeviceRequest:
    """A program that waits for its answer."""
    said = {
        "client_id": "client", "device_digest": f"{number:064}", "user_digest": f"{number:064}", "scopes": ["read"],
        "asked_at": clock.now(), "expires_at": clock.now() + timedelta(minutes=5), **facts,
    }  # fmt: skip
    return DeviceRequest.objects.create(**said)


@pytest.mark.django_db
def test_few_programs_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_FROM_ONE_PLACE", 2)
    monkeypatch.setattr(rules, "MOST_WAITING", 4)
    waits(1, asked_from="192.0.2.1")
    waits(2)
    assert refusal(rules.check_room_for_device, "192.0.2.1") is None
    waits(3, asked_from="192.0.2.1")
    assert refusal(rules.check_room_for_device, "192.0.2.1") is TooOften
    assert refusal(rules.check_room_for_device, "192.0.2.2") is None
    assert refusal(rules.check_room_for_device, "") is None
    waits(4, asked_from="192.0.2.3")
    assert refusal(rules.check_room_for_device, "192.0.2.2") is Unavailable
    DeviceRequest.objects.filter(user_digest=f"{4:064}").update(expires_at=clock.now())
    assert refusal(rules.check_room_for_device, "192.0.2.2") is None


# -------------------------------------------------------------------------------------------------------------- sets
@pytest.mark.django_db
def test_tokens_and_service_accounts_are_listed_newest_first_for_their_owner() -> None:
    someone, other = stories.person(), stories.person()
    for who in (someone, someone, other):
        stories.token(who, "read")
        ServiceAccount.objects.create(
            owner=who, name="p", purpose="A nightly pipeline.", ends_at=clock.now() + timedelta(days=9)
        )
    tokens, accounts = list(queries.tokens_of(someone)), list(queries.service_accounts_of(someone))
    oldest = tokens[0]
    PersonalToken.objects.filter(pk=oldest.pk).update(created_at=clock.now() - timedelta(days=2))
    ServiceAccount.objects.filter(pk=accounts[0].pk).update(made_at=clock.now() - timedelta(days=2))
    assert list(queries.tokens_of(someone)) == [tokens[1], oldest]
    assert list(queries.service_accounts_of(someone)) == [accounts[1], accounts[0]]


@pytest.mark.django_db
def test_what_a_person_made_acts_while_the_account_is_open_and_signed_in_at_home() -> None:
    someone = stories.person()
    assert queries.may_act(someone)
    for change in ({"is_active": False}, {"is_active": True, "signed_out_at": clock.now()}):
        Person.objects.filter(pk=someone.pk).update(**change)
        assert not queries.may_act(someone)


@pytest.mark.django_db
def test_a_code_that_waits_is_found_however_it_is_typed_and_given_to_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    someone = stories.person()
    waits(1, user_digest=queries.user_digest("BCDF-GHJK"))
    gone = waits(2, user_digest=queries.user_digest("MNPQ-RSTV"), expires_at=clock.now())
    theirs = waits(3, person=someone)
    assert queries.device_by_code("bcdf-ghjk").exists()
    assert not queries.device_by_code("mnpqrstv").exists()
    assert list(queries.devices_of(someone)) == [theirs]
    assert gone not in queries.devices_waiting()
    codes = iter(["BCDF-GHJK", "WXZB-CDFG"])
    monkeypatch.setattr(queries, "new_user_code", lambda: next(codes))
    assert queries.free_user_code() == "WXZB-CDFG"


@pytest.mark.django_db
def test_a_program_is_known_by_any_secret_it_ever_had_and_by_its_own_client() -> None:
    someone, now = stories.person(), clock.now()
    said = {"person": someone, "name": "p", "hint": "h", "scopes": ["read"], "expires_at": now + timedelta(hours=1)}
    device = {
        **said, "kind": PersonalToken.Kind.DEVICE, "client_id": "cli",
        "refresh_expires_at": now + timedelta(days=9), "ends_at": now + timedelta(days=9),
    }  # fmt: skip
    mine = PersonalToken.objects.create(
        digest=queries.digest("access"), refresh_digest=queries.digest("refresh"), **device
    )
    PersonalToken.objects.create(digest=queries.digest("a2"), refresh_digest=queries.digest("r2"), **device)
    PersonalToken.objects.create(digest=queries.digest("personal"), **said)
    mine.spent.create(digest=queries.digest("used"), used_at=now)
    for secret in ("access", "refresh", "used"):
        assert list(queries.program_token(secret, "cli")) == [mine], secret
        assert not queries.program_token(secret, "another").exists()
    assert not queries.program_token("personal", "").exists()
    assert not queries.program_token("unknown", "cli").exists()
    found = queries.token_for("a2")
    assert found is not None and found.digest == queries.digest("a2")
    assert queries.token_for("refresh") is None
