"""Who may describe, publish and withdraw datasets, and what names and sizes of files must meet, at every limit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.committees.models import Committee
from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.datasets import commands, rules
from apps.datasets.conditions import Use
from apps.datasets.models import CommitteeProposal, Dataset, Version
from apps.people.models import Person
from tests import stories


def refusal(check: Callable[..., object], *args: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args)
    except DomainError as refused:
        return type(refused)
    return None


def wrong(check: Callable[..., object], *args: Any) -> set[str]:
    """The fields that the check refuses; none if it passes."""
    try:
        check(*args)
    except Invalid as refused:
        return set(refused.fields)
    return set()


# ------------------------------------------------------------------------------------------------------- files
@pytest.mark.parametrize(
    ("name", "stored"),
    [
        (" a.csv ", "a.csv"),
        ("A\u030a.csv", "Å.csv"),
        ("é" * 127 + "x", "é" * 127 + "x"),
        ("COM0.txt", "COM0.txt"),
        ("console.txt", "console.txt"),
        ("é" * 128, None),
        ("", None),
        (".", None),
        ("..", None),
        ("a\u202eb.csv", None),
        ("a/b", None),
        ("a|b", None),
        ("a.", None),
        ("con", None),
        ("CON .tar.gz", None),
        ("com1.txt", None),
        ("LPT9", None),
    ],
)
def test_a_file_name_is_one_that_every_computer_can_store(name: str, stored: str | None) -> None:
    if stored is None:
        assert wrong(rules.check_file_name, name) == {"file"}
    else:
        assert rules.check_file_name(name) == stored


def test_a_file_has_bytes_as_many_as_declared_within_the_limit(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    for size, declared in ((1, None), (10, None), (3, 3)):
        assert wrong(rules.check_size, size, declared) == set()
    for size, declared in ((0, None), (-1, None), (11, None), (3, 4)):
        assert wrong(rules.check_size, size, declared) == {"file"}


def test_reasons_states_and_institutions() -> None:
    for check in (rules.check_decline_reason, rules.check_role_reason, rules.check_withdrawal_reason):
        assert wrong(check, "Consent was withdrawn.") == set()
        assert wrong(check, " ") == {"reason"}
    assert refusal(rules.check_draft, Version(state="draft")) is None
    assert refusal(rules.check_draft, Version(state="published")) is WrongState
    for outcome in CommitteeProposal.Outcome:
        closed = None if outcome == CommitteeProposal.Outcome.AWAITING else WrongState
        assert refusal(rules.check_proposal_open, CommitteeProposal(outcome=outcome)) is closed
    here, there = Person().pk, Person().pk
    for of_committee, of_dataset, needed in ((here, here, False), (here, there, True), (None, None, True)):
        committee, dataset = Committee(institution_id=of_committee), Dataset(institution_id=of_dataset)
        assert rules.needs_acceptance(dataset, committee) is needed


# ------------------------------------------------------------------------------------------------------- people
@pytest.mark.django_db
def test_an_active_owner_or_steward_manages_and_an_owner_discards() -> None:
    world, steward = stories.drafted_dataset(), stories.person()
    dataset, owner = world.dataset, world.owner
    commands.give_role(dataset, person=steward, role=Dataset.STEWARD, by=owner)
    for check, by, refused in (
        (rules.check_can_manage, owner, None),
        (rules.check_can_manage, steward, None),
        (rules.check_can_manage, stories.person(), Denied),
        (rules.check_is_owner, owner, None),
        (rules.check_is_owner, steward, Denied),
        (rules.check_can_discard, owner, None),
        (rules.check_can_discard, steward, Denied),
    ):
        assert refusal(check, by, dataset) is refused
    for name, value in (("is_active", False), ("is_break_glass", True)):
        by = Person.objects.get(pk=owner.pk)
        setattr(by, name, value)
        for check in (rules.check_can_manage, rules.check_is_owner):
            assert refusal(check, by, dataset) is Denied
    published = stories.published_dataset()
    assert refusal(rules.check_can_discard, published.owner, published.dataset) is WrongState
    assert refusal(rules.check_can_discard, owner, dataset) is None, "versions of another dataset do not matter"


@pytest.mark.django_db
def test_a_dataset_keeps_an_active_owner() -> None:
    world, second, closed = stories.drafted_dataset(), stories.person(), stories.person()
    dataset, owner = world.dataset, world.owner
    assert refusal(rules.check_can_lose_role, dataset, owner, Dataset.OWNER) is Invalid
    assert refusal(rules.check_can_lose_role, dataset, owner, Dataset.STEWARD) is None
    commands.give_role(dataset, person=closed, role=Dataset.OWNER, by=owner)
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    assert refusal(rules.check_can_lose_role, dataset, owner, Dataset.OWNER) is Invalid
    commands.give_role(dataset, person=second, role=Dataset.OWNER, by=owner)
    assert refusal(rules.check_can_lose_role, dataset, owner, Dataset.OWNER) is None


@pytest.mark.django_db
def test_an_owner_is_appointed_by_an_official_or_an_operator_where_there_is_none() -> None:
    world, operator = stories.drafted_dataset(), stories.operator()
    dataset, owner = world.dataset, world.owner
    assert owner.institution is not None
    official, elsewhere = stories.signing_official(owner.institution), stories.signing_official(stories.institution())
    assert refusal(rules.check_can_name_owner, operator, dataset) is WrongState
    Person.objects.filter(pk=owner.pk).update(is_active=False)
    for by, refused in ((operator, None), (official, None), (elsewhere, Denied), (stories.person(), Denied)):
        assert refusal(rules.check_can_name_owner, by, dataset) is refused
    for name, value in (("is_active", False), ("is_break_glass", True)):
        by = Person.objects.get(pk=operator.pk)
        setattr(by, name, value)
        assert refusal(rules.check_can_name_owner, by, dataset) is Denied
    someone, other_account = stories.person(), stories.person()
    Person.objects.filter(pk=other_account.pk).update(merged_into=operator)
    assert refusal(rules.check_can_become_owner, operator, someone) is None
    assert refusal(rules.check_can_become_owner, operator, operator) is Denied
    assert refusal(rules.check_can_become_owner, operator, other_account) is Denied
    for change, refused in (
        ({"is_break_glass": True}, Denied),
        ({"is_active": False}, Invalid),
        ({"institution_id": None}, Invalid),
    ):
        person = Person.objects.get(pk=someone.pk)
        for name, value in change.items():
            setattr(person, name, value)
        assert refusal(rules.check_can_become_owner, operator, person) is refused


def test_an_active_person_of_an_institution_drafts() -> None:
    home = Person().pk
    assert refusal(rules.check_can_draft, Person(institution_id=home)) is None
    for change in ({"institution_id": None}, {"is_active": False}, {"is_break_glass": True}):
        assert refusal(rules.check_can_draft, Person(**{"institution_id": home, **change})) is Denied


# ---------------------------------------------------------------------------------------- description and publishing
@pytest.mark.django_db
def test_a_published_dataset_keeps_its_access_level_and_committee() -> None:
    draft, published = stories.drafted_dataset().dataset, stories.published_dataset().dataset
    opened = stories.published_dataset(access="open").dataset
    committee = stories.committee_setup().committee
    for dataset, changes, fields in (
        (draft, {"access": "open"}, set()),
        (draft, {"committee": None}, set()),
        (published, {"access": "open"}, {"access"}),
        (published, {"access": "controlled"}, set()),
        (published, {"committee": None}, {"committee"}),
        (published, {"committee": committee}, set()),
        (published, {"title": "New"}, set()),
        (draft, {"conditions": [Use("DUO:0000021")]}, set()),
        (draft, {"conditions": [Use("DUO:0000000")]}, {"conditions"}),
        (opened, {"committee": None}, set()),
        (opened, {"requires_second_factor": True}, {"requires_second_factor"}),
        (published, {"requires_second_factor": True}, set()),
        (draft, {"requires_second_factor": True, "access": "open"}, {"requires_second_factor"}),
    ):
        assert wrong(rules.check_description, dataset, changes) == fields, changes


@pytest.mark.django_db
def test_a_description_changed_meanwhile_is_not_overwritten() -> None:
    dataset = stories.drafted_dataset().dataset
    seen = rules.description_digest(dataset)
    assert len(seen) == 32
    assert refusal(rules.check_seen, dataset, seen) is None
    assert refusal(rules.check_seen, dataset, "") is None
    dataset.summary = "Another summary."
    assert refusal(rules.check_seen, dataset, seen) is WrongState
    assert refusal(rules.check_seen, dataset, "") is None
    assert rules.description_of(dataset)["committee"] == dataset.committee_id
    assert set(rules.description_of(dataset)) == set(rules.DESCRIBED)


@pytest.mark.django_db
def test_an_embargo_ends_in_the_future(frozen: Callable[[datetime], datetime]) -> None:
    version = stories.drafted_dataset().version
    noon = frozen(clock.now())
    for until, fields in (
        (None, set()),
        (noon + timedelta(microseconds=1), set()),
        (noon, {"embargo_until"}),
        (noon - timedelta(days=1), {"embargo_until"}),
    ):
        assert wrong(rules.check_embargo, version, until) == fields


@pytest.mark.django_db
def test_what_is_missing_is_counted_part_by_part(settings: Any) -> None:
    world = stories.drafted_dataset()
    version = Version.objects.get(pk=world.version.pk)
    assert rules.missing_for_publication(version) == []
    settings.MAX_FILES_PER_VERSION = version.distributions.count() + 1
    assert wrong(rules.check_number_of_files, version) == set()
    settings.MAX_FILES_PER_VERSION -= 1
    assert wrong(rules.check_number_of_files, version) == {"file"}
    for summary, description, missing in (("", "Text", 1), ("Text", " ", 1), ("Text", "Text", 0)):
        version.dataset.summary, version.dataset.description = summary, description
        assert len(rules.missing_for_publication(version)) == missing
    version.distributions.update(sha256="", checked_at=None)
    assert len(rules.missing_for_publication(version)) == 1
    version.dataset.committee = stories.committee_setup(members=0).committee
    version.dataset.committee.members.update(ends_at=clock.now())
    assert len(rules.missing_for_publication(version)) == 2, "files are checked, and the committee has no members"
    version.dataset.committee = None
    assert len(rules.missing_for_publication(version)) == 2
    version.dataset.access = Dataset.Access.OPEN
    assert len(rules.missing_for_publication(version)) == 1


@pytest.mark.django_db
def test_a_draft_with_everything_in_it_is_published_by_a_manager() -> None:
    world, published = stories.drafted_dataset(), stories.published_dataset()
    version = Version.objects.get(pk=world.version.pk)
    assert refusal(rules.check_can_publish, world.owner, version) is None
    assert refusal(rules.check_can_publish, stories.person(), version) is Denied
    assert refusal(rules.check_can_publish, published.owner, published.version) is WrongState
    version.dataset.summary = ""
    with pytest.raises(Invalid) as refused:
        rules.check_can_publish(world.owner, version)
    assert str(refused.value) == rules.missing_for_publication(version)[0]
    version.distributions.all().delete()
    assert len(rules.missing_for_publication(version)) == 2
    with pytest.raises(Invalid) as refused:
        rules.check_can_publish(world.owner, version)
    assert str(refused.value) == rules.missing_for_publication(version)[0]
