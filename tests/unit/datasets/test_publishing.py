"""From a draft to a published version, and what stands afterwards."""

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import Event
from apps.committees import commands as committees
from apps.core import clock
from apps.core.errors import Denied, Invalid, Refusal, Unavailable, WrongState
from apps.core.storage import sealed
from apps.datasets import commands, queries, rules
from apps.datasets.conditions import TERMS, choices, explained
from apps.datasets.models import Dataset, Distribution, Version
from apps.datasets.tasks import check_uploaded_file
from tests import stories

pytestmark = pytest.mark.django_db


def upload(version: Version, by: Any, name: str = "a.csv", content: bytes = b"x", **how: Any) -> Distribution:
    facts = {"content": BytesIO(content), "size": len(content), **how}
    return commands.add_file(version, name=name, by=by, **facts)


def stored_files() -> set[str]:
    root = sealed().location
    from pathlib import Path

    return {str(path) for path in Path(root).rglob("*") if path.is_file()}


# -------------------------------------------------------------------------------------------------------- drafting
def test_whoever_drafts_a_dataset_owns_it() -> None:
    owner = stories.person()
    dataset = commands.draft("  Follow-up after surgery ", by=owner)
    assert dataset.title == str(dataset) == "Follow-up after surgery"
    assert dataset.institution == owner.institution
    assert queries.is_owner(owner, dataset)
    assert queries.draft_of(dataset) == dataset.versions.get()
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
        with pytest.raises(Denied, match="by people of an institution"):
            commands.draft("A title", by=nobody)


def _without_institution() -> Any:
    someone = stories.person()
    someone.institution = None
    someone.save()
    return someone


# ------------------------------------------------------------------------------------------------------ describing
def test_only_what_changed_is_written_and_told() -> None:
    shelf = stories.drafted_shelf()
    before = Event.objects.filter(kind="dataset.described").count()
    commands.describe(shelf.dataset, by=shelf.owner, summary="Another summary.", keywords=shelf.dataset.keywords)
    described = Event.objects.filter(kind="dataset.described")
    assert described.count() == before + 1
    last = described.last()
    assert last is not None
    assert last.facts == {"fields": "summary"}
    commands.describe(shelf.dataset, by=shelf.owner, summary="Another summary.")
    assert described.count() == before + 1


@pytest.mark.parametrize("field", ["id", "slug", "listed_from", "institution", "created_at", "role_rows"])
def test_a_description_changes_nothing_else(field: str) -> None:
    """T8."""
    shelf = stories.drafted_shelf()
    with pytest.raises(Invalid, match=field):
        commands.describe(shelf.dataset, by=shelf.owner, **{field: "planted"})


def test_strangers_describe_nothing() -> None:
    shelf = stories.drafted_shelf()
    for by in (stories.person(), stories.drafted_shelf().owner, shelf.bench.chair):
        with pytest.raises(Denied, match="Only the owner or a steward"):
            commands.describe(shelf.dataset, by=by, summary="Mine now.")


def test_use_conditions_are_known_ones() -> None:
    shelf = stories.drafted_shelf()
    with pytest.raises(Invalid, match="DUO:9999999") as refused:
        commands.describe(shelf.dataset, by=shelf.owner, conditions=["DUO:0000042", "DUO:9999999"])
    assert refused.value.field == "conditions"
    assert len(choices()) == len(TERMS)
    said = explained(["DUO:0000042", "DUO:9999999"])
    assert [line["short"] for line in said] == ["GRU", "?"]


def test_the_access_level_of_a_published_dataset_stands() -> None:
    draft = stories.drafted_shelf()
    commands.describe(draft.dataset, by=draft.owner, access="open")
    shelf = stories.shelf()
    for access in ("open", "registered"):
        with pytest.raises(Invalid, match="access level of a published dataset stands"):
            commands.describe(shelf.dataset, by=shelf.owner, access=access)
    commands.describe(shelf.dataset, by=shelf.owner, access="controlled")


def test_a_published_controlled_dataset_keeps_a_committee() -> None:
    shelf, other = stories.shelf(), stories.bench()
    with pytest.raises(Invalid, match="Choose the committee") as refused:
        commands.describe(shelf.dataset, by=shelf.owner, committee=None)
    assert refused.value.field == "committee"
    assert commands.describe(shelf.dataset, by=shelf.owner, committee=other.committee).committee == other.committee
    draft = stories.drafted_shelf()
    assert commands.describe(draft.dataset, by=draft.owner, committee=None).committee is None


