"""Drafts are discarded; a new version starts with the files of the last one; committees accept datasets."""

from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, Membership
from apps.audit.models import Event
from apps.committees.models import CommitteeMember
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.storage import private_storage
from apps.datasets import commands, queries
from apps.datasets.models import CommitteeProposal, Dataset, Distribution, Version
from apps.notifications.models import Notification
from apps.people.commands.people import give_platform_role
from apps.people.models import Person
from portal.orphans import delete_orphans
from tests import stories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    """Nobody else's files."""
    kept = settings.STORAGES["private"]
    settings.STORAGES = {**settings.STORAGES, "private": {**kept, "OPTIONS": {"location": str(tmp_path)}}}


def drafted() -> stories.PublishedDataset:
    """A draft whose bytes are in this test's own storage."""
    return stories.drafted_dataset(files={"a.csv": b"1\n", "b.csv": b"2\n"})


def published() -> stories.PublishedDataset:
    return stories.published(drafted())


def stored(keys: set[str]) -> set[str]:
    return {key for key in keys if private_storage().exists(key)}


def keys_of(version: Version) -> set[str]:
    return set(version.distributions.values_list("storage_key", flat=True))


# --------------------------------------------------------------------------------------------------- discarding
def test_a_dataset_that_was_never_published_is_discarded_with_its_bytes(
    django_capture_on_commit_callbacks: Any,
) -> None:
    """Case 16: a dataset begun by mistake goes, with everything that names it; the event log keeps both events."""
    world = drafted()
    keys, pk = keys_of(world.version), world.dataset.pk
    assert stored(keys) == keys
    with django_capture_on_commit_callbacks(execute=True):
        commands.discard(world.dataset, by=world.owner)
    assert not Dataset.objects.filter(pk=pk).exists()
    assert not Version.objects.filter(dataset_id=pk).exists()
    assert stored(keys) == set()
    kinds = Event.objects.filter(subject_id=pk).values_list("kind", flat=True)
    assert {"dataset.drafted", "dataset.discarded"} <= set(kinds)


def test_a_dataset_with_a_proposal_and_a_removed_role_is_discarded_too() -> None:
    owner, helper = stories.person(), stories.person()
    dataset = commands.draft("Begun by mistake", by=owner)
    commands.describe(dataset, by=owner, committee=stories.committee_setup().committee)
    commands.give_role(dataset, person=helper, role=Dataset.STEWARD, by=owner)
    commands.remove_role(dataset, person=helper, role=Dataset.STEWARD, reason="Not needed.", by=owner)
    commands.discard(dataset, by=owner)
    stories.drain()
    assert not CommitteeProposal.objects.filter(dataset_id=dataset.pk).exists()


def test_what_was_published_is_never_discarded() -> None:
    """Control of the test above; also under an embargo and after withdrawal."""
    world = drafted()
    commands.publish(world.version, by=world.owner, embargo_until=clock.now() + timedelta(days=9))
    with pytest.raises(WrongState):
        commands.discard(world.dataset, by=world.owner)
    commands.withdraw(world.version, by=world.owner, reason="Consent was withdrawn.")
    with pytest.raises(WrongState):
        commands.discard(world.dataset, by=world.owner)
    with pytest.raises(WrongState):
        commands.discard_version(world.version, by=world.owner)


def test_only_an_owner_discards_a_dataset_and_a_steward_a_draft_version() -> None:
    world, steward = drafted(), stories.person()
    commands.give_role(world.dataset, person=steward, role=Dataset.STEWARD, by=world.owner)
    for by in (steward, stories.person()):
        with pytest.raises(Denied):
            commands.discard(world.dataset, by=by)
    commands.publish(world.version, by=world.owner)
    draft = commands.start_version(world.dataset, by=steward)
    with pytest.raises(Denied):
        commands.discard_version(draft, by=stories.person())
    commands.discard_version(draft, by=steward)
    assert not Version.objects.filter(pk=draft.pk).exists()


