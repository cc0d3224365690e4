"""Who accepts a dataset for a committee, how long an embargo must last, and what is missing for publication."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from apps.committees.models import CommitteeMember
from apps.core import clock, roles
from apps.core.actors import CONSOLE
from apps.core.errors import Denied, DomainError, Invalid
from apps.datasets import rules
from apps.datasets.models import Dataset, Version
from apps.people.commands.people import give_platform_role
from apps.people.models import Person
from tests.factories import rows
from tests.unit.datasets.test_queries import dataset, proposal, version

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refusal(check: Callable[..., object], *args: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args)
    except DomainError as refused:
        return type(refused)
    return None


def operator(**how: Any) -> Person:
    someone = rows.person(**how)
    give_platform_role(someone, kind="operator", days=30, by=CONSOLE)
    return someone


def test_the_chair_accepts_a_dataset_or_an_operator_where_there_is_no_chair() -> None:
    with_chair, without = rows.committee(), rows.committee()
    chair, member, someone = rows.person(), rows.person(), operator()
    CommitteeMember.objects.create(committee=with_chair, person=chair, is_chair=True)
    CommitteeMember.objects.create(committee=without, person=member)
    chaired, unchaired = proposal(dataset(), with_chair), proposal(dataset(), without)
    answers = {
        (who, one): refusal(rules.check_can_answer_proposal, who, one)
        for who in (chair, member, someone, rows.person())
        for one in (chaired, unchaired)
    }
    assert {key for key, refused in answers.items() if refused is None} == {(chair, chaired), (someone, unchaired)}
    assert {refused for refused in answers.values() if refused is not None} == {Denied}
    roles.assign(someone, Dataset.STEWARD, unchaired.dataset)
    assert refusal(rules.check_can_answer_proposal, someone, unchaired) is Denied
    roles.assign(chair, Dataset.OWNER, chaired.dataset)
    assert refusal(rules.check_can_answer_proposal, chair, chaired) is None


def test_an_operator_who_chairs_one_committee_is_no_chair_of_another() -> None:
    both, own, other = operator(), rows.committee(), rows.committee()
    CommitteeMember.objects.create(committee=own, person=both, is_chair=True)
    CommitteeMember.objects.create(committee=other, person=rows.person(), is_chair=True)
    assert refusal(rules.check_can_answer_proposal, both, proposal(dataset(), own)) is None
    assert refusal(rules.check_can_answer_proposal, both, proposal(dataset(), other)) is Denied
    managed = proposal(dataset(), rows.committee())
    roles.assign(both, Dataset.OWNER, managed.dataset)
    assert refusal(rules.check_can_answer_proposal, both, managed) is Denied


def test_an_emergency_account_answers_no_proposal() -> None:
    emergency = operator()
    waiting = proposal(dataset(), rows.committee())
    assert refusal(rules.check_can_answer_proposal, emergency, waiting) is None
    Person.objects.filter(pk=emergency.pk).update(is_break_glass=True)
    emergency.refresh_from_db()
    assert refusal(rules.check_can_answer_proposal, emergency, waiting) is Denied


def test_an_embargo_ends_no_earlier_than_that_of_the_same_files() -> None:
    one, now = dataset(), clock.now()
    earlier = version(one, 1, keys=["secret"], embargo_until=now + 9 * DAY)
    draft = version(one, 1, keys=["secret"], state="draft")
    ends = {days: now + days * DAY for days in (1, 9, 10)}
    assert refusal(rules.check_embargo, draft, ends[9]) is None
    assert refusal(rules.check_embargo, draft, ends[10]) is None
    for until in (None, ends[1], ends[9] - timedelta(microseconds=1)):
        with pytest.raises(Invalid) as refused:
            rules.check_embargo(draft, until)
        assert set(refused.value.fields) == {"embargo_until"}
        assert f" {earlier.number}," in str(refused.value)
        assert str(ends[9].year) in str(refused.value)
        assert "%(" not in str(refused.value)


def test_without_files_under_an_embargo_any_day_to_come_is_possible() -> None:
    one, now = dataset(), clock.now()
    version(one, 1, keys=["public"])
    draft = version(one, 1, keys=["public"], state="draft")
    with clock.freeze(now):
        assert refusal(rules.check_embargo, draft, None) is None
        assert refusal(rules.check_embargo, draft, now + timedelta(microseconds=1)) is None
        assert refusal(rules.check_embargo, draft, now) is Invalid


def missing(of: Version) -> set[str]:
    return set(rules.missing_for_publication(Version.objects.get(pk=of.pk)))


def test_a_controlled_dataset_names_what_is_missing_of_its_committee() -> None:
    """No committee, one that has not answered, one without members: three sentences, and none with a member."""
    one, to = dataset(summary="Summary.", description="Description."), rows.committee()
    draft = version(one, 1, state="draft")
    draft.distributions.update(sha256="0" * 64, checked_at=clock.now())
    no_members = missing(draft)
    CommitteeMember.objects.create(committee=one.committee, person=rows.person())
    assert missing(draft) == set()
    waiting = proposal(one, to)
    assert missing(draft) == set(), "another committee may be asked; this one decides until then"
    Dataset.objects.filter(pk=one.pk).update(committee=None)
    not_answered = missing(draft)
    type(waiting).objects.filter(pk=waiting.pk).update(
        outcome="withdrawn", answered_by=waiting.proposed_by, answered_at=clock.now()
    )
    none_chosen = missing(draft)
    assert [len(each) for each in (no_members, not_answered, none_chosen)] == [1, 1, 1]
    assert len(no_members | not_answered | none_chosen) == 3
    assert "accepts" in not_answered.pop()
    Dataset.objects.filter(pk=one.pk).update(access="open")
    assert missing(draft) == set()