# ----------------------------------------------------------------------------------------------------------- files
def test_an_uploaded_file_gets_its_checksum_in_the_background() -> None:
    """T62: kept under a random key, its name is only a name."""
    shelf = stories.drafted_shelf()
    content = b"age\n70\n" * 1000
    kept = upload(shelf.version, shelf.owner, "odd name ✓.nii", content)
    assert kept.sha256 == ""
    assert kept.storage_key not in kept.name
    stories.drain()
    kept.refresh_from_db()
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.media_type == "application/x-nifti"
    assert str(kept) == "odd name ✓.nii"
    with sealed().open(kept.storage_key) as stream:
        assert stream.read() == content


def test_a_file_is_checked_once_however_often_it_is_asked() -> None:
    shelf = stories.drafted_shelf()
    for _turn in range(2):
        commands.check_file(shelf.file.pk, by=None)
    assert Event.objects.filter(kind="file.checked", subject_id=shelf.file.pk).count() == 1


def test_an_event_without_a_subject_asks_for_no_check() -> None:
    check_uploaded_file(Event(kind="file.uploaded"))


def test_stored_bytes_that_changed_their_length_get_no_checksum() -> None:
    """R13."""
    shelf = stories.drafted_shelf()
    kept = upload(shelf.version, shelf.owner, content=b"four")
    from pathlib import Path

    Path(sealed().path(kept.storage_key)).write_bytes(b"five5")
    with pytest.raises(Unavailable, match="not as long as"):
        commands.check_file(kept.pk, by=None)
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
    shelf = stories.drafted_shelf()
    assert upload(shelf.version, shelf.owner, name).media_type == kind


@pytest.mark.parametrize(
    "name",
    ["", "   ", ".", "..", "../../etc/passwd", "a/b.csv", "a\\b.csv", "a\x00b", "a\nb", "a\x1b[0m", "\ud800.csv",
     "invoice\u202efdp.exe", "\u2066x", "x" * 256, "é" * 128, "zero\u200bwidth.csv", "\ufeffbom.csv", "a\u2028b.csv",
     "\u200d\u3164", "soft\u00adhyphen.csv"],
)  # fmt: skip
def test_names_that_are_paths_or_hide_something_are_refused(name: str) -> None:
    """L29, L45, T61, T62."""
    shelf = stories.drafted_shelf()
    before, on_disk = Distribution.objects.count(), stored_files()
    with pytest.raises(Invalid) as refused:
        upload(shelf.version, shelf.owner, name)
    assert refused.value.field == "file"
    assert Distribution.objects.count() == before
    assert stored_files() == on_disk


@pytest.mark.parametrize(
    "name",
    ["x" * 255, "é" * 127, "😀.csv", "👩\u200d🔬.csv", "می\u200cخواهم.csv",
     "CON", "-rf", "a;b.csv", 'quote".csv', "NFC é.csv"],
)  # fmt: skip
def test_odd_names_are_kept_as_they_are(name: str) -> None:
    """T62."""
    shelf = stories.drafted_shelf()
    assert upload(shelf.version, shelf.owner, name).name == name


def test_spaces_around_a_name_are_not_part_of_it() -> None:
    """aria2 would leave them out, and the line that checks the sum would look for another file."""
    shelf = stories.drafted_shelf()
    assert upload(shelf.version, shelf.owner, "\u00a0lead and trail.csv ").name == "lead and trail.csv"
    with pytest.raises(Invalid, match="already here"):
        upload(shelf.version, shelf.owner, "lead and trail.csv")


def test_one_name_in_two_spellings_is_one_name() -> None:
    """T18: NFC and NFD, upper and lower case."""
    shelf = stories.drafted_shelf()
    upload(shelf.version, shelf.owner, "Caf\u00e9.csv")
    for name in ("Cafe\u0301.csv", "CAF\u00c9.CSV"):
        with pytest.raises(Invalid, match="already here"):
            upload(shelf.version, shelf.owner, name)


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
        (b"abc", {"declared": 4}, "announced with 4 bytes, but 3 arrived"),
        (b"abc", {"size": 65 * 1024**2}, "larger than this portal accepts"),
        (b"abc", {"size": 4}, "announced with 4 bytes, but 3 arrived"),
    ],
)
def test_files_of_the_wrong_size_leave_nothing_behind(content: bytes, how: dict[str, int], says: str) -> None:
    """L39, T58."""
    shelf = stories.drafted_shelf()
    before, on_disk = Distribution.objects.count(), stored_files()
    with pytest.raises(Invalid, match=says):
        upload(shelf.version, shelf.owner, content=content, **how)
    assert Distribution.objects.count() == before
    assert stored_files() == on_disk


