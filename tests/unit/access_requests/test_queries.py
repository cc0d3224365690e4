"""Which requests somebody may read, in which order, and which wait for whom."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.access_requests import queries, queries_waits
from apps.access_requests.models import AccessRequest, Item
from apps.committees.models import CommitteeMember
from apps.core import clock, roles
from apps.datasets.models import Dataset
from apps.people.models import Person
from tests.factories import rows
from tests.unit.access_requests.reviews import DAY, Review, closed_account, member, request

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
STATES = ("draft", "submitted", "in_review", "returned", "decided", "withdrawn")


def owner(of: Dataset, role: str = Dataset.OWNER) -> Person:
    person = rows.person()
    roles.assign(person, role, of)
    return person


# ------------------------------------------------------------------------------------------------- readers
def test_applicants_read_their_requests_and_members_once_they_are_submitted() -> None:
    applicant, named = rows.person(), rows.person()
    mine = [Review(state, applicant=applicant) for state in STATES]
    for one in mine:
        one.name(named)
    Review()
    assert set(queries.of_person(applicant)) == {one.request for one in mine}
    assert set(queries.of_person(named)) == {one.request for one in mine if one.request.state != "draft"}
    for nobody in (rows.person(), VISITOR, None):
        assert not queries.of_person(nobody).exists()


def test_the_requests_for_a_dataset_come_first_then_those_it_can_be_added_to() -> None:
    applicant, now = rows.person(), clock.now()
    older, newer = (Review("decided", applicant=applicant) for _one in range(2))
    data = older.dataset
    Item.objects.create(request=newer.request, dataset=data, committee=older.committee)
    written = [
        request(applicant, state, created_at=now - days * DAY) for state, days in (("draft", 3), ("returned", 1))
    ]
    Item.objects.create(
        request=written[0], dataset=rows.dataset("controlled", older.committee), committee=older.committee
    )
    request(applicant, "submitted")
    AccessRequest.objects.filter(pk=newer.request.pk).update(created_at=now - 2 * DAY)
    AccessRequest.objects.filter(pk=older.request.pk).update(created_at=now - 9 * DAY)
    named = request(rows.person(), "returned")
    named.memberships.create(person=applicant)  # somebody else's: it cannot be added there
    Review("draft")
    found = list(queries.requests_for_dataset(data, applicant))
    assert found == [newer.request, older.request, written[1], written[0]]
    assert [one.holds for one in found] == [True, True, False, False]  # type: ignore[attr-defined]
    alike = [request(applicant, "draft", created_at=now) for _one in range(2)]
    assert list(queries.requests_for_dataset(data, applicant))[2:4] == sorted(alike, key=lambda one: one.pk)
    assert not queries.requests_for_dataset(data, VISITOR).exists()


def test_a_member_reads_what_was_submitted_to_their_committee() -> None:
    first = Review()
    chair = first.voters[0]
    others = [Review(state, committee=first.committee) for state in ("draft", "decided")]
    Review()
    assert set(queries.before_committees_of(chair)) == {first.request, others[1].request}
    for nobody in (rows.person(), first.applicant, VISITOR):
        assert not queries.before_committees_of(nobody).exists()
    CommitteeMember.objects.filter(person=chair).update(ends_at=clock.now())
    assert not queries.before_committees_of(chair).exists()


def test_a_recused_member_does_not_read_it_with_any_account() -> None:
    first = Review()
    other = Review(committee=first.committee)
    chair, colleague = first.voters[:2]
    first.recuse(chair)
    other.recuse(closed_account(colleague))
    assert set(queries.before_committees_of(chair)) == {other.request}
    assert set(queries.before_committees_of(colleague)) == {first.request}


@pytest.mark.parametrize("role", Dataset.MANAGERS)
def test_a_manager_reads_what_was_submitted_for_their_datasets(role: str) -> None:
    one, draft = Review(), Review("draft")
    manager = owner(one.dataset, role)
    roles.assign(manager, role, draft.dataset)
    Review()
    assert set(queries.for_datasets_managed_by(manager)) == {one.request}
    assert not queries.for_datasets_managed_by(VISITOR).exists()


def test_what_awaits_a_decision_for_a_manager() -> None:
    reviews = {state: Review(state) for state in STATES}
    manager = rows.person()
    for one in reviews.values():
        roles.assign(manager, Dataset.OWNER, one.dataset)
    done = Review("in_review")
    roles.assign(manager, Dataset.OWNER, done.dataset)
    done.decide()
    Review()
    waiting = {"submitted", "in_review", "returned"}
    items = {reviews[state].item for state in waiting}
    assert set(queries.undecided_for_datasets_managed_by(manager)) == items
    assert set(queries.undecided_by_manager(manager)) == {one.request for one in items}
    for state, one in reviews.items():
        assert list(queries.undecided_by_manager(manager, one.dataset)) == [one.request] * (state in waiting)
    assert not queries.undecided_by_manager(VISITOR).exists()


def test_a_request_with_one_decided_dataset_awaits_the_decision_on_the_other() -> None:
    """Only a dataset that this manager manages counts."""
    one = Review()
    second = rows.dataset("controlled", one.committee)
    Item.objects.create(request=one.request, dataset=second, committee=one.committee)
    first_manager, second_manager = owner(one.dataset), owner(second)
    one.decide()
    assert not queries.undecided_by_manager(first_manager).exists()
    assert list(queries.undecided_by_manager(second_manager)) == [one.request]


def test_everything_a_person_may_read_is_theirs_their_committees_or_their_datasets() -> None:
    own, decides, manages = Review(), Review(), Review()
    person = own.applicant
    member(decides.committee, person)
    assert not queries.visible_to(person).filter(pk=decides.request.pk).exists(), "not before the declaration"
    decides.declare(person)
    roles.assign(person, Dataset.STEWARD, manages.dataset)
    Review()
    assert set(queries.visible_to(person)) == {one.request for one in (own, decides, manages)}
    assert set(queries.visible_to(decides.voters[0])) == {decides.request}
    assert not queries.visible_to(VISITOR).exists()


# ------------------------------------------------------------------------------------------------- whom it concerns
def test_items_concern_applicants_members_and_the_recused_with_each_account() -> None:
    reviews = [Review() for _one in range(3)]
    person = rows.person()
    for account in (person, closed_account(person)):
        mine = [Review(applicant=account), Review(), Review()]
        mine[1].name(account)
        mine[2].recuse(account)
        reviews[0].name(rows.person())
        reviews[1].recuse(rows.person())
        found = set(Item.objects.filter(queries.concerns(account)))
        assert found == {one.item for one in mine}, "their own account"
        assert {one.item for one in mine} <= set(Item.objects.filter(queries.concerns(person)))
    assert Item.objects.filter(queries.concerns(person)).count() == 6
    assert not Item.objects.filter(queries.concerns(rows.person())).exists()


def test_the_people_of_a_request_are_its_applicant_and_members_by_name() -> None:
    one = Review()
    names = {"Cara": one.applicant, "Anna": rows.person(), "Bea": rows.person()}
    for name, person in names.items():
        Person.objects.filter(pk=person.pk).update(name=name)
        if person != one.applicant:
            one.name(person)
    Review().name(rows.person())
    assert [person.name for person in queries.people_of(one.request)] == ["Anna", "Bea", "Cara"]
    alike = rows.person()
    Person.objects.filter(pk=alike.pk).update(name="Anna")
    one.name(alike)
    assert list(queries.people_of(one.request))[:2] == sorted([names["Anna"], alike], key=lambda each: each.pk)


def test_the_committees_that_are_deciding_about_a_person() -> None:
    person = rows.person()
    account = closed_account(person)
    by_state = {state: Review(state, applicant=person) for state in STATES}
    named, other_account, done = Review(), Review(applicant=account), Review(applicant=person)
    named.name(person)
    done.decide()
    Review()
    expected = {by_state[state].committee.pk for state in ("submitted", "in_review")}
    expected |= {named.committee.pk, other_account.committee.pk}
    assert queries.deciding_about(person) == expected
    assert queries.deciding_about(VISITOR) == set()
    assert queries.deciding_about(rows.person()) == set()


def test_the_committees_that_are_deciding_on_what_a_person_is_recused_from() -> None:
    person = rows.person()
    reviews = {state: Review(state) for state in ("submitted", "in_review", "returned")}
    done, with_other_account = Review(), Review()
    for one in (*reviews.values(), done):
        one.recuse(person)
    with_other_account.recuse(closed_account(person))
    done.decide()
    Review().recuse(rows.person())
    waiting = (reviews["submitted"], reviews["in_review"], with_other_account)
    assert queries.recused_before(person) == {one.committee.pk for one in waiting}
    assert queries.recused_before(rows.person()) == set()


def test_the_open_round_of_a_request_is_its_own_and_not_closed() -> None:
    one, other = Review(), Review()
    assert queries.open_round(one.request) == one.round
    one.decide()
    assert queries.open_round(one.request) is None
    assert queries.open_round(other.request) == other.round
    again = one.opened(clock.now(), number=2)
    assert queries.open_round(one.request) == again


def test_requests_that_people_vote_on_are_under_review_by_a_committee_of_theirs() -> None:
    reviews = {state: Review(state) for state in STATES}
    done = Review()
    done.decide()
    ended = reviews["submitted"].members[1]
    CommitteeMember.objects.filter(pk=ended.pk).update(ends_at=clock.now())
    asked = [one.voters[0].pk for state, one in reviews.items() if state != "submitted"]
    asked += [ended.person_id, done.voters[0].pk]
    Review()
    found = list(queries.voted_on_beside([*asked, None]))
    expected = [reviews["submitted"].request, reviews["in_review"].request]
    assert found == sorted(expected, key=lambda one: one.pk)
    assert list(queries.voted_on_beside([None])) == []


# ------------------------------------------------------------------------------------------------- how long it takes
def decided(after: timedelta, *, ago: timedelta = DAY, committee: Review | None = None) -> Review:
    """Decided so long after its first round was opened; another round was opened in between."""
    one = Review(committee=committee.committee if committee is not None else None)
    at = clock.now() - ago
    one.opened(at - after, number=2, closed_at=at - after / 2)
    one.decide(at=at)
    return one


def test_a_wait_is_the_median_of_whole_days_from_the_first_round_to_the_decision() -> None:
    first = decided(10 * DAY)
    decided(20 * DAY, committee=first)
    decided(90 * DAY, committee=first)
    other = decided(timedelta(hours=14) + 5 * DAY)
    old = decided(30 * DAY, ago=queries_waits.REMEMBERED + DAY)
    Review(committee=first.committee)
    found = queries_waits.waits()
    assert {pk: (wait.days, wait.decisions) for pk, wait in found.items()} == {
        first.committee.pk: (20, 3),
        other.committee.pk: (6, 1),
    }
    assert found[first.committee.pk].most_days == 76  # nine of ten, between 20 and 90 days
    assert set(queries_waits.waits([first.committee.pk, old.committee.pk])) == {first.committee.pk}
    assert queries_waits.waits([]) == {}


def test_only_the_last_decisions_of_a_committee_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the figure costs does not grow with the decisions; the control remembers one more."""
    first = decided(10 * DAY, ago=2 * DAY)
    decided(20 * DAY, committee=first, ago=DAY)
    assert queries_waits.waits()[first.committee.pk].decisions == 2
    monkeypatch.setattr(queries_waits, "LAST_DECISIONS", 1)
    assert (queries_waits.waits()[first.committee.pk].days, queries_waits.waits()[first.committee.pk].decisions) == (
        20,
        1,
    )


def test_a_wait_is_at_least_one_day() -> None:
    one = Review()
    one.decide(at=one.round.opened_at + timedelta(hours=2))
    assert queries_waits.waits()[one.committee.pk].days == 1


def test_decisions_are_remembered_for_two_years() -> None:
    with clock.freeze(clock.now()):
        one = decided(30 * DAY, ago=queries_waits.REMEMBERED)
        assert queries_waits.waits() == {}
        two = decided(30 * DAY, ago=queries_waits.REMEMBERED - timedelta(microseconds=1))
        assert set(queries_waits.waits()) == {two.committee.pk}
        assert one.committee != two.committee


def test_nobody_who_is_no_person_reads_anything() -> None:
    Review()
    for ask in (queries.of_person, queries.before_committees_of, queries.for_datasets_managed_by, queries.visible_to):
        assert not ask(None).exists()