def test_a_draft_request_is_discarded_and_a_submitted_one_is_not() -> None:
    """Case 16: the draft of a request goes with its datasets and members."""
    case = stories.draft(members=[stories.person()])
    pk = case.request.pk
    with pytest.raises(Denied):
        requests.discard(case.request, by=case.members[0])
    requests.discard(case.request, by=case.applicant)
    assert not AccessRequest.objects.filter(pk=pk).exists()
    assert not Membership.objects.filter(request_id=pk).exists()
    for other in (stories.submitted(), stories.returned()):
        with pytest.raises(WrongState):
            requests.discard(other.request, by=other.applicant)


# ------------------------------------------------------------------------------------- the files of a new version
def test_a_new_version_starts_with_the_files_of_the_last_one_and_copies_no_bytes() -> None:
    """Case 16: the same names, sizes, checksums and stored objects; the new rows belong to the draft."""
    world = published()
    before = {path for path in Path(private_storage().location).rglob("*") if path.is_file()}
    draft = commands.start_version(world.dataset, by=world.owner)
    fields = ("name", "size", "sha256", "storage_key", "uploaded_at", "checked_at")
    old, new = (list(each.distributions.order_by("name").values_list(*fields)) for each in (world.version, draft))
    assert old == new
    assert not set(world.version.distributions.values_list("pk", flat=True)) & set(
        draft.distributions.values_list("pk", flat=True)
    )
    assert {path for path in Path(private_storage().location).rglob("*") if path.is_file()} == before
    commands.publish(draft, by=world.owner)


def test_shared_bytes_stay_until_no_version_names_them(django_capture_on_commit_callbacks: Any) -> None:
    """Removing, replacing, discarding, withdrawing and the sweep never take bytes that another version names."""
    world = published()
    keys = keys_of(world.version)
    with django_capture_on_commit_callbacks(execute=True):
        draft = commands.start_version(world.dataset, by=world.owner)
        commands.remove_file(draft.distributions.get(name="a.csv"), by=world.owner)
        commands.add_file(draft, name="b.csv", content=BytesIO(b"3\n"), size=2, replace=True, by=world.owner)
        own = keys_of(draft) - keys
        commands.discard_version(draft, by=world.owner)
    with clock.freeze(clock.now() + timedelta(days=2)):
        delete_orphans(older_than=timedelta(days=1))
    assert stored(keys) == keys
    assert len(own) == 1  # control: the bytes that only the draft named are gone
    assert stored(own) == set()
    commands.withdraw(world.version, by=world.owner, reason="A column was wrong.")
    assert stored(keys) == keys


def test_a_version_after_a_withdrawn_one_starts_with_the_last_files_that_were_not_withdrawn() -> None:
    world = published()
    second = commands.start_version(world.dataset, by=world.owner)
    stories.add_files(second, {"c.csv": b"3\n"}, by=world.owner)
    commands.publish(second, by=world.owner)
    commands.withdraw(second, by=world.owner, reason="c.csv held names.")
    third = commands.start_version(world.dataset, by=world.owner)
    assert set(third.distributions.values_list("name", flat=True)) == {"a.csv", "b.csv"}
    commands.discard_version(third, by=world.owner)
    commands.withdraw(world.version, by=world.owner, reason="All of it.")
    assert not commands.start_version(world.dataset, by=world.owner).distributions.exists()


def test_a_file_is_replaced_only_if_asked_and_a_version_has_a_limit_of_files(settings: Any) -> None:
    world = drafted()

    def upload(name: str, *, replace: bool = False) -> Distribution:
        return commands.add_file(
            world.version, name=name, content=BytesIO(b"9\n"), size=2, replace=replace, by=world.owner
        )

    with pytest.raises(Invalid):
        upload("A.csv")
    new = upload("A.csv", replace=True)
    assert set(world.version.distributions.values_list("name", flat=True)) == {"A.csv", "b.csv"}
    assert new.sha256 == ""
    settings.MAX_FILES_PER_VERSION = 2
    with pytest.raises(Invalid) as refused:
        upload("c.csv")
    assert refused.value.field == "file"


