"""A notification that asks for something is settled once that is done, by whomever."""

import pytest

from apps.access_requests import commands as requests
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core.actors import SYSTEM
from apps.notifications.commands import settle_notifications
from apps.notifications.models import Notification
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def unread(person: Person, kind: Kind, case: stories.Case | None = None) -> int:
    rows = Notification.objects.filter(reader=person, kind=kind, read_at=None)
    return rows.filter(path=f"/review/{case.request.pk}/").count() if case is not None else rows.count()


def test_signatures_settle_what_asked_for_them() -> None:
    setup = stories.offered()
    applicant, owner = setup.case.applicant, setup.owner
    assert unread(applicant, Kind.AGREEMENT_OFFERED) == 1
    stories.sign(setup.agreement, applicant)
    stories.drain()
    assert (unread(applicant, Kind.AGREEMENT_OFFERED), unread(owner, Kind.AGREEMENT_SIGNED)) == (0, 1)
    stories.countersign(setup.agreement, owner)
    stories.drain()
    assert unread(owner, Kind.AGREEMENT_SIGNED) == 0


def test_a_decision_settles_the_committees_notifications_and_not_the_applicants() -> None:
    case = stories.submitted()
    voters = case.committee_setup.everyone
    assert {unread(voter, Kind.REQUEST_SUBMITTED, case) for voter in voters} == {1}
    informed = unread(case.applicant, Kind.REQUEST_SUBMITTED)
    stories.decided(stories.in_review(case))
    stories.drain()
    assert {unread(voter, Kind.REQUEST_SUBMITTED, case) for voter in voters} == {0}
    assert unread(case.applicant, Kind.REQUEST_SUBMITTED) == informed


def test_an_event_that_settles_nothing_changes_nothing() -> None:
    case = stories.submitted()
    event = Event.objects.get(kind=Kind.REQUEST_SUBMITTED, subject_id=case.request.pk)
    assert settle_notifications(event, by=SYSTEM) == 0
    assert unread(case.committee_setup.chair, Kind.REQUEST_SUBMITTED, case) == 1


def test_a_related_page_that_no_longer_opens_is_not_offered() -> None:
    """A removed member keeps the notification, not the request."""
    case = stories.submitted()
    member = case.committee_setup.members[0]
    note = Notification.objects.get(reader=member, path=f"/review/{case.request.pk}/")
    client, url = stories.client_for(member), f"/notifications/{note.pk}/"
    assert client.get(url).context["opens"]
    requests.remove_committee_member(
        case.committee_setup.membership_of(member), reason="Left the hospital.", by=case.committee_setup.chair
    )
    assert not client.get(url).context["opens"]
    assert client.get(note.path).status_code == 404
