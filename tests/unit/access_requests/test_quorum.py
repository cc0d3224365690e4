"""A committee that cannot decide is not kept quiet: its chair hears of it, or the operators do."""

import pytest

from apps.access_requests import commands, queries
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.committees.models import CommitteeMember
from apps.core.actors import SYSTEM
from apps.identity.commands.identities import deactivate
from apps.notifications.models import Notification
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
