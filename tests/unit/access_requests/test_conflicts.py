"""Nothing of a case is shown or sent to a committee member who has not declared that they have no conflict."""

from typing import Any

import pytest

from apps.access_requests import commands, queries, queries_conflicts, queries_thread, rules, rules_conflicts
from apps.access_requests.models import Membership, NoConflictDeclaration, Recusal, Round
from apps.access_requests.named import UNKNOWN, named_people
from apps.access_requests.queries_conflicts import Why
from apps.agreements.queries import visible_to as agreements_visible_to
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import Denied, WrongState
from apps.notifications.models import Notification
from apps.people.models import Person
from tests import stories
from tests.unit.access_requests.reviews import Review, closed_account, member

pytestmark = pytest.mark.django_db


def seen(review: Review) -> str:
    return rules_conflicts.seen_of(queries_conflicts.people_to_judge(review.request))


@pytest.fixture
def review() -> Review:
    """A request on which the voters have declared, and `late` has not."""
    return Review()


@pytest.fixture
def late(review: Review) -> Person:
    return member(review.committee).person


# -------------------------------------------------------------------------------------------------- what it closes
def test_a_case_is_read_only_after_the_declaration(review: Review, late: Person) -> None:
    assert not queries.before_committees_of(late).exists()
    assert not queries.visible_to(late).exists()
    assert queries.for_committees_of(late).get() == review.request
    assert not queries_thread.reader_of(late, review.request).reads
    assert late not in queries_thread.readers_of(review.request, committees=[review.committee.pk])
    commands.declare_no_conflict(review.request, seen=seen(review), by=late)
    assert queries.before_committees_of(late).get() == queries.visible_to(late).get() == review.request
    assert queries_thread.reader_of(late, review.request).committees == (review.committee,)
    assert late in queries_thread.readers_of(review.request, committees=[review.committee.pk])


def test_nobody_acts_before_the_declaration() -> None:
    case = stories.in_review()
    setup = case.committee_setup
    late = stories.person()
    commands.add_committee_member(setup.committee, person=late, by=setup.chair)
    said = {"choice": "approve", "reason": "Sound.", "signed_in": stories.fresh_sign_in(), "seen": case.round}
    for act in (
        lambda: commands.vote(case.item, by=late, **said),
        lambda: commands.request_changes(case.request, text="Which?", by=late),
        lambda: commands.write_message(case.request, text="A note.", committee=setup.committee, internal=True, by=late),
        lambda: commands.undo_decision(case.item, why="Wrong.", by=late),
    ):
        with pytest.raises(Denied):
            act()
    with pytest.raises(Denied):
        rules.check_declared(late, case.request)
    stories.declare(case.request, late)
    rules.check_declared(late, case.request)  # the control: the same person after it
    assert commands.write_message(case.request, text="A note.", committee=setup.committee, internal=True, by=late)


def test_an_agreement_is_read_only_after_the_declaration() -> None:
    offered = stories.offered()
    setup, late = offered.case.committee_setup, stories.person()
    commands.add_committee_member(setup.committee, person=late, by=setup.chair)
    assert not agreements_visible_to(late).exists()
    stories.declare(offered.case.request, late)
    assert agreements_visible_to(late).get() == offered.agreement


def test_notifications_say_nothing_of_a_case_before_the_declaration() -> None:
    case = stories.submitted(declared=False)
    request, chair = case.request, case.committee_setup.chair
    written = Notification.objects.get(reader=chair, kind=Kind.REQUEST_SUBMITTED)
    assert request.title not in written.subject + written.body
    assert request.reference in written.subject and case.applicant.name in written.body
    other = stories.submitted(published_dataset=case.published_dataset)  # the control: who declared reads the title
    known = Notification.objects.filter(reader=chair, path__contains=str(other.request.pk)).get()
    assert other.request.title in known.body


# ----------------------------------------------------------------------------------------------------- the answer
def test_the_declaration_is_an_event_and_a_row(review: Review, late: Person) -> None:
    commands.declare_no_conflict(review.request, seen=seen(review), by=late)
    commands.declare_no_conflict(review.request, seen=seen(review), by=late)  # twice: a second tab
    assert NoConflictDeclaration.objects.get(person=late).people == [review.applicant.pk]
    event = Event.objects.get(kind=Kind.NO_CONFLICT_DECLARED)
    assert (event.actor_id, event.subject_id, event.facts["suggested"]) == (late.pk, review.request.pk, "")


def test_a_conflict_recuses(review: Review, late: Person) -> None:
    commands.recuse(review.request, reason="We publish together.", by=late)
    assert Recusal.objects.get(person=late).request == review.request
    with pytest.raises(Denied):
        commands.declare_no_conflict(review.request, seen=seen(review), by=late)
    assert not queries.for_committees_of(late).exists()


def test_a_first_answer_is_taken_after_the_decision_too(review: Review, late: Person) -> None:
    review.decide()
    commands.recuse(review.request, reason="We publish together.", by=late)
    with pytest.raises(WrongState):
        commands.recuse(review.request, reason="We publish together.", by=review.voters[0])


