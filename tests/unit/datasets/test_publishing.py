"""From a draft to a published version, and what stands afterwards."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied, DomainError, Invalid, Unavailable, WrongState
from apps.core.storage import private_storage
from apps.datasets import commands, queries, rules, search
from apps.datasets.conditions import Use, explained
from apps.datasets.models import Dataset, Distribution, Version
from apps.datasets.tasks import check_uploaded_file
from tests import stories

pytestmark = pytest.mark.django_db


def upload(version: Version, by: Any, name: str = "a.csv", content: bytes = b"x", **how: Any) -> Distribution:
    facts = {"content": BytesIO(content), "size": len(content), **how}
    return commands.add_file(version, name=name, by=by, **facts)


def stored_files() -> set[str]:
    root = private_storage().location
    from pathlib import Path

    return {str(path) for path in Path(root).rglob("*") if path.is_file()}


# -------------------------------------------------------------------------------------------------------- drafting
def test_whoever_drafts_a_dataset_owns_it() -> None:
    owner = stories.person()
    dataset = commands.draft("  Follow-up after surgery ", by=owner)
    assert dataset.title == str(dataset) == "Follow-up after surgery"
    assert dataset.institution == owner.institution
    assert queries.is_owner(owner, dataset)
    assert str(dataset.versions.get()) == f"{dataset.pk} v1"
    assert list(queries.owners_of(dataset)) == [owner]
    assert not queries.stewards_of(dataset).exists()


def test_two_datasets_of_one_title_have_two_addresses() -> None:
    owner = stories.person()
    first, second = (commands.draft("Same title", by=owner) for _ in range(2))
    assert first.slug == "same-title"
    assert second.slug.startswith("same-title-")
    assert commands.draft("肺", by=owner).slug == "dataset"


def test_a_draft_needs_a_title_and_a_person_of_an_institution() -> None:
    with pytest.raises(Invalid, match="a title"):
        commands.draft("  ", by=stories.person())
    for nobody in (stories.deactivated(), _without_institution()):
        with pytest.raises(Denied, match="must belong to an institution"):
            commands.draft("A title", by=nobody)


def _without_institution() -> Any:
    someone = stories.person()
    someone.institution = None
    someone.save()
    return someone


# ------------------------------------------------------------------------------------------------------ describing
def test_only_what_changed_is_written_and_told() -> None:
    published_dataset = stories.drafted_dataset()
    before = Event.objects.filter(kind="dataset.described").count()
    commands.describe(
        published_dataset.dataset,
        by=published_dataset.owner,
        summary="Another summary.",
        keywords=published_dataset.dataset.keywords,
    )
    described = Event.objects.filter(kind="dataset.described")
    assert described.count() == before + 1
    last = described.last()
    assert last is not None
    assert last.facts == {"fields": "summary"}
    commands.describe(published_dataset.dataset, by=published_dataset.owner, summary="Another summary.")
    assert described.count() == before + 1


@pytest.mark.parametrize("field", ["id", "slug", "listed_from", "institution", "created_at", "role_rows"])
def test_a_description_changes_nothing_else(field: str) -> None:
    """T8."""
    published_dataset = stories.drafted_dataset()
    with pytest.raises(Invalid, match=field):
        commands.describe(published_dataset.dataset, by=published_dataset.owner, **{field: "planted"})


def test_strangers_describe_nothing() -> None:
    published_dataset = stories.drafted_dataset()
    for by in (stories.person(), stories.drafted_dataset().owner, published_dataset.committee_setup.chair):
        with pytest.raises(Denied, match="Only a dataset owner or a data steward"):
            commands.describe(published_dataset.dataset, by=by, summary="Mine now.")


def test_use_conditions_are_known_ones() -> None:
    published_dataset = stories.drafted_dataset()
    with pytest.raises(Invalid, match="DUO:9999999") as refused:
        commands.describe(
            published_dataset.dataset, by=published_dataset.owner, conditions=[Use("DUO:0000042"), Use("DUO:9999999")]
        )
    assert refused.value.field == "conditions"
    said = explained([Use("DUO:9999999"), Use("DUO:0000042")])
    assert [line["short"] for line in said] == ["GRU", "?"]


def test_the_access_level_of_a_published_dataset_stands() -> None:
    draft = stories.drafted_dataset()
    commands.describe(draft.dataset, by=draft.owner, access="open")
    published_dataset = stories.published_dataset()
    for access in ("open", "registered"):
        with pytest.raises(Invalid, check=lambda refused: refused.field == "access"):
            commands.describe(published_dataset.dataset, by=published_dataset.owner, access=access)
    commands.describe(published_dataset.dataset, by=published_dataset.owner, access="controlled")


def test_a_published_controlled_dataset_keeps_a_committee() -> None:
    published_dataset, other = stories.published_dataset(), stories.committee_setup()
    with pytest.raises(Invalid, match="Choose the committee") as refused:
        commands.describe(published_dataset.dataset, by=published_dataset.owner, committee=None)
    assert refused.value.field == "committee"
    commands.describe(published_dataset.dataset, by=published_dataset.owner, committee=other.committee)
    assert stories.accepted(published_dataset.dataset).committee == other.committee
    draft = stories.drafted_dataset()
    assert commands.describe(draft.dataset, by=draft.owner, committee=None).committee is None


# ----------------------------------------------------------------------------------------------------------- files
def test_an_uploaded_file_gets_its_checksum_in_the_background() -> None:
    """T62: kept under a random key, its name is only a name."""
    published_dataset = stories.drafted_dataset()
    content = b"age\n70\n" * 1000
    kept = upload(published_dataset.version, published_dataset.owner, "odd name ✓.nii", content)
    assert kept.sha256 == ""
    assert kept.storage_key not in kept.name
    stories.drain()
    kept.refresh_from_db()
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.media_type == "application/x-nifti"
    assert str(kept) == "odd name ✓.nii"
    with private_storage().open(kept.storage_key) as stream:
        assert stream.read() == content


def test_a_file_is_checked_once_however_often_it_is_asked() -> None:
    published_dataset = stories.drafted_dataset()
    for _turn in range(2):
        commands.check_file(published_dataset.file.pk, by=SYSTEM)
    assert Event.objects.filter(kind="file.checked", subject_id=published_dataset.file.pk).count() == 1


def test_an_event_without_a_subject_asks_for_no_check() -> None:
    check_uploaded_file(Event(kind="file.uploaded"))


def test_stored_bytes_that_changed_their_length_get_no_checksum() -> None:
    """R13."""
    published_dataset = stories.drafted_dataset()
    kept = upload(published_dataset.version, published_dataset.owner, content=b"four")
    from pathlib import Path

    Path(private_storage().path(kept.storage_key)).write_bytes(b"five5")
    with pytest.raises(Unavailable, match="size of the stored file"):
        commands.check_file(kept.pk, by=SYSTEM)
    kept.refresh_from_db()
    assert kept.sha256 == ""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "text/csv"), ("a.VCF", "text/x-vcf"), ("a.dcm", "application/dicom"), ("a.pdf", "application/pdf"),
        ("README", "application/octet-stream"), ("a.unheardof", "application/octet-stream"),
    ],
)  # fmt: skip
def test_the_media_type_follows_from_the_name(name: str, kind: str) -> None:
    published_dataset = stories.drafted_dataset()
    assert upload(published_dataset.version, published_dataset.owner, name).media_type == kind


@pytest.mark.parametrize(
    "name",
    ["", "   ", ".", "..", "../../etc/passwd", "a/b.csv", "a\\b.csv", "a\x00b", "a\nb", "a\x1b[0m", "\ud800.csv",
     "invoice\u202efdp.exe", "\u2066x", "x" * 256, "é" * 128, "zero\u200bwidth.csv", "\ufeffbom.csv", "a\u2028b.csv",
     "\u200d\u3164", "soft\u00adhyphen.csv", "CON", "con.csv", "lpt9.tar.gz", "a:b.csv", "data.csv.", 'quote".csv',
     "what?.csv"],
)  # fmt: skip
def test_names_that_are_paths_or_hide_something_are_refused(name: str) -> None:
    """L29, L45, T61, T62."""
    published_dataset = stories.drafted_dataset()
    before, on_disk = Distribution.objects.count(), stored_files()
    with pytest.raises(Invalid) as refused:
        upload(published_dataset.version, published_dataset.owner, name)
    assert refused.value.field == "file"
    assert Distribution.objects.count() == before
    assert stored_files() == on_disk


@pytest.mark.parametrize(
    "name",
    ["x" * 255, "é" * 127, "😀.csv", "👩\u200d🔬.csv", "می\u200cخواهم.csv",
     "-rf", "a;b.csv", "A&copyB.csv", "console.csv", "NFC é.csv"],
)  # fmt: skip
def test_odd_names_are_kept_as_they_are(name: str) -> None:
    """T62."""
    published_dataset = stories.drafted_dataset()
    assert upload(published_dataset.version, published_dataset.owner, name).name == name


def test_spaces_around_a_name_are_not_part_of_it() -> None:
    """aria2 would leave them out, and the line that checks the sum would look for another file."""
    published_dataset = stories.drafted_dataset()
    assert (
        upload(published_dataset.version, published_dataset.owner, "\u00a0lead and trail.csv ").name
        == "lead and trail.csv"
    )
    with pytest.raises(Invalid, match="name already exists"):
        upload(published_dataset.version, published_dataset.owner, "lead and trail.csv")


def test_one_name_in_two_spellings_is_one_name() -> None:
    """T18: NFC and NFD, upper and lower case."""
    published_dataset = stories.drafted_dataset()
    upload(published_dataset.version, published_dataset.owner, "Caf\u00e9.csv")
    for name in ("Cafe\u0301.csv", "CAF\u00c9.CSV"):
        with pytest.raises(Invalid, match="name already exists"):
            upload(published_dataset.version, published_dataset.owner, name)


@given(name=st.text(max_size=300))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_refused_or_can_be_kept(name: str) -> None:
    try:
        kept = rules.check_file_name(name)
    except Invalid:
        return
    kept.encode()
    assert 0 < len(kept.encode()) <= 255
    assert kept == kept.strip()
    assert not set(kept) & set("/\\\x00\n\r")


@pytest.mark.parametrize(
    ("content", "how", "says"),
    [
        (b"", {}, "is empty"),
        (b"abc", {"declared": 4}, "should be 4 bytes, but 3 bytes arrived"),
        (b"abc", {"size": 65 * 1024**2}, "the limit for one file"),
        (b"abc", {"size": 4}, "should be 4 bytes, but 3 bytes arrived"),
    ],
)
def test_files_of_the_wrong_size_leave_nothing_behind(content: bytes, how: dict[str, int], says: str) -> None:
    """L39, T58."""
    published_dataset = stories.drafted_dataset()
    before, on_disk = Distribution.objects.count(), stored_files()
    with pytest.raises(Invalid, match=says):
        upload(published_dataset.version, published_dataset.owner, content=content, **how)
    assert Distribution.objects.count() == before
    assert stored_files() == on_disk


def test_a_full_disk_keeps_neither_a_row_nor_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """R7."""
    published_dataset = stories.drafted_dataset()
    before, on_disk = Distribution.objects.count(), stored_files()
    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.FileSystemStorage._save", _disk_full)
        with pytest.raises(Unavailable, match="could not be stored"):
            upload(published_dataset.version, published_dataset.owner)
    assert Distribution.objects.count() == before
    assert stored_files() == on_disk


def _disk_full(*_args: object) -> str:
    raise OSError(28, "No space left on device")


def test_a_name_taken_meanwhile_is_refused_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    published_dataset = stories.drafted_dataset()
    upload(published_dataset.version, published_dataset.owner, "a.csv")
    on_disk = stored_files()
    monkeypatch.setattr(commands.files, "_check_name_free", lambda *_args: None)
    with pytest.raises(Invalid, match="name already exists"):
        upload(published_dataset.version, published_dataset.owner, "A.CSV")
    assert stored_files() == on_disk


def test_strangers_change_no_files() -> None:
    published_dataset, stranger = stories.drafted_dataset(), stories.person()
    with pytest.raises(Denied):
        upload(published_dataset.version, stranger)
    with pytest.raises(Denied):
        commands.remove_file(published_dataset.file, by=stranger)


def test_a_removed_file_is_gone_with_its_bytes(django_capture_on_commit_callbacks: Any) -> None:
    published_dataset = stories.drafted_dataset()
    kept = published_dataset.file
    key = kept.storage_key
    with django_capture_on_commit_callbacks(execute=True):
        commands.remove_file(kept, by=published_dataset.owner)
    assert not Distribution.objects.filter(storage_key=key).exists()
    assert not private_storage().exists(key)


# ------------------------------------------------------------------------------------------------------ publishing
def test_what_is_missing_for_publication_is_said_in_full() -> None:
    owner = stories.person()
    dataset = commands.draft("Bare", by=owner)
    version = dataset.versions.get()
    assert len(rules.missing_for_publication(version)) == 3
    with pytest.raises(Invalid, match="summary and a description"):
        commands.publish(version, by=owner)
    published_dataset = stories.drafted_dataset()
    upload(published_dataset.version, published_dataset.owner, "late.csv")
    with pytest.raises(Invalid, match="still being checked"):
        commands.publish(published_dataset.version, by=published_dataset.owner)


def test_a_controlled_dataset_needs_a_committee_member() -> None:
    published_dataset = stories.drafted_dataset(committee_setup=stories.committee_setup(members=0))
    published_dataset.committee_setup.lose_chair()
    with pytest.raises(Invalid, match="no members yet"):
        commands.publish(published_dataset.version, by=published_dataset.owner)


@pytest.mark.parametrize("access", ["open", "registered"])
def test_open_and_registered_data_need_no_committee(access: str) -> None:
    published_dataset = stories.drafted_dataset(access=access)
    commands.describe(published_dataset.dataset, by=published_dataset.owner, committee=None)
    assert commands.publish(published_dataset.version, by=published_dataset.owner).state == "published"


def test_strangers_publish_nothing_and_nothing_is_published_twice() -> None:
    published_dataset = stories.drafted_dataset()
    with pytest.raises(Denied):
        commands.publish(published_dataset.version, by=stories.person())
    commands.publish(published_dataset.version, by=published_dataset.owner)
    with pytest.raises(WrongState):
        commands.publish(published_dataset.version, by=published_dataset.owner)


def test_an_embargo_ends_in_the_future_and_hides_until_then() -> None:
    published_dataset = stories.drafted_dataset()
    with pytest.raises(Invalid, check=lambda refused: refused.field == "embargo_until"):
        commands.publish(published_dataset.version, by=published_dataset.owner, embargo_until=clock.now())
    until = clock.now() + timedelta(days=10)
    commands.publish(published_dataset.version, by=published_dataset.owner, embargo_until=until)
    stranger = stories.person()
    assert not queries.visible_to(stranger).filter(pk=published_dataset.dataset.pk).exists()
    assert not queries.versions_visible_to(stranger, published_dataset.dataset).exists()
    assert queries.versions_visible_to(published_dataset.owner, published_dataset.dataset).exists()
    assert queries.current_version(published_dataset.dataset) is None
    with clock.freeze(until - timedelta(microseconds=1)):
        assert not queries.visible_to(stranger).filter(pk=published_dataset.dataset.pk).exists()
    with clock.freeze(until):
        assert queries.visible_to(stranger).filter(pk=published_dataset.dataset.pk).exists()
        assert queries.versions_visible_to(stranger, published_dataset.dataset).exists()
        assert queries.current_version(published_dataset.dataset) == published_dataset.version


def test_a_version_without_embargo_shows_the_dataset_although_an_earlier_one_waits() -> None:
    published_dataset = stories.drafted_dataset()
    commands.publish(
        published_dataset.version, by=published_dataset.owner, embargo_until=clock.now() + timedelta(days=300)
    )
    second = commands.start_version(published_dataset.dataset, by=published_dataset.owner)
    for waiting in second.distributions.all():  # the files of the version that waits are not published before its end
        commands.remove_file(waiting, by=published_dataset.owner)
    stories.add_files(second, {"b.csv": b"b"}, by=published_dataset.owner)
    commands.publish(second, by=published_dataset.owner)
    stranger = stories.person()
    assert queries.visible_to(stranger).filter(pk=published_dataset.dataset.pk).exists()
    assert [v.number for v in queries.versions_visible_to(stranger, published_dataset.dataset)] == [2]


def test_a_new_version_supersedes_and_there_is_one_draft_at_a_time() -> None:
    published_dataset = stories.published_dataset()
    second = commands.start_version(published_dataset.dataset, by=published_dataset.owner, notes="More rows.")
    assert commands.start_version(published_dataset.dataset, by=published_dataset.owner) == second
    assert (second.number, second.notes) == (2, "More rows.")
    stories.add_files(second, {"b.csv": b"b"}, by=published_dataset.owner)
    commands.publish(second, by=published_dataset.owner)
    published_dataset.version.refresh_from_db()
    assert published_dataset.version.state == "superseded"
    assert queries.current_version(published_dataset.dataset) == second
    commands.withdraw(published_dataset.version, by=published_dataset.owner, reason="Replaced.")
    with pytest.raises(Denied):
        commands.start_version(published_dataset.dataset, by=stories.person())


def test_a_dataset_whose_versions_are_gone_begins_with_one() -> None:
    published_dataset = stories.drafted_dataset()
    Distribution.objects.filter(version=published_dataset.version).delete()
    published_dataset.version.delete()
    assert commands.start_version(published_dataset.dataset, by=published_dataset.owner).number == 1


def test_a_withdrawn_version_says_why_and_only_its_owner_withdraws() -> None:
    published_dataset, friend = stories.published_dataset(), stories.person()
    commands.give_role(published_dataset.dataset, person=friend, role=Dataset.STEWARD, by=published_dataset.owner)
    with pytest.raises(Denied, match="Only a dataset owner"):
        commands.withdraw(published_dataset.version, by=friend, reason="No.")
    with pytest.raises(Invalid, check=lambda refused: refused.field == "reason"):
        commands.withdraw(published_dataset.version, by=published_dataset.owner, reason="  ")
    commands.withdraw(published_dataset.version, by=published_dataset.owner, reason=" Consent was withdrawn. ")
    published_dataset.version.refresh_from_db()
    assert (published_dataset.version.state, published_dataset.version.withdrawn_because) == (
        "withdrawn",
        "Consent was withdrawn.",
    )
    assert queries.current_version(published_dataset.dataset) is None
    assert list(queries.versions_visible_to(stories.person(), published_dataset.dataset)) == [published_dataset.version]


# ------------------------------------------------------------------------------------- what is published stands
def test_no_command_changes_the_files_of_a_published_version() -> None:
    """T93."""
    published_dataset = stories.published_dataset()
    with pytest.raises(WrongState, match="cannot be changed"):
        upload(published_dataset.version, published_dataset.owner)
    with pytest.raises(WrongState, match="cannot be changed"):
        commands.remove_file(published_dataset.file, by=published_dataset.owner)


@pytest.mark.parametrize("change", ["insert", "update", "delete", "move"])
def test_the_database_itself_refuses_to_change_published_files(change: str) -> None:
    published_dataset, other = stories.published_dataset(), stories.drafted_dataset()
    files = Distribution.objects.filter(version=published_dataset.version)

    def act() -> None:
        if change == "insert":
            Distribution.objects.create(
                version=published_dataset.version, name="new", size=1, uploaded_by=published_dataset.owner
            )
        elif change == "update":
            files.update(sha256="0" * 64)
        elif change == "delete":
            files.delete()
        else:
            Distribution.objects.filter(version=other.version).update(version=published_dataset.version)

    with pytest.raises(IntegrityError, match="cannot be"), transaction.atomic():
        act()


def test_control_the_files_of_a_draft_may_change() -> None:
    """Control: the same statements pass while the version is a draft."""
    published_dataset = stories.drafted_dataset()
    files = Distribution.objects.filter(version=published_dataset.version)
    Distribution.objects.create(
        version=published_dataset.version, name="new", size=1, uploaded_by=published_dataset.owner
    )
    assert files.update(media_type="text/plain") == 2
    assert files.delete()[0] == 2


# ----------------------------------------------------------------------------------------------------------- roles
def test_owners_share_the_work_and_one_owner_stays() -> None:
    published_dataset, friend = stories.published_dataset(), stories.person()
    for _turn in range(2):
        commands.give_role(published_dataset.dataset, person=friend, role=Dataset.STEWARD, by=published_dataset.owner)
    assert Event.objects.filter(kind="role.given", about=[friend.pk]).count() == 1
    assert queries.is_manager(friend, published_dataset.dataset)
    assert not queries.is_owner(friend, published_dataset.dataset)
    assert list(queries.managed_by(friend)) == [published_dataset.dataset]
    with pytest.raises(Denied):
        commands.give_role(published_dataset.dataset, person=stories.person(), role=Dataset.OWNER, by=friend)
    with pytest.raises(Denied):
        commands.remove_role(
            published_dataset.dataset, person=published_dataset.owner, role=Dataset.OWNER, reason="No.", by=friend
        )
    with pytest.raises(Invalid, match="at least one owner"):
        commands.remove_role(
            published_dataset.dataset, person=published_dataset.owner, role=Dataset.OWNER, reason="I leave.",
            by=published_dataset.owner,
        )  # fmt: skip
    for _turn in range(2):
        commands.remove_role(
            published_dataset.dataset, person=friend, role=Dataset.STEWARD, reason="Done.", by=published_dataset.owner
        )
    assert Event.objects.filter(kind="role.taken").count() == 1
    assert not queries.managed_by(friend).exists()


def test_an_owner_who_was_deactivated_manages_nothing() -> None:
    published_dataset = stories.published_dataset()
    published_dataset.owner.is_active = False
    for refused in (rules.check_can_manage, rules.check_is_owner):
        with pytest.raises(Denied):
            refused(published_dataset.owner, published_dataset.dataset)


# --------------------------------------------------------------------------------------------------------- the sets
def test_the_catalogue_lists_what_is_published() -> None:
    published_dataset, hidden = stories.published_dataset(access="open"), stories.drafted_dataset()
    assert published_dataset.dataset in queries.catalogue()
    assert hidden.dataset not in queries.catalogue()


def test_a_list_is_walked_by_key_without_gaps_or_repeats() -> None:
    """T98."""
    shelves = [stories.published_dataset() for _ in range(5)]
    committee_setup = shelves[0].committee_setup
    Dataset.objects.filter(pk__in=[s.dataset.pk for s in shelves]).update(committee=committee_setup.committee)
    found = search.find(filters={"committee": [committee_setup.committee.slug]})
    seen, cursor = [], None
    while True:
        page, cursor = search.page_of(found, after=cursor, size=2)
        assert (found.total, found.more_than_counted) == (5, False)
        seen += [d.pk for d in page]
        if cursor is None:
            break
    assert seen == [s.dataset.pk for s in shelves[::-1]]


def test_drafts_are_seen_by_those_with_a_role() -> None:
    published_dataset = stories.drafted_dataset()
    for nobody in (stories.person(), None):
        assert not queries.visible_to(nobody).filter(pk=published_dataset.dataset.pk).exists()
        assert not queries.versions_visible_to(nobody, published_dataset.dataset).exists()
        assert not Distribution.objects.of_visible_versions(nobody).filter(version=published_dataset.version).exists()
    assert queries.visible_to(published_dataset.owner).filter(pk=published_dataset.dataset.pk).exists()
    assert Distribution.objects.of_visible_versions(published_dataset.owner).get() == published_dataset.file


def test_lists_say_the_size_of_what_is_out_now(frozen: Callable[[datetime], datetime]) -> None:
    opened, drafted = stories.published_dataset(access="open"), stories.drafted_dataset()
    assert set(search.sizes_of([opened.dataset.pk, drafted.dataset.pk])) == {opened.dataset.pk}
    assert search.sizes_of([]) == {}
    listed = opened.dataset.listed_from
    assert listed is not None
    assert queries.dataset_called(opened.dataset.slug, None) == opened.dataset
    frozen(listed - timedelta(seconds=1))
    assert queries.dataset_called(opened.dataset.slug, None) is None


def test_versions_know_their_sizes() -> None:
    published_dataset = stories.drafted_dataset(files={"a.csv": b"12", "b.csv": b"345"})
    upload(published_dataset.version, published_dataset.owner, "c.csv", b"6")
    row: Any = queries.sizes(Version.objects.filter(pk=published_dataset.version.pk)).get()
    assert (row.files, row.unchecked, row.bytes) == (3, 1, 6)


@override_settings(MAX_UPLOAD_BYTES=2)
def test_the_largest_upload_is_a_setting() -> None:
    rules.check_size(2, None)
    with pytest.raises(DomainError):
        rules.check_size(3, ANY)
