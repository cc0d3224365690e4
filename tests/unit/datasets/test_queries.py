"""Which datasets, versions and files somebody sees, in which order, and with which numbers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.committees.models import Committee, CommitteeMember
from apps.core import clock, roles
from apps.core.actors import CONSOLE
from apps.datasets import queries
from apps.datasets.conditions import Use, listed
from apps.datasets.models import (
    CommitteeProposal,
    Condition,
    Dataset,
    DatasetRole,
    Distribution,
    Removal,
    Version,
)
from apps.people.commands.people import give_platform_role
from apps.people.models import Person
from tests.factories import rows

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
Outcome = CommitteeProposal.Outcome


def dataset(title: str = "", *, listed_from: datetime | None = None, **how: Any) -> Dataset:
    made = rows.dataset("controlled", rows.committee(), listed_from=listed_from)
    facts = {**({"title": title} if title else {}), **how}
    if facts:
        Dataset.objects.filter(pk=made.pk).update(**facts)
        made.refresh_from_db()
    return made


def person(name: str = "Row Person", **how: Any) -> Person:
    made = rows.person(**how)
    Person.objects.filter(pk=made.pk).update(name=name)
    made.refresh_from_db()
    return made


def with_role(of: Dataset, role: str = Dataset.OWNER, name: str = "Row Person", **how: Any) -> Person:
    made = person(name, **how)
    roles.assign(made, role, of)
    return made


def version(of: Dataset, *files: int, state: str = "published", number: int = 0, **how: Any) -> Version:
    """A version in this state, with a file of each of these sizes."""
    by = rows.person()
    made = Version.objects.create(dataset=of, number=number or of.versions.count() + 1, notes="")
    for place, size in enumerate(files):
        keyed = how.get("keys", [])
        key = {"storage_key": keyed[place]} if place < len(keyed) else {}
        Distribution.objects.create(version=made, name=f"f{len(files) - place}.csv", size=size, uploaded_by=by, **key)
    facts: dict[str, Any] = {key: value for key, value in how.items() if key != "keys"}
    if state != "draft":
        facts = {"published_at": clock.now() - 9 * DAY, **facts}
    if state == "withdrawn":
        facts = {"withdrawn_at": clock.now(), "withdrawn_because": "Consent.", **facts}
    Version.objects.filter(pk=made.pk).update(state=state, **facts)
    made.refresh_from_db()
    return made


# ------------------------------------------------------------------------------------------------- lists
def test_the_catalogue_has_what_is_listed_newest_first() -> None:
    with clock.freeze(clock.now()):
        now = clock.now()
        old, new, at_once = (dataset(listed_from=now - ago) for ago in (9 * DAY, DAY, timedelta()))
        dataset(listed_from=now + TICK)
        dataset()
        assert list(queries.catalogue()) == [at_once, new, old]
        twin = dataset(listed_from=now - DAY)
        alike = sorted([new, twin], key=lambda one: one.pk, reverse=True)
        assert list(queries.catalogue()) == [at_once, *alike, old]


def test_a_page_has_the_first_datasets_and_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "COUNTED_UP_TO", 2)
    found = Dataset.objects.order_by("title")
    made = [dataset(title) for title in ("b", "a")]
    page = queries.first_page(found, size=1)
    assert (page.items, page.total, page.more_than_counted) == ([made[1]], 2, False)
    dataset("c")
    assert queries.counted(found) == (2, True)
    page = queries.first_page(found, size=9)
    assert (len(page.items), page.total, page.more_than_counted) == (3, 2, True)
    assert queries.first_page(Dataset.objects.none(), size=1) == queries.Page([], 0, False)


def test_use_conditions_are_those_of_the_dataset_in_the_order_of_the_terms() -> None:
    one, other = dataset(), dataset()
    codes = [("DUO:0000006", ""), ("DUO:0000007", "MONDO:2"), ("DUO:0000007", "MONDO:1")]
    for code, value in codes:
        Condition.objects.create(dataset=one, code=code, value=value)
    Condition.objects.create(dataset=other, code="DUO:0000042")
    found = queries.uses_of(one)
    assert set(found) == {Use(*code) for code in codes}
    assert found == listed(queries.dataset_called(one.slug, with_role(one)).condition_rows)  # type: ignore[union-attr]
    row: Any = Dataset.objects.annotate(rows=queries.condition_rows()).get(pk=one.pk)
    assert [(each["code"], each["value"]) for each in row.rows] == sorted(codes)
    assert queries.uses_of(dataset()) == []


def test_a_dataset_is_found_by_its_name_by_those_who_may_see_it() -> None:
    hidden, shown = dataset(), dataset(listed_from=clock.now() - DAY)
    with_role(shown, name="Cara")
    with_role(shown, name="Anna")
    with_role(dataset(), name="Elsewhere")
    with_role(shown, name="Closed", active=False)
    with_role(shown, name="")
    with_role(shown, Dataset.STEWARD, name="Bea")
    manager = with_role(hidden, Dataset.STEWARD)
    found: Any = queries.dataset_called(shown.slug, VISITOR)
    assert (found, found.owner_names) == (shown, ["Anna", "Cara"])
    assert queries.dataset_called(hidden.slug, VISITOR) is None
    assert queries.dataset_called(hidden.slug, manager) == hidden
    assert queries.dataset_called("nothing", manager) is None
    assert set(queries.visible_to(manager)) == {hidden, shown}
    assert set(queries.managed_by(manager)) == {hidden}
    assert not queries.managed_by(VISITOR).exists()


def test_the_datasets_of_a_manager_come_by_title_with_their_versions() -> None:
    first, second, empty = dataset("b"), dataset("a"), dataset("b")
    manager = rows.person()
    for one in (first, second, empty):
        roles.assign(manager, Dataset.OWNER, one)
    with_role(dataset("0"))
    version(first, state="superseded")
    published = version(first)
    version(first, state="draft")
    version(second, state="withdrawn")
    found: list[Any] = list(queries.overview_of(manager))
    assert found == [second, *sorted([first, empty], key=lambda one: one.pk)]
    facts = {
        one.pk: (one.version_number, one.version_state, one.published_number, one.published_state) for one in found
    }
    assert facts == {
        first.pk: (3, "draft", 2, "published"),
        second.pk: (1, "withdrawn", 1, "withdrawn"),
        empty.pk: (None, None, None, None),
    }
    assert {one.pk: one.published_at for one in found}[first.pk] == published.published_at
    assert queries.titles_of([first.pk, second.pk, uuid4()]) == {first.pk: "b", second.pk: "a"}


# ------------------------------------------------------------------------------------------------- versions
def test_versions_come_newest_first_with_their_files_by_name() -> None:
    one = dataset()
    first, embargoed = version(one, 5, 7), version(one, embargo_until=clock.now() + DAY)
    second = version(one, state="draft")
    version(dataset(), 9)
    manager = with_role(one)
    assert list(queries.versions_visible_to(VISITOR, one)) == [first]
    found = list(queries.versions_visible_to(manager, one))
    assert found == [second, embargoed, first]
    assert [file.name for file in found[2].distributions.all()] == ["f1.csv", "f2.csv"]
    sized: list[Any] = queries.sized_versions(one, manager)
    assert [(each.pk, each.files, each.bytes, each.unchecked) for each in sized] == [
        (second.pk, 0, 0, 0),
        (embargoed.pk, 0, 0, 0),
        (first.pk, 2, 12, 2),
    ]
    assert [each.pk for each in queries.sized_versions(one, VISITOR)] == [first.pk]


def test_a_file_with_a_checksum_is_checked() -> None:
    one = version(dataset(), 5, 7, state="draft")
    Distribution.objects.filter(version=one, size=5).update(sha256="0" * 64, checked_at=clock.now())
    found: Any = queries.sizes(Version.objects.all()).get()
    assert (found.files, found.unchecked, found.bytes) == (2, 1, 12)


def test_the_current_version_is_the_newest_that_is_available() -> None:
    one = dataset()
    assert queries.current_version(one) is None
    version(one, state="superseded")
    current = version(one, 3, 4)
    version(one, 9, embargo_until=clock.now() + DAY)
    version(one, state="withdrawn")
    version(one, state="draft")
    other = dataset()
    version(other, number=99)
    assert queries.current_version(one) == current
    empty = dataset()
    assert queries.sizes_of_current([one, other, empty]) == {one.pk: (2, 7), other.pk: (0, 0)}
    assert queries.sizes_of_current([]) == {}


def test_versions_whose_embargo_has_ended_come_dataset_by_dataset() -> None:
    with clock.freeze(clock.now()):
        now = clock.now()
        one, two = sorted([dataset(), dataset()], key=lambda each: each.pk)
        later = version(two, embargo_until=now, number=2)
        earlier = version(two, embargo_until=now - DAY, number=1)
        first = version(one, embargo_until=now - DAY)
        version(one, embargo_until=now + TICK, number=4)
        version(one, embargo_until=now - DAY, number=5, released_at=now)
        version(one, embargo_until=now - DAY, number=6, state="superseded")
        version(one, number=7)
        assert list(queries.embargo_ended()) == [first, earlier, later]


def test_an_embargoed_version_with_files_of_a_draft() -> None:
    one, now = dataset(), clock.now()
    version(one, 1, keys=["public"])
    version(one, 1, keys=["public"], embargo_until=now + 9 * DAY)
    version(one, 1, keys=["else"], embargo_until=now + 9 * DAY)
    version(dataset(), 1, keys=["secret"], embargo_until=now + 9 * DAY)
    version(one, 1, keys=["secret"], state="withdrawn", embargo_until=now + 9 * DAY)
    sooner = version(one, 1, keys=["secret"], embargo_until=now + DAY)
    later = version(one, 1, keys=["other"], state="superseded", embargo_until=now + 3 * DAY)
    draft = version(one, 1, 1, 1, state="draft", keys=["public", "secret", "other"], embargo_until=now + 9 * DAY)

    def found() -> Version | None:
        return queries.embargoed_with_files_of(draft)

    assert found() == later
    with clock.freeze(now + DAY):
        assert found() == later
    Version.objects.filter(pk=later.pk).update(embargo_until=now + timedelta(hours=1))
    assert found() == sooner
    Version.objects.filter(pk=later.pk).update(embargo_until=now + 3 * DAY)
    version(dataset(), 1, keys=["other"])
    assert found() == later, "what is public in another dataset"
    with clock.freeze(now + 3 * DAY - TICK):
        assert found() == later
    with clock.freeze(now + 3 * DAY):
        assert found() is None, "the embargo is over"


def test_files_are_seen_with_their_version() -> None:
    one = dataset()
    shown, draft = version(one, 1), version(one, 1, state="draft")
    manager = with_role(one, "view_draft_dataset")
    assert set(queries.files_visible_to(VISITOR)) == set(shown.distributions.all())
    assert set(queries.files_visible_to(manager)) == {*shown.distributions.all(), *draft.distributions.all()}


def test_the_public_numbers_are_of_listed_datasets() -> None:
    assert queries.public_numbers() == {"datasets": 0, "open": 0, "institutions": 0}
    home = rows.institution()
    past = clock.now() - DAY
    for access, where in (("open", home), ("controlled", home), ("open", rows.institution()), ("registered", None)):
        dataset(listed_from=past, access=access, institution=where)
    dataset(access="open", institution=rows.institution())
    assert queries.public_numbers() == {"datasets": 4, "open": 2, "institutions": 2}


# ------------------------------------------------------------------------------------------------- proposals
def proposal(of: Dataset, to: Committee, outcome: str = "awaiting", *, ago: timedelta = DAY) -> CommitteeProposal:
    by, at = rows.person(), clock.now() - ago
    answer = {} if outcome == "awaiting" else {"answered_by": by, "answered_at": at, "reason": "Answered."}
    return CommitteeProposal.objects.create(
        dataset=of, committee=to, proposed_by=by, outcome=outcome, proposed_at=at, **answer
    )


def test_the_open_and_the_last_proposal_of_a_dataset() -> None:
    one, other, to = dataset(), dataset(), rows.committee()
    assert (queries.open_proposal(one), queries.last_proposal(one)) == (None, None)
    older = proposal(one, to, Outcome.DECLINED, ago=3 * DAY)
    opened = proposal(one, to, ago=2 * DAY)
    last = proposal(one, to, Outcome.WITHDRAWN)
    theirs = proposal(other, to, ago=timedelta())
    proposal(dataset(), to)
    assert (queries.open_proposal(one), queries.last_proposal(one)) == (opened, last)
    assert queries.last_proposals([one, other]) == {one.pk: last, other.pk: theirs}
    assert queries.last_proposals([]) == {}
    assert older.pk


def test_chairs_answer_proposals_and_operators_where_there_is_no_chair() -> None:
    with_chair, without, ended = rows.committee(), rows.committee(), rows.committee()
    chair, member, former = rows.person(), rows.person(), rows.person()
    CommitteeMember.objects.create(committee=with_chair, person=chair, is_chair=True)
    CommitteeMember.objects.create(committee=without, person=member)
    past = clock.now() - 9 * DAY
    CommitteeMember.objects.create(committee=ended, person=former, is_chair=True, starts_at=past, ends_at=past + DAY)
    newer = {one: proposal(dataset(), one) for one in (with_chair, without, ended)}
    older = {one: proposal(dataset(), one, ago=3 * DAY) for one in (with_chair, without, ended)}
    done = {one: proposal(dataset(), one, Outcome.ACCEPTED) for one in (with_chair, without, ended)}
    operator, auditor = rows.person(), rows.person()
    give_platform_role(operator, kind="operator", days=30, by=CONSOLE)
    give_platform_role(auditor, kind="auditor", days=30, by=CONSOLE)
    everything = {
        chair: {one[with_chair] for one in (newer, older, done)},
        operator: {one[to] for one in (newer, older, done) for to in (without, ended)},
        member: set(), former: set(), auditor: set(), VISITOR: set(),
    }  # fmt: skip
    for reader, expected in everything.items():
        assert set(queries.proposals_visible_to(reader)) == expected
        assert set(queries.proposals_to_answer(reader)) == expected - set(done.values())
    assert list(queries.proposals_to_answer(chair)) == [older[with_chair], newer[with_chair]]
    assert list(queries.open_proposals_to(without)) == [older[without], newer[without]]


# ------------------------------------------------------------------------------------------------- roles
def test_everybody_with_a_role_owners_first() -> None:
    one = dataset()
    people = {role: with_role(one, role) for role in reversed(Dataset.ROLES)}
    with_role(dataset())
    found = queries.role_holders_of(one)
    assert [(each.person, each.role) for each in found] == [(people[role], role) for role in Dataset.ROLES]
    assert list(queries.owners_of(one)) == [people[Dataset.OWNER]]
    assert list(queries.stewards_of(one)) == [people[Dataset.STEWARD]]
    assert {role for role, each in people.items() if queries.is_manager(each, one)} == set(Dataset.MANAGERS)
    assert {role for role, each in people.items() if queries.is_owner(each, one)} == {Dataset.OWNER}
    for ask in (queries.is_owner, queries.is_manager):
        assert not ask(VISITOR, one)
        assert not ask(people[Dataset.OWNER], dataset())


def test_the_last_twenty_roles_that_were_removed() -> None:
    one, by = dataset(), rows.person()
    now = clock.now()

    def removed(of: Dataset, ago: int, **what: Any) -> Removal:
        what = what or {"person": rows.person(), "role": Dataset.STEWARD}
        return Removal.objects.create(dataset=of, removed_by=by, reason="Left.", removed_at=now - ago * DAY, **what)

    made = [removed(one, ago) for ago in range(1, 23)]
    removed(one, 0, label="a.csv")
    removed(dataset(), 0)
    assert list(queries.removed_roles_of(one)) == made[:20]


def test_a_dataset_has_an_owner_if_one_of_them_can_act() -> None:
    one, other = dataset(), dataset()
    with_role(other)
    assert not queries.has_owner(one)
    closed = with_role(one, active=False)
    with_role(one, Dataset.STEWARD)
    assert not queries.has_owner(one)
    assert set(queries.left_without_owner(closed.pk)) == {one}
    assert queries.left_without_owner(None) == []
    active = with_role(one)
    assert queries.has_owner(one)
    assert queries.left_without_owner(closed.pk) == []
    assert queries.left_without_owner(active.pk) == []


def test_datasets_left_without_an_owner_come_in_one_order() -> None:
    closed = rows.person(active=False)
    made = [dataset() for _one in range(3)]
    for one in made:
        roles.assign(closed, Dataset.OWNER, one)
    assert queries.left_without_owner(closed.pk) == sorted(made, key=lambda one: one.pk)


def test_datasets_that_only_this_person_owns_come_by_title() -> None:
    person_, colleague = rows.person(), rows.person()
    shared, alone, first, twin = dataset("c"), dataset("b"), dataset("a"), dataset("a")
    for one in (shared, alone, first, twin):
        roles.assign(person_, Dataset.OWNER, one)
    roles.assign(colleague, Dataset.OWNER, shared)
    roles.assign(colleague, Dataset.STEWARD, alone)
    with_role(first, active=False)
    assert queries.solely_owned_by(person_) == [*sorted([first, twin], key=lambda one: one.pk), alone]
    assert queries.solely_owned_by(colleague) == []


def test_the_active_owners_of_several_datasets_by_name() -> None:
    one, other, empty = dataset(), dataset(), dataset()
    cara, anna = with_role(one, name="Cara"), with_role(one, name="Anna")
    with_role(one, name="Closed", active=False)
    with_role(one, Dataset.STEWARD, name="Bea")
    theirs = with_role(other)
    with_role(dataset())
    assert queries.owners_by_dataset([one.pk, other.pk, empty.pk]) == {one.pk: [anna, cara], other.pk: [theirs]}
    twin = with_role(one, name="Anna")
    first_row = DatasetRole.objects.filter(content_object=one, user__in=[anna, twin]).order_by("pk")
    assert queries.owners_by_dataset([one.pk])[one.pk] == [*(row.user for row in first_row), cara]