def test_people_who_come_to_the_request_are_asked_about(review: Review) -> None:
    chair = review.voters[0]
    before, colleague = seen(review), stories.person()
    review.name(colleague)
    assert not queries_conflicts.has_declared(chair, review.request)
    assert queries_conflicts.people_to_judge(review.request) == [review.applicant, colleague]
    with pytest.raises(WrongState):
        commands.declare_no_conflict(review.request, seen=before, by=chair)
    commands.declare_no_conflict(review.request, seen=seen(review), by=chair)
    assert queries_conflicts.has_declared(chair, review.request)
    Membership.objects.filter(request=review.request).delete()  # fewer people: the answer covers them
    assert queries_conflicts.has_declared(chair, review.request)


def test_a_draft_of_the_next_round_asks_only_when_it_is_submitted() -> None:
    case = stories.returned()
    chair, colleague = case.committee_setup.chair, stories.person()
    commands.name_members(case.request, codes=[colleague.code], by=case.applicant)
    assert queries_conflicts.has_declared(chair, case.request)
    assert colleague not in queries_conflicts.people_to_judge(case.request)
    commands.answer(case.question, text="All.", by=case.applicant)
    commands.submit(case.request, by=case.applicant)
    assert not queries_conflicts.has_declared(chair, case.request)


def test_the_round_names_who_is_asked_about_even_when_the_request_no_longer_does() -> None:
    case = stories.submitted(stories.draft(members=[stories.person()]))
    chair = case.committee_setup.chair
    assert queries_conflicts.has_declared(chair, case.request)
    other = stories.submitted(stories.draft(members=[stories.person()]), declared=False)
    NoConflictDeclaration.objects.create(
        request=other.request, person=other.committee_setup.chair, people=[other.applicant.pk]
    )
    Membership.objects.filter(request=other.request).delete()
    assert not queries_conflicts.has_declared(other.committee_setup.chair, other.request)


@pytest.mark.parametrize("snapshot", [{}, {"members": None}, {"members": "x"}])
def test_a_round_that_does_not_say_whom_it_names_is_covered_by_who_knew_that(snapshot: dict[str, Any]) -> None:
    """Unknown people are not nobody: who declared about an empty list reads nothing until they answer again."""
    review = Review()
    late = review.voters[0]
    assert queries_conflicts.has_declared(late, review.request), "control"
    Round.objects.filter(pk=review.round.pk).update(closed_at=clock.now())
    review.snapshot = snapshot
    review.opened(clock.now(), number=2)
    assert not queries_conflicts.has_declared(late, review.request)
    assert [one.pk for one in queries_conflicts.people_to_judge(review.request)] == [review.applicant.pk, UNKNOWN]
    commands.declare_no_conflict(review.request, seen=seen(review), by=late)
    assert queries_conflicts.has_declared(late, review.request)
    assert UNKNOWN in named_people({"applicant": str(review.applicant.pk), **snapshot})


def test_a_declaration_with_another_account_counts(review: Review, late: Person) -> None:
    review.declare(closed_account(late))
    assert queries_conflicts.has_declared(late, review.request)
    assert queries_conflicts.declared_among(late, [review.request.pk]) == {review.request.pk}


@pytest.mark.parametrize("who", ["stranger", "applicant", "recused", "closed"])
def test_who_is_not_asked(review: Review, late: Person, who: str) -> None:
    if who == "recused":
        review.recuse(late)
    if who == "closed":
        Person.objects.filter(pk=late.pk).update(is_active=False)
        late.refresh_from_db()
    person = {"stranger": stories.person(), "applicant": review.applicant}.get(who, late)
    with pytest.raises(Denied):
        rules_conflicts.check_can_answer(person, review.request)


# ------------------------------------------------------------------------------------------------ what suggests one
def test_what_suggests_a_conflict(review: Review, late: Person) -> None:
    people = [review.applicant]

    def found() -> set[Why]:
        return {one.why for one in queries_conflicts.suggestions(late, review.request, people)}

    Person.objects.filter(pk=late.pk).update(institution=None)
    late.refresh_from_db()
    assert found() == set()
    Person.objects.filter(pk=late.pk).update(institution=review.applicant.institution)
    late.refresh_from_db()
    shared = {Why.INSTITUTION} if review.applicant.institution_id else set()
    assert found() == shared
    Review(applicant=review.applicant).name(late)
    assert found() == shared | {Why.TOGETHER}
    Review(applicant=review.applicant).recuse(late)
    assert found() == shared | {Why.TOGETHER, Why.EARLIER}
    commands.declare_no_conflict(review.request, seen=seen(review), by=late)
    suggested = Event.objects.get(kind=Kind.NO_CONFLICT_DECLARED).facts["suggested"]
    assert set(suggested.split("+")) == {why.value for why in found()}


def test_a_draft_suggests_nothing(review: Review, late: Person) -> None:
    Review("draft", applicant=review.applicant).name(late)
    found = queries_conflicts.suggestions(late, review.request, [review.applicant])
    assert Why.TOGETHER not in {one.why for one in found}