# -------------------------------------------------------------------------------------------------- the embargo
def states(dataset: Dataset) -> dict[int, str]:
    return dict(Version.objects.filter(dataset=dataset).values_list("number", "state"))


def test_a_version_under_an_embargo_supersedes_the_earlier_one_when_the_embargo_ends() -> None:
    world = published()
    second = commands.start_version(world.dataset, by=world.owner)
    until = clock.now() + timedelta(days=5)
    commands.publish(second, by=world.owner, embargo_until=until)
    assert commands.release_versions(by=SYSTEM) == 0
    assert states(world.dataset) == {1: "published", 2: "published"}
    assert queries.current_version(world.dataset) == world.version
    with clock.freeze(until):
        assert queries.current_version(world.dataset) == second  # also before the release
        assert commands.release_versions(by=SYSTEM) == 1
        assert commands.release_versions(by=SYSTEM) == 0
    assert states(world.dataset) == {1: "superseded", 2: "published"}
    assert Event.objects.filter(kind="version.released", subject_id=second.pk).count() == 1


def test_holders_are_notified_when_the_embargo_ends() -> None:
    access = stories.granted()
    world = access.published_dataset
    second = commands.start_version(world.dataset, by=world.owner)
    until = clock.now() + timedelta(days=5)
    commands.publish(second, by=world.owner, embargo_until=until)
    stories.drain()
    assert not Notification.objects.filter(kind="version.released").exists()
    with clock.freeze(until):
        commands.release_versions(by=SYSTEM)
        stories.drain()
    readers = Notification.objects.filter(kind="version.released").values_list("reader", flat=True)
    assert list(readers) == [access.holder.pk]


def test_a_version_published_meanwhile_supersedes_the_waiting_one() -> None:
    world = published()
    waiting = commands.start_version(world.dataset, by=world.owner)
    until = clock.now() + timedelta(days=5)
    commands.publish(waiting, by=world.owner, embargo_until=until)
    third = commands.start_version(world.dataset, by=world.owner)
    commands.publish(third, by=world.owner)
    assert states(world.dataset) == {1: "superseded", 2: "superseded", 3: "published"}
    with clock.freeze(until):
        assert commands.release_versions(by=SYSTEM) == 0
        assert queries.current_version(world.dataset) == third


# --------------------------------------------------------------------------------- who decides must have accepted
def proposed() -> tuple[Dataset, Person, stories.CommitteeSetup, CommitteeProposal]:
    owner, setup = stories.person(), stories.committee_setup()
    dataset = commands.draft("Proposed", by=owner)
    commands.describe(dataset, by=owner, summary="s", description="d", committee=setup.committee)
    proposal = queries.open_proposal(dataset)
    assert proposal is not None
    dataset.refresh_from_db()
    return dataset, owner, setup, proposal


def test_files_under_embargo_are_not_published_earlier_by_a_later_version() -> None:
    """A new version begins with the files of the last one, which may be under embargo."""
    world = published()
    until = clock.now() + timedelta(days=40)
    second = commands.start_version(world.dataset, by=world.owner)
    stories.add_files(second, {"later.csv": b"3\n"}, by=world.owner)
    commands.publish(second, by=world.owner, embargo_until=until)
    third = commands.start_version(world.dataset, by=world.owner)
    for too_early in (None, until - timedelta(days=1)):
        with pytest.raises(Invalid, match="version 2, which are under embargo") as refused:
            commands.publish(third, by=world.owner, embargo_until=too_early)
        assert refused.value.field == "embargo_until"
    commands.remove_file(third.distributions.get(name="later.csv"), by=world.owner)
    commands.publish(third, by=world.owner)
    assert not Distribution.objects.filter(version__in=Version.objects.available(), name="later.csv").exists()