def test_a_full_disk_keeps_neither_a_row_nor_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """R7."""
    shelf = stories.drafted_shelf()
    before, on_disk = Distribution.objects.count(), stored_files()
    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.FileSystemStorage._save", _disk_full)
        with pytest.raises(Unavailable, match="could not be stored"):
            upload(shelf.version, shelf.owner)
    assert Distribution.objects.count() == before
    assert stored_files() == on_disk


def _disk_full(*_args: object) -> str:
    raise OSError(28, "No space left on device")


def test_a_name_taken_meanwhile_is_refused_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = stories.drafted_shelf()
    upload(shelf.version, shelf.owner, "a.csv")
    on_disk = stored_files()
    monkeypatch.setattr(commands, "_check_name_free", lambda *_args: None)
    with pytest.raises(Invalid, match="already here"):
        upload(shelf.version, shelf.owner, "A.CSV")
    assert stored_files() == on_disk


def test_strangers_change_no_files() -> None:
    shelf, stranger = stories.drafted_shelf(), stories.person()
    with pytest.raises(Denied):
        upload(shelf.version, stranger)
    with pytest.raises(Denied):
        commands.remove_file(shelf.file, by=stranger)


def test_a_removed_file_is_gone_with_its_bytes(django_capture_on_commit_callbacks: Any) -> None:
    shelf = stories.drafted_shelf()
    kept = shelf.file
    key = kept.storage_key
    with django_capture_on_commit_callbacks(execute=True):
        commands.remove_file(kept, by=shelf.owner)
    assert not Distribution.objects.filter(storage_key=key).exists()
    assert not sealed().exists(key)


# ------------------------------------------------------------------------------------------------------ publishing
def test_what_is_missing_for_publication_is_said_in_full() -> None:
    owner = stories.person()
    dataset = commands.draft("Bare", by=owner)
    version = dataset.versions.get()
    assert len(rules.missing_for_publication(version)) == 3
    with pytest.raises(Invalid, match="Describe the dataset"):
        commands.publish(version, by=owner)
    shelf = stories.drafted_shelf()
    upload(shelf.version, shelf.owner, "late.csv")
    with pytest.raises(Invalid, match="still being checked"):
        commands.publish(shelf.version, by=shelf.owner)


def test_a_controlled_dataset_needs_somebody_seated() -> None:
    shelf = stories.drafted_shelf(bench=stories.bench(members=0))
    committees.unseat(shelf.bench.seat_of(shelf.bench.chair), by=shelf.bench.chair)
    with pytest.raises(Invalid, match="Nobody is seated"):
        commands.publish(shelf.version, by=shelf.owner)


@pytest.mark.parametrize("access", ["open", "registered"])
def test_open_and_registered_data_need_no_committee(access: str) -> None:
    shelf = stories.drafted_shelf(access=access)
    commands.describe(shelf.dataset, by=shelf.owner, committee=None)
    assert commands.publish(shelf.version, by=shelf.owner).state == "published"


def test_strangers_publish_nothing_and_nothing_is_published_twice() -> None:
    shelf = stories.drafted_shelf()
    with pytest.raises(Denied):
        commands.publish(shelf.version, by=stories.person())
    commands.publish(shelf.version, by=shelf.owner)
    with pytest.raises(WrongState):
        commands.publish(shelf.version, by=shelf.owner)


def test_an_embargo_ends_in_the_future_and_hides_until_then() -> None:
    shelf = stories.drafted_shelf()
    with pytest.raises(Invalid, match="lies in the past"):
        commands.publish(shelf.version, by=shelf.owner, embargo_until=clock.now())
    until = clock.now() + timedelta(days=10)
    commands.publish(shelf.version, by=shelf.owner, embargo_until=until)
    stranger = stories.person()
    assert not queries.visible_to(stranger).filter(pk=shelf.dataset.pk).exists()
    assert not queries.versions_visible_to(stranger, shelf.dataset).exists()
    assert queries.versions_visible_to(shelf.owner, shelf.dataset).exists()
    assert queries.current_version(shelf.dataset) is None
    with clock.freeze(until - timedelta(microseconds=1)):
        assert not queries.visible_to(stranger).filter(pk=shelf.dataset.pk).exists()
    with clock.freeze(until):
        assert queries.visible_to(stranger).filter(pk=shelf.dataset.pk).exists()
        assert queries.versions_visible_to(stranger, shelf.dataset).exists()
        assert queries.current_version(shelf.dataset) == shelf.version


