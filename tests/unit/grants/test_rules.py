"""Who ends, suspends and resumes access, and who stops and resumes all downloads, at every limit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.grants import rules
from apps.grants.models import DownloadStop, Restore
from apps.people.models import Person
from tests import stories


def refusal(check: Callable[..., object], *args: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args)
    except DomainError as refused:
        return type(refused)
    return None


def test_what_is_stopped_suspended_or_revoked_has_a_reason() -> None:
    for check in (rules.check_says_why, rules.check_stop_says_why):
        assert refusal(check, "An incident.") is None
        with pytest.raises(Invalid) as refused:
            check(" ")
        assert set(refused.value.fields) == {"reason"}


@pytest.mark.django_db
def test_a_stop_is_proposed_once_and_confirmed_by_somebody_else() -> None:
    first, second, emergency = Person(name="A"), Person(name="B"), Person(is_break_glass=True)
    fresh, proposed = DownloadStop(started_by=first), DownloadStop(started_by=first, resume_proposed_by=first)
    ended = DownloadStop(started_by=first, resume_proposed_by=first, ends_at=datetime(2026, 9, 1, tzinfo=UTC))
    assert refusal(rules.check_not_stopped, None) is None
    assert refusal(rules.check_not_stopped, fresh) is WrongState
    with pytest.raises(WrongState, match="A stopped them"):
        rules.check_not_stopped(fresh)
    with pytest.raises(WrongState, match="restored from a backup"):
        rules.check_not_stopped(DownloadStop(started_by=None))
    assert refusal(rules.check_not_proposed, fresh) is None
    assert refusal(rules.check_not_proposed, proposed) is WrongState
    assert refusal(rules.check_can_propose_resume, first, fresh) is None
    assert refusal(rules.check_can_propose_resume, first, ended) is WrongState
    assert refusal(rules.check_can_propose_resume, emergency, fresh) is Denied
    for by, stop, refused in (
        (second, proposed, None),
        (first, proposed, Denied),
        (second, fresh, WrongState),
        (second, ended, WrongState),
        (emergency, proposed, Denied),
    ):
        assert refusal(rules.check_two_people, by, stop) is refused


@pytest.mark.django_db
def test_a_manager_or_the_holder_ends_access_that_is_not_revoked() -> None:
    access = stories.granted()
    grant, owner, holder = access.grant, access.owner, access.holder
    for by, refused in ((owner, None), (holder, None), (stories.person(), Denied), (stories.operator(), Denied)):
        assert refusal(rules.check_can_end, by, grant) is refused
    for by in (owner, holder):
        by.is_active = False
        assert refusal(rules.check_can_end, by, grant) is Denied
        by.is_active = True
    grant.revoked_at = clock.now()
    assert refusal(rules.check_can_end, owner, grant) is WrongState


@pytest.mark.django_db
def test_a_manager_suspends_what_has_not_ended_and_resumes_it_for_others() -> None:
    access = stories.granted()
    grant, owner, holder = access.grant, access.owner, access.holder
    for check in (rules.check_can_pause, rules.check_can_resume):
        assert refusal(check, owner, grant) is None
        assert refusal(check, holder, grant) is Denied
        owner.is_active = False
        assert refusal(check, owner, grant) is Denied
        owner.is_active = True
    grant.holder = owner
    assert refusal(rules.check_can_pause, owner, grant) is None
    assert refusal(rules.check_can_resume, owner, grant) is Denied
    grant.holder = holder
    with clock.freeze(grant.ends_at - timedelta(microseconds=1)):
        assert refusal(rules.check_can_resume, owner, grant) is None
    with clock.freeze(grant.ends_at):
        assert refusal(rules.check_can_resume, owner, grant) is WrongState
    grant.revoked_at = clock.now()
    assert refusal(rules.check_can_pause, owner, grant) is WrongState


@pytest.mark.django_db
def test_all_access_of_somebody_else_is_ended_if_there_is_any() -> None:
    access = stories.granted()
    by, other_account = stories.person(), stories.person()
    Person.objects.filter(pk=other_account.pk).update(merged_into=by)
    assert refusal(rules.check_can_end_all, by, access.holder, [access.grant]) is None
    assert refusal(rules.check_can_end_all, by, access.holder, []) is WrongState
    assert refusal(rules.check_can_end_all, by, by, [access.grant]) is Denied
    assert refusal(rules.check_can_end_all, by, other_account, [access.grant]) is Denied
    by.is_active = False
    assert refusal(rules.check_can_end_all, by, access.holder, [access.grant]) is Denied


@pytest.mark.django_db
def test_downloads_resume_after_a_restore_only_if_every_event_since_was_judged() -> None:
    first, second = stories.person(), stories.person()
    stop = DownloadStop.objects.create(started_by=first, reason="A restore.", resume_proposed_by=first)
    facts = {"stop": stop, "backup": "b", "taken_at": clock.now(), "log_end": 1}
    known = Restore.objects.create(**facts)
    assert refusal(rules.check_can_propose_resume, second, stop) is None
    assert refusal(rules.check_two_people, second, stop) is None
    Restore.objects.create(**facts, unknown_kinds=["grant.new", "grant.other"])
    for check in (rules.check_restore_is_understood, lambda one: rules.check_can_propose_resume(second, one)):
        with pytest.raises(WrongState) as refused:
            check(stop)
        assert "grant.new, grant.other" in str(refused.value)
    assert known.unknown_kinds == []
