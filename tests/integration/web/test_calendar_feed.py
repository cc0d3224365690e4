"""The calendar feed: a secret address that can be renewed and ended, with references and dates and nothing else."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from apps.access_requests.commands import recuse
from apps.access_requests.models import Item
from apps.audit.models import Event
from apps.committees import commands as committees
from apps.core import clock
from apps.people.models import Person
from apps.tokens.models import CalendarFeed
from tests import stories

pytestmark = pytest.mark.django_db
PAGE = "/account/calendar/"


def address(someone: Person) -> str:
    """A new address of this person, as path and query."""
    shown = stories.client_for(someone).post(PAGE, {"act": "make"}).context["address"]
    parts = urlsplit(shown)
    return f"{parts.path}?{parts.query}"


def entries(path: str) -> list[tuple[str, object]]:
    answer = stories.client_for(None).get(path)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    return [(str(one["summary"]), one["dtstart"].dt) for one in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_the_feed_has_references_and_dates_and_nothing_else_of_a_case() -> None:
    case = stories.in_review()
    path = address(case.committee_setup.chair)
    ((summary, day),) = entries(path)
    assert (summary.split(":")[0], day) == (case.request.reference, clock.today() + timedelta(days=28))
    text = stories.client_for(None).get(path).content.decode()
    hidden = (
        case.request.title,
        case.request.applicant.name,
        str(case.request.pk),
        str(case.committee_setup.committee),
    )
    assert not [word for word in hidden if word in text]


def test_a_renewed_or_ended_address_answers_no_more() -> None:
    setup = stories.committee_setup()
    first = address(setup.chair)
    second = address(setup.chair)
    visitor = stories.client_for(None)
    assert [visitor.get(one).status_code for one in (first, second)] == [404, 200]
    assert stories.client_for(setup.chair).post(PAGE, {"act": "end"}).status_code == 302
    assert stories.client_for(setup.chair).post(PAGE, {"act": "end"}).status_code == 302  # nothing left to end
    assert [visitor.get(one).status_code for one in (first, second, "/calendar.ics")] == [404, 404, 404]
    kinds = Event.objects.filter(kind__startswith="calendar_feed.").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["calendar_feed.made", "calendar_feed.made", "calendar_feed.ended"]


def test_only_a_digest_is_stored() -> None:
    setup = stories.committee_setup()
    secret = address(setup.chair).partition("key=")[2]
    assert secret.startswith("ghc_")
    assert CalendarFeed.objects.get(person=setup.chair).digest != secret


def test_due_dates_are_in_it_while_the_person_is_a_member() -> None:
    case = stories.in_review()
    member = case.committee_setup.members[0]
    path = address(member)
    assert len(entries(path)) == 1
    reason = {"reason": "Left the hospital.", "by": case.committee_setup.chair}
    committees.remove_member(case.committee_setup.membership_of(member), **reason)
    assert entries(path) == []


def test_a_closed_account_has_no_calendar() -> None:
    setup = stories.committee_setup()
    path = address(setup.members[0])
    Person.objects.filter(pk=setup.members[0].pk).update(is_active=False)
    assert stories.client_for(None).get(path).status_code == 404


def test_neither_requests_with_the_applicant_nor_without_a_date_are_in_it() -> None:
    setup = stories.committee_setup()
    place = stories.published_dataset(committee_setup=setup)
    stories.returned(published_dataset=place)
    undated = stories.in_review(published_dataset=place)
    Item.objects.filter(request=undated.request).update(due_on=None)
    assert entries(address(setup.chair)) == []


def test_a_member_with_a_conflict_of_interest_does_not_see_the_date() -> None:
    case = stories.in_review()
    recuse(case.request, reason="We publish together.", by=case.committee_setup.members[0])
    assert entries(address(case.committee_setup.members[0])) == []
