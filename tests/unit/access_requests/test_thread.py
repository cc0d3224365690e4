"""Messages on a request: who reads them, who writes them, and that they change nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.access_requests import commands, queries_thread, rules_thread
from apps.access_requests.models import AccessRequest, Message
from apps.access_requests.states import RequestState
from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, TooOften, WrongState
from apps.notifications.models import Notification
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> stories.Case:
    """One request before two committees, with a project member."""
    sets = [stories.committee_setup(), stories.committee_setup()]
    shelves = [stories.published_dataset(committee_setup=one) for one in sets]
    return stories.in_review(shelves=shelves, members=[stories.person()])


def first(case: stories.Case) -> stories.CommitteeSetup:
    return case.shelves[0].committee_setup


def second(case: stories.Case) -> stories.CommitteeSetup:
    return case.shelves[1].committee_setup


def internal(case: stories.Case, by: Person | None = None, text: str = "The plan is thin.") -> Message:
    committee = first(case).committee
    return commands.write_message(
        case.request, text=text, committee=committee, internal=True, by=by or first(case).chair
    )


def shared(case: stories.Case, by: Person | None = None) -> Message:
    return commands.write_message(case.request, text="Who checks exports?", by=by or case.applicant)


def read_by(person: Person, case: stories.Case) -> set[Any]:
    reader = queries_thread.reader_of(person, case.request)
    return set(queries_thread.messages_of(reader).values_list("pk", flat=True))


def refused(kind: type[DomainError], case: stories.Case, by: Person, **how: Any) -> None:
    with pytest.raises(kind), transaction.atomic():
        commands.write_message(case.request, **({"text": "Hello."} | how), by=by)


def test_each_side_reads_what_is_shared_and_a_committee_also_its_own(case: stories.Case) -> None:
    """The control: the members of the committee do read the internal message."""
    inside, outside = internal(case), shared(case)
    for person in (case.applicant, case.members[0], second(case).chair):
        assert read_by(person, case) == {outside.pk}
    for person in first(case).everyone:
        assert read_by(person, case) == {inside.pk, outside.pk}
    for person in (stories.person(), case.published_dataset.owner, stories.auditor(), stories.operator()):
        assert read_by(person, case) == set()


def test_a_recused_member_and_an_ended_member_read_nothing(case: stories.Case) -> None:
    internal(case), shared(case)
    recused, ended = first(case).members
    commands.recuse(case.request, reason="We publish together.", by=recused)
    commands.remove_committee_member(first(case).membership_of(ended), reason="Left.", by=first(case).chair)
    assert read_by(recused, case) == read_by(ended, case) == set()
    for person in (recused, ended):
        refused(Denied, case, person, committee=first(case).committee)
        assert not queries_thread.readers_of(case.request, committees=[first(case).committee.pk]).contains(person)


def test_a_member_whose_other_account_is_a_party_reads_nothing_internal(case: stories.Case) -> None:
    inside = internal(case)
    member = first(case).members[0]
    assert inside.pk in read_by(member, case)  # the control
    Person.objects.filter(pk=case.members[0].pk).update(merged_into=member, is_active=False)
    assert read_by(member, case) == set()
    assert member not in queries_thread.readers_of(case.request, committees=[first(case).committee.pk])


def test_a_committee_member_who_is_a_party_reads_as_a_party() -> None:
    setup = stories.committee_setup(members=3)
    case = stories.in_review(shelves=[stories.published_dataset(committee_setup=setup)], members=[setup.members[0]])
    inside, outside = internal(case), shared(case)
    assert read_by(setup.members[0], case) == {outside.pk}
    assert inside.pk in read_by(setup.members[1], case)
    refused(Denied, case, setup.members[0], committee=setup.committee, internal=True)


def test_who_cannot_write(case: stories.Case) -> None:
    refused(Denied, case, case.applicant, internal=True)
    refused(Denied, case, case.applicant, committee=first(case).committee)
    refused(Denied, case, first(case).chair)
    refused(Denied, case, first(case).chair, committee=second(case).committee)
    refused(Denied, case, stories.person())
    refused(Denied, case, case.published_dataset.owner)
    refused(Invalid, case, case.applicant, text=" \n ")
    refused(Invalid, case, case.applicant, text="x" * (Message.LONGEST + 1))
    assert not Message.objects.exists()
    assert not Event.objects.filter(kind__contains="message").exists()


def test_an_account_that_was_closed_cannot_write(case: stories.Case) -> None:
    Person.objects.filter(pk=case.applicant.pk).update(is_active=False)
    case.applicant.refresh_from_db()
    refused(Denied, case, case.applicant)


def test_a_draft_and_a_withdrawn_request_take_no_messages() -> None:
    draft = stories.draft()
    refused(WrongState, draft, draft.applicant)
    case = stories.submitted()
    commands.withdraw(case.request, by=case.applicant)
    refused(WrongState, case, case.applicant)


def test_so_many_messages_an_hour(case: stories.Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_thread, "MOST_AN_HOUR", 1)
    shared(case)
    refused(TooOften, case, case.applicant)
    shared(case, by=case.members[0])


def test_a_message_changes_neither_request_nor_round(case: stories.Case) -> None:
    stories.vote(case, first(case).chair)
    before = AccessRequest.objects.filter(pk=case.request.pk).values().get()
    shared(case), internal(case)
    stories.drain()
    assert AccessRequest.objects.filter(pk=case.request.pk).values().get() == before
    assert case.request.rounds.filter(closed_at__isnull=True).count() == 1
    assert case.item.votes.current().count() == 1


def test_events_say_that_and_not_what(case: stories.Case) -> None:
    inside, outside = internal(case), shared(case)
    one, other = Event.objects.filter(kind__endswith="message_sent").order_by("pk")
    assert (one.kind, one.about) == ("request.internal_message_sent", [inside.pk, first(case).committee.pk])
    assert (other.kind, other.about) == ("request.message_sent", [outside.pk])
    assert "plan" not in str(one.facts)


# ------------------------------------------------------------------------------------------------------- withdrawing
def test_an_author_withdraws_in_the_first_ten_minutes(case: stories.Case) -> None:
    message = internal(case)
    commands.withdraw_message(message, by=first(case).chair)
    message.refresh_from_db()
    assert (message.text, message.withdrawn_at is None) == ("", False)
    assert Event.objects.filter(kind="request.internal_message_withdrawn", subject_id=case.request.pk).count() == 1
    with pytest.raises(WrongState):
        commands.withdraw_message(message, by=first(case).chair)
    commands.withdraw_message(shared(case), by=case.applicant)
    assert Event.objects.filter(kind="request.message_withdrawn").count() == 1


def test_nobody_else_withdraws_and_nobody_later(case: stories.Case, frozen: Any) -> None:
    message = internal(case)
    with pytest.raises(Denied):
        commands.withdraw_message(message, by=first(case).members[0])
    frozen(message.written_at + timedelta(minutes=11))
    with pytest.raises(WrongState):
        commands.withdraw_message(message, by=first(case).chair)


def test_a_recused_author_withdraws_nothing(case: stories.Case) -> None:
    message = internal(case, by=first(case).members[0])
    commands.recuse(case.request, reason="We publish together.", by=first(case).members[0])
    with pytest.raises(Denied):
        commands.withdraw_message(message, by=first(case).members[0])


def test_a_message_is_evidence_and_its_text_can_only_be_erased(case: stories.Case) -> None:
    message = shared(case)
    rows = Message.objects.filter(pk=message.pk)
    for change in ({"text": "Another."}, {"author": first(case).chair}, {"internal": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_requests_message WHERE id = %s", [message.pk])
    assert rows.update(text="") == 1


# ----------------------------------------------------------------------------------------------------- notifications
def test_everyone_else_who_reads_it_is_notified_without_its_text(case: stories.Case) -> None:
    Notification.objects.all().delete()
    internal(case)
    stories.drain()
    assert notified() == {person.pk for person in first(case).members}
    Notification.objects.all().delete()
    shared(case)
    stories.drain()
    assert notified() == {case.members[0].pk, *(p.pk for one in (first(case), second(case)) for p in one.everyone)}
    assert not Notification.objects.filter(body__contains="exports").exists()


def test_a_burst_notifies_once_until_it_is_read(case: stories.Case) -> None:
    Notification.objects.all().delete()
    for _turn in range(3):
        internal(case)
        stories.drain()
    assert Notification.objects.count() == len(first(case).members)
    Notification.objects.update(read_at=clock.now())
    internal(case)
    stories.drain()
    assert Notification.objects.count() == 2 * len(first(case).members)


def test_a_message_that_is_withdrawn_at_once_notifies_nobody(case: stories.Case) -> None:
    Notification.objects.all().delete()
    commands.withdraw_message(shared(case), by=case.applicant)
    stories.drain()
    assert not Notification.objects.exists()


def test_the_applicant_reads_the_name_of_the_committee_only(case: stories.Case) -> None:
    Notification.objects.all().delete()
    committee, chair = first(case).committee, first(case).chair
    commands.write_message(case.request, text="One question.", committee=committee, by=chair)
    stories.drain()
    note = Notification.objects.get(reader=case.applicant)
    assert committee.name in note.body and chair.name not in note.body
    assert chair.name in Notification.objects.get(reader=first(case).members[0]).body


def notified() -> set[Any]:
    kinds = ("request.message_sent", "request.internal_message_sent")
    return set(Notification.objects.filter(kind__in=kinds).values_list("reader_id", flat=True))


def test_messages_can_be_sent_after_the_decision(case: stories.Case) -> None:
    stories.decided(case, choice="deny")
    stories.drain()
    case.reload()
    assert case.request.state == RequestState.CLOSED
    message = shared(case)
    assert read_by(case.applicant, case) == {message.pk}