def test_a_version_without_embargo_shows_the_dataset_although_an_earlier_one_waits() -> None:
    shelf = stories.drafted_shelf()
    commands.publish(shelf.version, by=shelf.owner, embargo_until=clock.now() + timedelta(days=300))
    second = commands.start_version(shelf.dataset, by=shelf.owner)
    stories.add_files(second, {"b.csv": b"b"}, by=shelf.owner)
    commands.publish(second, by=shelf.owner)
    stranger = stories.person()
    assert queries.visible_to(stranger).filter(pk=shelf.dataset.pk).exists()
    assert [v.number for v in queries.versions_visible_to(stranger, shelf.dataset)] == [2]


def test_a_new_version_supersedes_and_there_is_one_draft_at_a_time() -> None:
    shelf = stories.shelf()
    second = commands.start_version(shelf.dataset, by=shelf.owner, notes="More rows.")
    assert commands.start_version(shelf.dataset, by=shelf.owner) == second
    assert (second.number, second.notes) == (2, "More rows.")
    stories.add_files(second, {"b.csv": b"b"}, by=shelf.owner)
    commands.publish(second, by=shelf.owner)
    shelf.version.refresh_from_db()
    assert shelf.version.state == "superseded"
    assert queries.current_version(shelf.dataset) == second
    commands.withdraw(shelf.version, by=shelf.owner, reason="Replaced.")
    with pytest.raises(Denied):
        commands.start_version(shelf.dataset, by=stories.person())


def test_a_dataset_whose_versions_are_gone_begins_with_one() -> None:
    shelf = stories.drafted_shelf()
    Distribution.objects.filter(version=shelf.version).delete()
    shelf.version.delete()
    assert commands.start_version(shelf.dataset, by=shelf.owner).number == 1


def test_a_withdrawn_version_says_why_and_only_its_owner_withdraws() -> None:
    shelf, friend = stories.shelf(), stories.person()
    commands.give_role(shelf.dataset, person=friend, role=Dataset.STEWARD, by=shelf.owner)
    with pytest.raises(Denied, match="Only an owner"):
        commands.withdraw(shelf.version, by=friend, reason="No.")
    with pytest.raises(Invalid, match="Say why"):
        commands.withdraw(shelf.version, by=shelf.owner, reason="  ")
    commands.withdraw(shelf.version, by=shelf.owner, reason=" Consent was withdrawn. ")
    shelf.version.refresh_from_db()
    assert (shelf.version.state, shelf.version.withdrawn_because) == ("withdrawn", "Consent was withdrawn.")
    assert queries.current_version(shelf.dataset) is None
    assert list(queries.versions_visible_to(stories.person(), shelf.dataset)) == [shelf.version]


# ------------------------------------------------------------------------------------- what is published stands
def test_the_files_of_a_published_version_stand_in_every_command() -> None:
    """T93."""
    shelf = stories.shelf()
    with pytest.raises(WrongState, match="stand for ever"):
        upload(shelf.version, shelf.owner)
    with pytest.raises(WrongState, match="stand for ever"):
        commands.remove_file(shelf.file, by=shelf.owner)


@pytest.mark.parametrize("change", ["insert", "update", "delete", "move"])
def test_the_database_itself_refuses_to_change_published_files(change: str) -> None:
    shelf, other = stories.shelf(), stories.drafted_shelf()
    files = Distribution.objects.filter(version=shelf.version)

    def act() -> None:
        if change == "insert":
            Distribution.objects.create(version=shelf.version, name="new", size=1, uploaded_by=shelf.owner)
        elif change == "update":
            files.update(sha256="0" * 64)
        elif change == "delete":
            files.delete()
        else:
            Distribution.objects.filter(version=other.version).update(version=shelf.version)

    with pytest.raises(IntegrityError, match="stand"), transaction.atomic():
        act()


