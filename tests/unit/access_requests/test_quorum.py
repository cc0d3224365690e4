"""A committee that cannot decide is not kept quiet: its chair hears of it, or the operators do."""

import pytest
from django.db.models import QuerySet

from apps.access_requests import commands, queries, tasks
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.committees.models import CommitteeMember
from apps.core.actors import SYSTEM
from apps.core.errors import Denied
from apps.identity.commands.identities import deactivate, merge_people
from apps.notifications.models import Notification
from apps.people.commands.people import end_platform_role, give_platform_role
from apps.people.models import Person, PlatformRole
from tests import stories

pytestmark = pytest.mark.django_db


def notified() -> list[Notification]:
    return list(Notification.objects.filter(kind=Kind.QUORUM_MISSING).select_related("reader"))


def published_dataset(*, members: int = 2, quorum: int = 2) -> stories.PublishedDataset:
    return stories.published_dataset(committee_setup=stories.committee_setup(members=members, quorum=quorum))


def test_no_notification_while_the_quorum_can_be_reached() -> None:
    case = stories.submitted()
    assert queries.committees_without_quorum(case.request) == {}
    assert notified() == []


def test_a_member_who_asks_leaves_too_few_and_the_chair_hears_of_it_once() -> None:
    """L34: the quorum never shrinks with the number of eligible voters, so somebody must hear that nobody can
    decide.
    """
    place = published_dataset(members=1)
    asking = place.committee_setup.members[0]
    case = stories.submitted(stories.draft(published_dataset=place, applicant=asking))
    assert queries.committees_without_quorum(case.request) == {place.committee_setup.committee: 1}
    notification = notified()[0]
    assert [one.reader for one in notified()] == [place.committee_setup.chair]
    assert notification.path == f"/committees/{place.committee_setup.committee.slug}/manage/"
    assert "quorum" in notification.body and case.request.reference in notification.subject
    commands.record_committees_without_quorum(case.request, by=SYSTEM)
    stories.drain()
    assert Event.objects.filter(kind=Kind.QUORUM_MISSING).count() == len(notified()) == 1


def test_a_recusal_an_ended_membership_and_a_closed_account_leave_too_few_as_well() -> None:
    place = published_dataset(members=3)
    case = stories.in_review(published_dataset=place)
    first, second, _third = place.committee_setup.members
    commands.recuse(case.request, reason="We wrote a paper together.", by=first)
    commands.remove_committee_member(
        CommitteeMember.objects.appointed().get(person=second),
        reason="Left the hospital.",
        by=place.committee_setup.chair,
    )
    stories.drain()
    assert notified() == []  # two are left, and two is the quorum
    deactivate(place.committee_setup.members[2], by=stories.operator())
    stories.drain()
    event = Event.objects.get(kind=Kind.QUORUM_MISSING)
    assert (event.facts["left"], event.facts["quorum"]) == (1, 2)
    assert [one.reader for one in notified()] == [place.committee_setup.chair]


def test_a_chair_who_has_a_part_in_it_is_not_asked_to_choose_the_judges() -> None:
    place, operator = published_dataset(members=1), stories.operator()
    stories.submitted(stories.draft(published_dataset=place, applicant=place.committee_setup.chair))
    assert [one.reader for one in notified()] == [operator]


def test_a_new_round_without_quorum_is_notified_again() -> None:
    place = published_dataset(members=1)
    case = stories.submitted(stories.draft(published_dataset=place, applicant=place.committee_setup.members[0]))
    commands.request_changes(case.request, text="Which variables do you need?", by=place.committee_setup.chair)
    question = case.request.questions.get()
    commands.answer(question, text="Age and stage.", by=case.applicant)
    case.request.refresh_from_db()
    commands.submit(case.request, by=case.applicant)
    stories.drain()
    assert Event.objects.filter(kind=Kind.QUORUM_MISSING).count() == 2


def short_case() -> tuple[stories.Case, Person, Person]:
    """A chair who is the applicant, so that too few are left; an operator and another person of the committee."""
    place, operator = published_dataset(members=1), stories.operator()
    case = stories.submitted(stories.draft(published_dataset=place, applicant=place.committee_setup.chair))
    return case, operator, place.committee_setup.members[0]


def readers(help_: str) -> set[Person]:
    """Who was notified of a shortage that they, or nobody outside, can help."""
    return {person for event in reports(help_) for person in Person.objects.filter(notifications__event_id=event.pk)}


def reports(help_: str) -> QuerySet[Event]:
    return Event.objects.filter(kind=Kind.QUORUM_MISSING, facts__help=help_)


def test_the_last_operator_outside_becomes_part_of_the_request_by_a_merge() -> None:
    """Dead ends: the operators who are left are asked to appoint another one, and the new one is notified as well."""
    setup = stories.committee_setup(members=1, quorum=2)
    place, operator, colleague = stories.published_dataset(committee_setup=setup), stories.operator(), stories.person()
    PlatformRole.objects.exclude(person=operator).delete()
    case = stories.draft(published_dataset=place, applicant=stories.person())
    commands.name_members(case.request, codes=[setup.chair.code, colleague.code], by=case.applicant)
    case.request.refresh_from_db()
    stories.submitted(case)
    assert readers("operator") == {operator}
    merge_people(colleague, into=operator, by=operator, reason="They are one and the same person.")
    stories.drain()
    assert readers("nobody_outside") == {operator}
    another = stories.person()
    with pytest.raises(Denied):
        commands.add_committee_member(setup.committee, person=stories.person(), by=operator)
    give_platform_role(another, kind="operator", days=30, by=operator)
    stories.drain()
    assert readers("operator") == {operator, another}
    commands.add_committee_member(setup.committee, person=stories.person(), by=another)


@pytest.mark.parametrize("how", ["role ended", "account closed", "role ran out"])
def test_another_operator_is_notified_when_the_one_who_was_is_gone(how: str) -> None:
    """Whoever was appointed after the report has not read it; without `check_helpers` they never would."""
    case, operator, _member = short_case()
    later = stories.operator()
    assert readers("operator") == {operator}
    roles = PlatformRole.objects.filter(person=operator)
    if how == "role ended":
        end_platform_role(operator, kind="operator", by=later)
        stories.drain()
    elif how == "account closed":
        deactivate(operator, by=later)
        stories.drain()
    else:
        roles.update(starts_at=case.request.created_at, ends_at=case.request.submitted_at)
        tasks.check_helpers()
        stories.drain()
    assert later in readers("operator")


def test_a_chair_whom_another_request_bars_is_not_asked_and_the_operators_are() -> None:
    """The chair is an applicant of the same committee elsewhere, so the page would refuse them."""
    place, operator = published_dataset(members=1), stories.operator()
    chair = place.committee_setup.chair
    stories.submitted(stories.draft(published_dataset=place, applicant=place.committee_setup.members[0]))
    assert readers("chair") == {chair} and not readers("operator")
    stories.submitted(stories.draft(published_dataset=place, applicant=chair))
    assert readers("operator") == {operator}
    assert reports("operator").values("subject_id").distinct().count() == 2  # both requests


def test_nobody_is_notified_twice_of_the_same() -> None:
    """The control of the above: what changes nothing reports nothing."""
    short_case()
    before = len(notified())
    stories.operator()
    tasks.check_helpers()
    stories.drain()
    tasks.check_helpers()
    stories.drain()
    assert len(notified()) <= before + 2  # the operator who was appointed meanwhile, once
    assert before
