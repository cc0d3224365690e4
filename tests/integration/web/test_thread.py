"""Messages on the pages of a request and of a case; and that what a committee writes for itself is nowhere else."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from apps.access_requests import commands
from apps.access_requests.models import Message
from apps.core.actors import SYSTEM
from apps.notifications.commands import post_due
from portal.backup.institution import _write_events
from portal.backup.institution_tables import TABLES
from tests import stories

pytestmark = pytest.mark.django_db
CANARY = "canaryplan"
MESSAGES = next(table for table in TABLES if table.name == "messages")


@pytest.fixture
def case() -> stories.Case:
    """One request before two committees, with a project member, and a message that one committee wrote for itself."""
    sets = [stories.committee_setup(), stories.committee_setup()]
    case = stories.in_review(
        shelves=[stories.published_dataset(committee_setup=one) for one in sets], members=[stories.person()]
    )
    commands.write_message(case.request, text=CANARY, committee=sets[0].committee, internal=True, by=sets[0].chair)
    stories.drain()
    return case


def pages_of(case: stories.Case) -> list[str]:
    pk = case.request.pk
    return [
        f"/requests/{pk}/", f"/requests/{pk}/?messages=internal", "/requests/", f"/requests/?q={CANARY[:6]}",
        "/requests/?format=csv", f"/review/{pk}/", f"/review/{pk}/?messages=internal", "/notifications/", "/review/",
        "/",
    ]  # fmt: skip


def test_internal_messages_reach_nobody_else_in_any_channel(case: stories.Case, tmp_path: Path) -> None:
    """Pages, lists, searches, exports, the API, notifications, e-mails and what an institution gets of its own.

    The control: in the same channels the committee's own member and its institution do read it.
    """
    mine, other = case.shelves[0].committee_setup, case.shelves[1].committee_setup
    recused = mine.members[1]
    commands.recuse(case.request, reason="We publish together.", by=recused)
    others = (case.applicant, case.members[0], other.chair, recused, case.published_dataset.owner, stories.auditor())
    for person in others:
        assert not _found(case, person), person
    assert _found(case, mine.members[0])
    post_due(by=SYSTEM)
    assert mail.outbox and not any(CANARY in f"{one.subject}{one.body}" for one in mail.outbox)
    for setup, reads in ((mine, True), (other, False)):
        rows = MESSAGES.rows(setup.committee.institution)
        assert rows.filter(text=CANARY).exists() == reads
        ids = {case.request.pk, *rows.values_list("pk", flat=True)}
        _write_events(tmp_path, setup.committee.institution, ids)
        assert ("internal_message_sent" in (tmp_path / "events.jsonl").read_text()) == reads
    assert not MESSAGES.rows(case.applicant.institution).filter(text=CANARY).exists()


def _found(case: stories.Case, person: Any) -> list[str]:
    """The channels in which this person reads the canary; a page that repeats a search does not count."""
    client = stories.client_for(person, raise_request_exception=False)
    authorised = {"Authorization": f"Bearer {stories.token(person, 'read', 'request')}"}
    answers = {page: client.get(page).content.decode() for page in pages_of(case)}
    calls = (f"/api/v1/requests/{case.request.pk}", f"/api/v1/requests/{case.request.pk}/messages", "/api/v1/requests")
    answers |= {call: client.get(call, headers=authorised).content.decode() for call in calls}
    return [name for name, answer in answers.items() if CANARY in answer]


def test_both_sides_write_and_read(case: stories.Case) -> None:
    chair = case.committee_setup.chair
    applicant, committee = stories.client_for(case.applicant), stories.client_for(chair)
    sent = applicant.post(f"/requests/{case.request.pk}/messages/", {"text": "Who checks exports?", **once()})
    assert (sent.status_code, sent["Location"]) == (302, f"/requests/{case.request.pk}/#messages")
    assert "Who checks exports?" in committee.get(f"/review/{case.request.pk}/").content.decode()
    committee.post(f"/review/{case.request.pk}/messages/", {"text": "Our manager.", "audience": "shared", **once()})
    page = applicant.get(f"/requests/{case.request.pk}/").content.decode()
    assert "Our manager." in page and chair.name not in page


def test_a_message_sent_twice_is_one_message(case: stories.Case) -> None:
    client, form = stories.client_for(case.applicant), {"text": "Hello.", **once()}
    for _turn in range(2):
        assert client.post(f"/requests/{case.request.pk}/messages/", form).status_code == 302
    assert Message.objects.filter(author=case.applicant).count() == 1


def test_a_message_without_a_choice_of_readers_is_not_sent(case: stories.Case) -> None:
    client = stories.client_for(case.committee_setup.chair)
    answer = client.post(f"/review/{case.request.pk}/messages/", {"text": "Kept text.", **once()})
    assert answer.status_code == 422 and "Kept text." in answer.content.decode()
    assert Message.objects.count() == 1


def test_an_empty_message_is_named_at_its_field(case: stories.Case) -> None:
    answer = stories.client_for(case.applicant).post(f"/requests/{case.request.pk}/messages/", {"text": " ", **once()})
    assert answer.status_code == 422
    assert answer.context["thread"]["form"].errors.as_data()["text"][0].code == "required"


def test_the_author_withdraws_a_message_and_comes_back_to_their_page(case: stories.Case) -> None:
    chair, applicant = case.committee_setup.chair, case.applicant
    inside = Message.objects.get()
    outside = commands.write_message(case.request, text="By mistake.", by=applicant)
    base = f"/requests/{case.request.pk}/messages"
    assert stories.client_for(applicant).post(f"{base}/{inside.pk}/withdraw/", once()).status_code == 404
    back = stories.client_for(applicant).post(f"{base}/{outside.pk}/withdraw/", once())
    assert back["Location"] == f"/requests/{case.request.pk}/#messages"
    back = stories.client_for(chair).post(f"{base}/{inside.pk}/withdraw/", once())
    assert back["Location"] == f"/review/{case.request.pk}/#messages"
    assert CANARY not in stories.client_for(chair).get(f"/review/{case.request.pk}/").content.decode()


def test_a_member_of_two_committees_says_for_which_they_write() -> None:
    both = stories.person()
    sets = [stories.committee_setup(), stories.committee_setup()]
    for one in sets:
        stories.committees.add_member(one.committee, person=both, by=stories.CONSOLE)
    case = stories.in_review(shelves=[stories.published_dataset(committee_setup=one) for one in sets])
    client, form = stories.client_for(both), {"text": "Hello.", "audience": "internal"}
    assert client.post(f"/review/{case.request.pk}/messages/", form | once()).status_code == 422
    form["committee"] = str(sets[1].committee.pk)
    assert client.post(f"/review/{case.request.pk}/messages/", form | once()).status_code == 302
    assert Message.objects.get().committee == sets[1].committee


def test_messages_are_paged_and_cost_the_same(case: stories.Case, django_assert_max_num_queries: Any) -> None:
    client, path = stories.client_for(case.committee_setup.chair), f"/review/{case.request.pk}/"
    client.get(path)
    with django_assert_max_num_queries(35):  # as the page without messages, and their documents
        client.get(path)
    Message.objects.bulk_create(
        Message(request=case.request, author=case.applicant, text=f"Number {n}.") for n in range(45)
    )
    with django_assert_max_num_queries(35):  # as the page without messages, and their documents
        thread = client.get(path).context["thread"]
    assert [tab["count"] for tab in thread["tabs"]] == [46, 45, 1]
    assert len(thread["rows"]) == 20
    thread = client.get(thread["next_url"].removesuffix("#messages")).context["thread"]
    assert len(thread["rows"]) == 20 and thread["previous_url"]
    assert client.get(f"{path}?after=odd").context["thread"]["odd"]


def once() -> dict[str, str]:
    return {"_once": str(uuid.uuid4())}
