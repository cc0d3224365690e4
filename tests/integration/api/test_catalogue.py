"""Finding and reading datasets through the API."""

from datetime import timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.datasets import commands as datasets
from tests import stories
from tests.integration.api.calls import Caller, fields, refused

pytestmark = pytest.mark.django_db


def test_anybody_finds_what_is_listed_and_nothing_else() -> None:
    shown, hidden = stories.published_dataset(), stories.drafted_dataset()
    answer = Caller(None).get("/datasets")
    slugs = [each["slug"] for each in answer.json()["items"]]
    assert shown.dataset.slug in slugs
    assert hidden.dataset.slug not in slugs
    assert answer.json()["total"] == 1
    assert answer.json()["total_is_exact"] is True


def test_the_catalogue_is_narrowed_by_words_access_and_committee() -> None:
    one, two = (
        stories.published_dataset(title="Zebrafish imaging"),
        stories.published_dataset(access="open", title="Lung scans"),
    )
    caller = Caller(None)

    def found(**query: str) -> list[str]:
        return [each["slug"] for each in caller.get("/datasets", query).json()["items"]]

    assert found(q="zebrafish") == [one.dataset.slug]
    assert found(access="open") == [two.dataset.slug]
    assert found(committee=one.committee_setup.committee.slug) == [one.dataset.slug]
    assert found(q="nothing like it") == []


def test_pages_follow_one_another_without_gap_or_repeat() -> None:
    """T98: page size cap, and a cursor is only good for the list that gave it out."""
    made = {stories.published_dataset().dataset.slug for _ in range(5)}
    caller, cursor, seen = Caller(None), "", []
    for _ in range(3):
        page = caller.get("/datasets", {"limit": 2, "cursor": cursor}).json()
        seen += [each["slug"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(seen) == 5
    assert set(seen) == made


def test_a_cursor_that_was_changed_is_refused() -> None:
    """T98: cursor tamper is 400, also a cursor of another list."""
    for _ in range(3):
        stories.published_dataset()
    caller = Caller(None)
    cursor = caller.get("/datasets", {"limit": 1}).json()["next_cursor"]
    for wrong in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "x" + cursor, "x", "a:b", ":"):
        refused(caller.get("/datasets", {"cursor": wrong}), 400, "malformed")
    reader = Caller(stories.person(), "read")
    refused(reader.get("/grants", {"cursor": cursor}), 400, "malformed")


@pytest.mark.parametrize(
    "query", [{"limit": 101}, {"limit": 0}, {"limit": "x"}, {"access": "secret"}, {"q": "w" * 201}]
)
def test_a_filter_that_cannot_be_used_is_named(query: dict[str, Any]) -> None:
    """T98: page size cap."""
    assert fields(refused(Caller(None).get("/datasets", query), 422, "invalid")) == set(query)


def test_the_cost_of_a_page_does_not_grow(django_assert_num_queries: Any) -> None:
    """T100: the number of statements is the same for 1 and for 12 datasets."""
    stories.published_dataset()
    with django_assert_num_queries(7):  # four that make the transaction read-only; what matches, the page, its rows
        Caller(None).get("/datasets")
    for _ in range(11):
        stories.published_dataset()
    with django_assert_num_queries(7):
        assert len(Caller(None).get("/datasets").json()["items"]) == 12


def test_a_dataset_shows_its_files_and_who_may_have_them() -> None:
    access = stories.granted()
    path = f"/datasets/{access.published_dataset.dataset.slug}"
    for caller, may in ((Caller(access.holder, "read"), True), (Caller(None), False)):
        shown = caller.get(path).json()
        file = shown["versions"][0]["files"][0]
        assert file["id"] == str(access.file.pk)
        assert file["sha256"] == access.file.sha256
        assert file["size"] == access.file.size
        assert file["downloadable"] is may
    assert "storage" not in Caller(None).get(path).content.decode()


def test_a_draft_is_there_for_its_owner_only() -> None:
    hidden = stories.drafted_dataset()
    path = f"/datasets/{hidden.dataset.slug}"
    assert Caller(hidden.owner, "read").get(path).status_code == 200
    for caller in (Caller(None), Caller(stories.person(), "read")):
        known = refused(caller.get(path), 404, "missing")
        unknown = refused(caller.get("/datasets/never-existed"), 404, "missing")
        assert known["detail"] == unknown["detail"]


def test_a_withdrawn_version_leaves_only_a_tombstone() -> None:
    world = stories.published_dataset()
    datasets.withdraw(world.version, reason="A consent was taken back.", by=world.owner)
    shown = Caller(None).get(f"/datasets/{world.dataset.slug}").json()["versions"][0]
    assert shown["state"] == "withdrawn"
    assert shown["withdrawn_because"] == "A consent was taken back."
    assert shown["files"] == []


def test_the_cost_of_a_dataset_does_not_grow_with_its_files(django_assert_num_queries: Any) -> None:
    """T100."""
    small = stories.published_dataset()
    big = stories.published_dataset(files={f"f{n}.csv": b"1,2\n" for n in range(12)})
    for world in (small, big):
        with django_assert_num_queries(8):  # four for the transaction; dataset, versions, files, what may be had
            Caller(None).get(f"/datasets/{world.dataset.slug}")


def test_why_names_each_part_and_agrees_with_the_rule() -> None:
    access = stories.granted()
    path = f"/datasets/{access.published_dataset.dataset.slug}/why"
    mine = Caller(access.holder, "read").get(path).json()
    assert mine["allowed"] is True
    assert mine["grant"] == str(access.grant.pk)
    assert all(fact["holds"] for fact in mine["facts"] + mine["grant_facts"])
    theirs = Caller(stories.person(), "read").get(path).json()
    assert theirs["allowed"] is False
    assert [fact["part"] for fact in theirs["facts"] if not fact["holds"]] == ["entitled"]
    assert all(fact["sentence"] for fact in theirs["facts"])


def test_why_looks_back_to_a_past_moment() -> None:
    access = stories.granted()
    caller = Caller(access.holder, "read")
    path = f"/datasets/{access.published_dataset.dataset.slug}/why"
    before = (clock.now() - timedelta(days=1)).isoformat()
    assert caller.get(path, {"at": before}).json()["allowed"] is False
    for wrong in ("yesterday", "2026-09-01T12:00:00", "5", (clock.now() + timedelta(days=1)).isoformat()):
        assert fields(refused(caller.get(path, {"at": wrong}), 422)) == {"at"}


def test_why_has_no_answer_where_nothing_is_published() -> None:
    hidden = stories.drafted_dataset()
    refused(Caller(hidden.owner, "read").get(f"/datasets/{hidden.dataset.slug}/why"), 404)