def test_control_the_files_of_a_draft_may_change() -> None:
    """Control: the same statements pass while the version is a draft."""
    shelf = stories.drafted_shelf()
    files = Distribution.objects.filter(version=shelf.version)
    Distribution.objects.create(version=shelf.version, name="new", size=1, uploaded_by=shelf.owner)
    assert files.update(media_type="text/plain") == 2
    assert files.delete()[0] == 2


# ----------------------------------------------------------------------------------------------------------- roles
def test_owners_share_the_work_and_one_owner_stays() -> None:
    shelf, friend = stories.shelf(), stories.person()
    for _turn in range(2):
        commands.give_role(shelf.dataset, person=friend, role=Dataset.STEWARD, by=shelf.owner)
    assert Event.objects.filter(kind="role.given", about=[friend.pk]).count() == 1
    assert queries.is_manager(friend, shelf.dataset)
    assert not queries.is_owner(friend, shelf.dataset)
    assert list(queries.managed_by(friend)) == [shelf.dataset]
    with pytest.raises(Denied):
        commands.give_role(shelf.dataset, person=stories.person(), role=Dataset.OWNER, by=friend)
    with pytest.raises(Denied):
        commands.take_role(shelf.dataset, person=shelf.owner, role=Dataset.OWNER, by=friend)
    with pytest.raises(Invalid, match="at least one owner"):
        commands.take_role(shelf.dataset, person=shelf.owner, role=Dataset.OWNER, by=shelf.owner)
    for _turn in range(2):
        commands.take_role(shelf.dataset, person=friend, role=Dataset.STEWARD, by=shelf.owner)
    assert Event.objects.filter(kind="role.taken").count() == 1
    assert not queries.managed_by(friend).exists()


def test_an_owner_who_was_deactivated_manages_nothing() -> None:
    shelf = stories.shelf()
    shelf.owner.is_active = False
    for refused in (rules.check_can_manage, rules.check_is_owner):
        with pytest.raises(Denied):
            refused(shelf.owner, shelf.dataset)


# --------------------------------------------------------------------------------------------------------- the sets
def test_the_catalogue_lists_what_is_published_and_finds_it_by_words() -> None:
    shelf = stories.shelf(title="Zebrafish hearts", access="open")
    hidden = stories.drafted_shelf(title="Zebrafish drafts")
    found = queries.catalogue(words="zebrafish")
    assert list(found) == [shelf.dataset]
    assert hidden.dataset not in queries.catalogue()
    assert list(queries.catalogue(words="zebrafish", access="controlled")) == []
    assert list(queries.catalogue(committee=shelf.bench.committee.slug)) == [shelf.dataset]


def test_a_list_is_walked_by_key_without_gaps_or_repeats() -> None:
    """T98."""
    shelves = [stories.shelf() for _ in range(5)]
    bench = shelves[0].bench
    Dataset.objects.filter(pk__in=[s.dataset.pk for s in shelves]).update(committee=bench.committee)
    found = queries.catalogue(committee=bench.committee.slug)
    seen, cursor = [], None
    while True:
        page = queries.page_of(found, after=cursor, size=2)
        assert (page.total, page.more_than_counted) == (5, False)
        seen += [d.pk for d in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [s.dataset.pk for s in shelves[::-1]]


def test_drafts_are_seen_by_those_with_a_role() -> None:
    shelf = stories.drafted_shelf()
    for nobody in (stories.person(), None):
        assert not queries.visible_to(nobody).filter(pk=shelf.dataset.pk).exists()
        assert not queries.versions_visible_to(nobody, shelf.dataset).exists()
        assert not Distribution.objects.of_visible_versions(nobody).filter(version=shelf.version).exists()
    assert queries.visible_to(shelf.owner).filter(pk=shelf.dataset.pk).exists()
    assert Distribution.objects.of_visible_versions(shelf.owner).get() == shelf.file


def test_versions_know_their_sizes() -> None:
    shelf = stories.drafted_shelf(files={"a.csv": b"12", "b.csv": b"345"})
    upload(shelf.version, shelf.owner, "c.csv", b"6")
    row: Any = queries.sizes(Version.objects.filter(pk=shelf.version.pk)).get()
    assert (row.files, row.unchecked, row.bytes) == (3, 1, 6)


@override_settings(MAX_UPLOAD_BYTES=2)
def test_the_largest_upload_is_a_setting() -> None:
    rules.check_size(2, None)
    with pytest.raises(Refusal):
        rules.check_size(3, ANY)