def test_a_later_version_with_the_files_of_an_embargo_is_published_under_one_as_long() -> None:
    world = published()
    until = clock.now() + timedelta(days=40)
    second = commands.start_version(world.dataset, by=world.owner)
    stories.add_files(second, {"later.csv": b"3\n"}, by=world.owner)
    commands.publish(second, by=world.owner, embargo_until=until)
    third = commands.start_version(world.dataset, by=world.owner)
    commands.publish(third, by=world.owner, embargo_until=until)
    assert queries.current_version(world.dataset) == world.version


def test_a_committee_of_another_institution_decides_only_after_it_accepted() -> None:
    """Case 7: until then the dataset has no committee and cannot be published."""
    dataset, owner, setup, proposal = proposed()
    stories.add_files(dataset.versions.get(), {"a.csv": b"1"}, by=owner)
    assert dataset.committee is None
    with pytest.raises(Invalid):
        commands.publish(dataset.versions.get(), by=owner)
    for by in (owner, setup.members[0], stories.person(), stories.committee_setup().chair):
        with pytest.raises(Denied):
            commands.accept_dataset(proposal, by=by)
    assert commands.accept_dataset(proposal, by=setup.chair).committee == setup.committee
    with pytest.raises(WrongState):
        commands.decline_dataset(proposal, reason="Too late.", by=setup.chair)
    commands.publish(dataset.versions.get(), by=owner)


def test_the_chair_finds_the_proposal_on_the_page_of_the_committee_and_answers_it_there() -> None:
    dataset, _owner, setup, proposal = proposed()
    chair = stories.client_for(setup.chair)
    address = f"/review/datasets/{proposal.pk}/"
    assert address in chair.get(f"/committees/{setup.committee.slug}/manage/").content.decode()
    assert chair.get(address).status_code == 200
    assert chair.post(address, {"answer": "decline", "reason": ""}).status_code == 422
    assert chair.post(address, {"answer": "accept", "reason": ""}).status_code == 302
    dataset.refresh_from_db()
    assert dataset.committee == setup.committee
    assert address not in chair.get(f"/committees/{setup.committee.slug}/manage/").content.decode()


def test_a_committee_of_the_owners_institution_decides_at_once() -> None:
    setup = stories.committee_setup()
    owner = stories.person(at=setup.committee.institution)
    dataset = commands.draft("At home", by=owner)
    assert commands.describe(dataset, by=owner, committee=setup.committee).committee == setup.committee
    assert queries.open_proposal(dataset) is None


def test_a_declined_dataset_says_why_and_another_committee_can_be_chosen() -> None:
    dataset, owner, setup, proposal = proposed()
    with pytest.raises(Invalid) as refused:
        commands.decline_dataset(proposal, reason=" ", by=setup.chair)
    assert refused.value.field == "reason"
    commands.decline_dataset(proposal, reason="Not our field.", by=setup.chair)
    other = stories.committee_setup()
    commands.describe(dataset, by=owner, committee=other.committee)
    assert stories.accepted(dataset).committee == other.committee


def test_a_proposal_is_withdrawn_by_choosing_another_committee_or_by_a_button() -> None:
    dataset, owner, setup, first = proposed()
    commands.describe(dataset, by=owner, committee=setup.committee)  # the same again changes nothing
    assert queries.open_proposal(dataset) == first
    commands.describe(dataset, by=owner, committee=stories.committee_setup().committee)
    first.refresh_from_db()
    assert first.outcome == "withdrawn"
    second = queries.open_proposal(dataset)
    assert second is not None
    with pytest.raises(Denied):
        commands.withdraw_proposal(second, by=setup.chair)
    commands.withdraw_proposal(second, by=owner)
    assert queries.open_proposal(dataset) is None
    with pytest.raises(WrongState):
        commands.accept_dataset(first, by=setup.chair)


