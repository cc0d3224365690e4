"""The clock on pages: deadlines of a committee, the due date of a case, and the same for the applicant."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import formats

from apps.access_requests.models import Item, ReviewClock
from apps.access_requests.tasks import keep_clocks
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import Committee
from apps.core import clock
from apps.notifications.models import Notification
from tests import stories

pytestmark = pytest.mark.django_db
CHOSEN = {
    "clock_amount": 20, "clock_unit": "working_days", "calendar": " dk ", "time_zone": "Europe/Copenhagen",
    "closing_days": "2026-12-23 to 2027-01-03\n\n2026-06-05", "extension_amount": 20, "fast_amount": 10,
    "fast_extension_amount": 5, "answer_amount": 4, "answer_unit": "weeks", "remind_days": 3, "shows_members": "on",
}  # fmt: skip


def deadlines(setup: stories.CommitteeSetup) -> str:
    return f"/committees/{setup.committee.slug}/deadlines/"


def test_the_chair_chooses_the_deadlines_of_later_reviews() -> None:
    setup = stories.committee_setup()
    place = stories.published_dataset(committee_setup=setup)
    before = stories.in_review(published_dataset=place)
    client = stories.client_for(setup.chair)
    seen = client.get(deadlines(setup)).context["form"]["seen"].value()
    assert client.post(deadlines(setup), {**CHOSEN, "seen": seen}).status_code == 302
    setup.committee.refresh_from_db()
    assert (setup.committee.calendar, setup.committee.clock_length, len(setup.committee.closing_days or ())) == (
        "DK",
        20,
        13,
    )
    assert Event.objects.filter(kind=Kind.COMMITTEE_DESCRIBED, subject_id=setup.committee.pk).count() == 1
    after = stories.in_review(published_dataset=place)
    units = {one.round.request_id: one.rule["unit"] for one in ReviewClock.objects.select_related("round")}
    assert (units[before.request.pk], units[after.request.pk]) == ("days", "working_days")
    assert client.post(deadlines(setup), {**CHOSEN, "seen": seen}).status_code == 409  # a second tab
    page = client.get(f"/committees/{setup.committee.slug}/manage/")
    assert page.context["deadlines"]["closed"] != []


def test_days_stay_in_the_column_that_the_previous_release_reads() -> None:
    setup = stories.committee_setup()
    sent = {**CHOSEN, "clock_unit": "days", "clock_amount": 40}
    assert stories.client_for(setup.chair).post(deadlines(setup), sent).status_code == 302
    found = Committee.objects.get(pk=setup.committee.pk)
    assert (found.review_days, found.clock_amount, found.clock_length) == (40, None, 40)
    assert stories.client_for(setup.chair).post(deadlines(setup), sent).status_code == 302
    assert Event.objects.filter(kind=Kind.COMMITTEE_DESCRIBED).count() == 1  # nothing changed


@pytest.mark.parametrize(
    ("choices", "fields"),
    [
        ({"calendar": "ZZ"}, {"calendar"}),
        ({"calendar": ""}, {"calendar"}),
        ({"calendar": "", "clock_unit": "days", "answer_unit": "working_days"}, {"calendar"}),
        ({"time_zone": "Mars/Olympus"}, {"time_zone"}),
        ({"clock_amount": 0, "fast_amount": 0, "fast_extension_amount": 0}, {"clock_amount"}),
        ({"clock_unit": "months", "clock_amount": 13}, {"clock_amount", "extension_amount"}),
        ({"fast_amount": 20}, {"fast_amount"}),
        ({"fast_amount": 0}, {"fast_extension_amount"}),
        ({"answer_amount": 53}, {"answer_amount"}),
        ({"remind_days": 31}, {"remind_days"}),
        ({"clock_unit": "fortnights"}, {"clock_unit"}),
        ({"closing_days": "Christmas"}, {"closing_days"}),
        ({"closing_days": "2026-02-30"}, {"closing_days"}),
        ({"closing_days": "2027-01-03 to 2026-12-23"}, {"closing_days"}),
        ({"closing_days": "2026-01-01 to 2028-01-01"}, {"closing_days"}),
    ],
)
def test_what_does_not_go_together_is_named_at_its_field(choices: dict[str, Any], fields: set[str]) -> None:
    setup = stories.committee_setup()
    answer = stories.client_for(setup.chair).post(deadlines(setup), {**CHOSEN, **choices})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, fields)


def extendable() -> stories.Case:
    setup = stories.committee_setup()
    Committee.objects.filter(pk=setup.committee.pk).update(extension_amount=14, fast_amount=10)
    setup.committee.refresh_from_db()
    return stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))


def test_the_chair_extends_once_and_everybody_reads_the_same_date() -> None:
    case = extendable()
    url = f"/review/{case.request.pk}/due-date/{case.committee_setup.committee.slug}/"
    client, applicant = stories.client_for(case.committee_setup.chair), stories.client_for(case.request.applicant)
    assert [value for value, _label in client.get(url).context["form"].fields["change"].choices] == ["extended", "fast"]
    refused = client.post(url, {"change": "extended", "reason": " "})
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"reason"})
    assert client.post(url, {"change": "extended", "reason": "The expert is ill."}).status_code == 302
    due = clock.today() + timedelta(days=42)
    assert Item.objects.get(pk=case.item.pk).due_on == due
    shown = client.get(f"/review/{case.request.pk}/").context["clocks"][0]
    theirs = applicant.get(f"/requests/{case.request.pk}/")
    assert shown["due"] == theirs.context["waits"][0]["clock"]["due"] == theirs.context["panel"]["state"].due == due
    assert theirs.context["waits"][0]["clock"]["reason"] == "The expert is ill."
    assert client.get("/review/").context["rows"][0]["due"] == due
    assert client.get(url).status_code == 409
    stories.drain()
    sent = Notification.objects.filter(reader=case.request.applicant, kind=Kind.REVIEW_EXTENDED)
    assert "The expert is ill." in sent.get().body


def test_the_fast_track_is_chosen_on_the_same_page() -> None:
    case = extendable()
    url = f"/review/{case.request.pk}/due-date/{case.committee_setup.committee.slug}/"
    client = stories.client_for(case.committee_setup.chair)
    assert client.post(url, {"change": "fast", "reason": "A public health mandate."}).status_code == 302
    assert Item.objects.get(pk=case.item.pk).due_on == clock.today() + timedelta(days=10)


def test_an_overdue_review_says_so_and_that_the_chair_was_notified() -> None:
    case = extendable()
    stories.vote(case, case.committee_setup.members[0])
    applicant = stories.client_for(case.request.applicant)
    Item.objects.filter(pk=case.item.pk).update(due_on=clock.today() - timedelta(days=2))
    panel = applicant.get(f"/requests/{case.request.pk}/").context["panel"]
    assert (panel["overdue"], panel["chair_notified"]) == (True, False)
    keep_clocks()
    keep_clocks()
    stories.drain()
    panel = applicant.get(f"/requests/{case.request.pk}/").context["panel"]
    assert (panel["overdue"], panel["chair_notified"]) == (True, True)
    readers = set(Notification.objects.filter(kind=Kind.REVIEW_OVERDUE).values_list("reader", flat=True))
    assert readers == {case.committee_setup.chair.pk, case.committee_setup.members[1].pk}


def test_a_reminder_that_comes_after_the_decision_reaches_nobody() -> None:
    case = extendable()
    Item.objects.filter(pk=case.item.pk).update(due_on=clock.today())
    keep_clocks()
    for voter in (case.committee_setup.chair, *case.committee_setup.members):
        if not Item.objects.filter(pk=case.item.pk, decided_at__isnull=False).exists():
            stories.vote(case, voter)
    stories.drain()
    assert not Notification.objects.filter(kind=Kind.REVIEW_DUE).exists()


def test_a_returned_request_shows_a_paused_clock_to_both_sides() -> None:
    case = stories.returned()
    theirs = stories.client_for(case.request.applicant).get(f"/requests/{case.request.pk}/")
    assert theirs.context["waits"][0]["clock"]["paused"] is True
    chair = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/")
    assert (chair.context["clocks"][0]["paused"], chair.context["clocks"][0]["can_change"]) == (True, False)


def test_the_pages_about_a_committee_say_until_when_it_accepts_no_requests() -> None:
    setup = stories.committee_setup()
    place = stories.published_dataset(committee_setup=setup)
    client, url = stories.client_for(setup.chair), f"/committees/{setup.committee.slug}/manage/"
    sent = {
        "action": "accepting",
        "accepting": "no",
        "closed_because": "We are on leave.",
        "closed_until": "2020-01-01",
    }
    assert client.post(url, sent).status_code == 422
    until = clock.today() + timedelta(days=30)
    assert client.post(url, {**sent, "closed_until": f"{until}"}).status_code == 302
    visitor = stories.client_for(None)
    for path in (f"/committees/{setup.committee.slug}/", f"/datasets/{place.dataset.slug}/"):
        assert formats.date_format(until, "j M Y") in visitor.get(path).content.decode()
    assert client.post(url, {"action": "accepting", "accepting": "yes"}).status_code == 302
    assert Committee.objects.get(pk=setup.committee.pk).closed_until is None