def test_an_operator_answers_for_a_committee_without_a_chair_and_is_the_one_who_is_notified() -> None:
    operator = stories.operator()
    dataset, _owner, setup, proposal = proposed()
    stories.drain()
    notices = Notification.objects.filter(kind="dataset.proposed")
    assert set(notices.values_list("reader", flat=True)) == {setup.chair.pk}
    assert proposal not in queries.proposals_to_answer(operator)
    empty = stories.committee_setup(members=0)
    CommitteeMember.objects.filter(committee=empty.committee).update(ends_at=clock.sql_now())
    commands.describe(dataset, by=_owner, committee=empty.committee)
    stories.drain()
    again = queries.open_proposal(dataset)
    assert again is not None
    assert operator.pk in set(notices.values_list("reader", flat=True))
    assert again in queries.proposals_to_answer(operator)
    assert commands.accept_dataset(again, by=operator).committee == empty.committee


def test_an_operator_does_not_accept_for_a_chair_and_never_their_own_dataset() -> None:
    """Case 7: otherwise an owner who is also an operator hands their dataset to any committee."""
    dataset, owner, setup, proposal = proposed()
    operator = stories.operator()
    address = f"/review/datasets/{proposal.pk}/"
    for command in (commands.accept_dataset, partial(commands.decline_dataset, reason="No.")):
        with pytest.raises(Denied):
            command(proposal, by=operator)
    assert stories.client_for(operator).get(address).status_code == 404
    give_platform_role(owner, kind="operator", days=30, by=CONSOLE)
    CommitteeMember.objects.filter(committee=setup.committee).update(ends_at=clock.sql_now())
    with pytest.raises(Denied, match="You manage this dataset"):
        commands.accept_dataset(proposal, by=owner)
    manage = f"/committees/{setup.committee.slug}/manage/"
    for reader, answers in ((owner, False), (operator, True)):
        client = stories.client_for(reader)
        assert (f'href="{address}"' in client.get(manage).content.decode()) is answers
        assert client.get(address).status_code == (200 if answers else 403)
        assert (proposal in queries.proposals_to_answer(reader)) is answers
    assert commands.accept_dataset(proposal, by=operator).committee == setup.committee


def test_after_the_answer_the_page_of_a_proposal_shows_nothing_more_of_the_draft() -> None:
    """The chair who declined has no window into what the owner writes and uploads afterwards."""
    dataset, owner, setup, proposal = proposed()
    chair, address = stories.client_for(setup.chair), f"/review/datasets/{proposal.pk}/"
    stories.add_files(dataset.versions.get(), {"before.csv": b"1"}, by=owner)
    assert "before.csv" in chair.get(address).content.decode()
    commands.decline_dataset(proposal, reason="Not our field.", by=setup.chair)
    commands.describe(dataset, by=owner, summary="A later summary.", description="A later text.", keywords="lateword")
    stories.add_files(dataset.versions.get(), {"afterwards.csv": b"2"}, by=owner)
    page = chair.get(address)
    text = page.content.decode()
    assert (page.status_code, "Not our field." in text) == (200, True)
    assert [one for one in ("afterwards.csv", "before.csv", "A later", "lateword") if one in text] == []


def test_a_published_dataset_keeps_its_committee_until_the_next_one_accepts() -> None:
    world, other = stories.published_dataset(), stories.committee_setup()
    dataset = commands.describe(world.dataset, by=world.owner, committee=other.committee)
    assert dataset.committee == world.committee_setup.committee
    proposal = queries.open_proposal(dataset)
    assert proposal is not None
    commands.decline_dataset(proposal, reason="Too many.", by=other.chair)
    dataset.refresh_from_db()
    assert dataset.committee == world.committee_setup.committee
    commands.describe(dataset, by=world.owner, committee=other.committee)
    assert stories.accepted(dataset).committee == other.committee
