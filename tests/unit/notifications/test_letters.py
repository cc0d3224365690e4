"""Everyone whom an event concerns is told once; nobody else is; and a mail server may be down."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from apps.access_requests import commands as requests
from apps.accounts import commands as accounts
from apps.accounts.models import Person
from apps.agreements import commands as agreements
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.core import clock
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from apps.notifications import wording
from apps.notifications.commands import mark_read, post_due, write_letters
from apps.notifications.models import Letter
from apps.notifications.queries import letters_of, unread_by, waiting
from apps.notifications.readers import TELLERS
from portal.flow import FLOW
from tests import stories

pytestmark = pytest.mark.django_db


def told(kind: str) -> set[Person]:
    """Who has letters about events of this kind."""
    return {letter.reader for letter in Letter.objects.filter(kind=kind).select_related("reader")}


def test_every_kind_that_the_flow_tells_about_has_its_readers() -> None:
    telling = {kind for kind, follows in FLOW.items() if any(f.__name__ == "tell" for f in follows)}
    assert telling == set(TELLERS)


def test_a_submitted_request_reaches_the_bench_the_applicant_and_the_members() -> None:
    member = stories.person()
    case = stories.submitted(stories.draft(members=[member]))
    assert told("request.submitted") == {*case.bench.everyone, case.applicant, member}
    assert Letter.objects.filter(kind="request.submitted").count() == 5


def test_a_committee_member_who_asks_is_told_as_applicant_only() -> None:
    shelf = stories.shelf()
    seated = shelf.bench.members[0]
    stories.submitted(stories.draft(shelf=shelf, applicant=seated))
    letters = letters_of(seated).filter(kind="request.submitted")
    assert [letter.path.startswith("/requests/") for letter in letters] == [True]


def test_telling_twice_writes_one_letter() -> None:
    case = stories.submitted()
    event = Event.objects.get(kind="request.submitted", subject_id=case.request.pk)
    before = Letter.objects.count()
    write_letters(event, by=None)
    assert Letter.objects.count() == before


def test_a_returned_request_carries_the_question_of_its_round_to_the_applicant_alone() -> None:
    case = stories.returned(question="Which variables do you need?")
    letter = Letter.objects.get(kind="request.returned")
    assert letter.reader == case.applicant
    assert "> Which variables do you need?" in letter.body


@pytest.mark.parametrize(
    ("choice", "words"), [("approve", "Approved:"), ("conditional", "conditions"), ("deny", "Not")]
)
def test_a_decision_reaches_applicant_and_members_with_its_reason(choice: str, words: str) -> None:
    stories.template()
    member = stories.person()
    case = stories.decided(stories.in_review(stories.submitted(stories.draft(members=[member]))), choice=choice)
    stories.drain()
    assert told("request.item_decided") == {case.applicant, member}
    for letter in Letter.objects.filter(kind="request.item_decided"):
        assert words in letter.subject
        assert f"> My reason to {choice}." in letter.body
        assert ("> Report once a year." in letter.body) == (choice == "conditional")


def test_the_owner_hears_of_the_applicants_signature_only() -> None:
    deal = stories.signed()
    stories.drain()
    assert told("agreement.signed") == {deal.owner}
    access = stories.granted()
    assert told("grant.issued") == {access.case.applicant}
    assert Letter.objects.filter(kind="agreement.signed", reader=access.deal.owner).count() == 1


def test_a_revoked_holder_reads_why_and_the_owner_hears_when_it_was_given_back() -> None:
    access = stories.granted()
    grants.revoke(access.grant, reason="The project ended.", by=access.shelf.owner)
    stories.drain()
    assert told("grant.revoked") == {access.case.applicant}
    assert "> The project ended." in Letter.objects.get(kind="grant.revoked").body
    other = stories.granted()
    grants.revoke(other.grant, reason="No longer needed.", by=other.case.applicant)
    stories.drain()
    assert told("grant.revoked") == {access.case.applicant, other.case.applicant, other.shelf.owner}


def test_a_pause_and_its_end_are_told_to_the_holder() -> None:
    access = stories.granted()
    grants.suspend(access.grant, reason="Training has lapsed.", by=access.shelf.owner)
    grants.resume(access.grant, by=access.shelf.owner)
    stories.drain()
    assert "> Training has lapsed." in Letter.objects.get(kind="grant.suspended").body
    assert Letter.objects.get(kind="grant.resumed").reader == access.case.applicant


def test_a_terminated_agreement_is_told_to_everyone_but_the_one_who_ended_it() -> None:
    access = stories.granted()
    agreements.terminate(access.deal.agreement, reason="A clause was broken.", by=access.shelf.owner)
    stories.drain()
    assert told("agreement.terminated") == {access.case.applicant}


def test_a_new_version_is_told_to_holders_but_not_under_an_embargo() -> None:
    access = stories.granted()
    owner, dataset = access.shelf.owner, access.shelf.dataset
    for embargo in (None, clock.now() + timedelta(days=9)):
        Letter.objects.all().delete()
        version = datasets.start_version(dataset, by=owner)
        stories.add_files(version, {"next.csv": stories.CSV}, by=owner)
        datasets.publish(version, by=owner, embargo_until=embargo)
        stories.drain()
        assert told("version.published") == ({owner} if embargo else {owner, access.case.applicant})


def test_a_withdrawn_version_is_told_to_holders_with_the_reason() -> None:
    access = stories.granted()
    datasets.withdraw(access.shelf.version, reason="A column was wrong.", by=access.shelf.owner)
    stories.drain()
    letter = Letter.objects.get(kind="version.withdrawn")
    assert letter.reader == access.case.applicant
    assert "> A column was wrong." in letter.body


def test_withdrawing_a_submitted_request_is_told_and_a_draft_is_not() -> None:
    member = stories.person()
    case = stories.submitted(stories.draft(members=[member]))
    requests.withdraw(case.request, by=case.applicant)
    silent = stories.draft()
    requests.withdraw(silent.request, by=silent.applicant)
    stories.drain()
    assert told("request.withdrawn") == {*case.bench.everyone, member}


def test_roles_seats_and_tokens_are_told_to_the_person_concerned() -> None:
    shelf, helper = stories.shelf(), stories.person()
    datasets.give_role(shelf.dataset, person=helper, role=Dataset.STEWARD, by=shelf.owner)
    official = stories.signing_official(stories.institution())
    stories.token(helper)
    token = helper.tokens.get()
    accounts.revoke_token(token, by=helper)
    stories.drain()
    assert told("role.given") == {helper, official}
    assert told("committee.seat_given") == set(shelf.bench.everyone)
    assert told("token.made") == told("token.revoked") == {helper}


def test_a_deactivated_person_gets_no_letter() -> None:
    shelf = stories.shelf()
    gone = shelf.bench.members[0]
    accounts.deactivate(gone, by=stories.operator())
    stories.submitted(stories.draft(shelf=shelf))
    assert gone not in told("request.submitted")


def test_a_letter_speaks_the_readers_language() -> None:
    case = stories.draft()
    accounts.choose_language(case.applicant, language="da", by=case.applicant)
    stories.submitted(case)
    letter = Letter.objects.get(kind="request.submitted", reader=case.applicant)
    assert case.request.reference in letter.subject
    assert "Hello" not in letter.body


def test_what_somebody_typed_is_never_a_header_a_link_or_a_paragraph_of_ours() -> None:
    typed = "Win\r\nBcc: all@evil.example\n\nat https://evil.example/x \u202egnp"
    for text in (wording.one_line(typed), wording.block(typed)):
        assert "evil.example" not in text
        assert "https://" not in text
        assert "all@evil" not in text
        assert "\u202e" not in text
    assert "\n" not in wording.one_line(typed)
    assert "\r" not in wording.one_line(typed)
    assert all(line.startswith(">") for line in wording.block(typed).splitlines())
    assert len(wording.one_line("x" * 500)) <= wording.LONGEST_LINE


def test_a_letter_is_posted_once_with_its_own_message_id_and_a_link() -> None:
    case = stories.submitted()
    waited = waiting().count()
    assert waited > 0
    mail.outbox.clear()
    assert post_due(by=None) == waited
    assert post_due(by=None) == 0
    letter = Letter.objects.get(kind="request.submitted", reader=case.applicant)
    sent = next(one for one in mail.outbox if str(letter.pk) in one.extra_headers["Message-ID"])
    assert sent.to == [case.applicant.email]
    assert f"http://testserver{letter.path}" in sent.body
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == waited


def test_nothing_is_posted_to_an_address_that_was_not_proved() -> None:
    case = stories.submitted()
    Person.objects.filter(pk=case.applicant.pk).update(email_verified=False)
    mail.outbox.clear()
    post_due(by=None)
    assert case.applicant.email not in {address for one in mail.outbox for address in one.to}
    assert unread_by(case.applicant).exists()


class Refusing(EmailBackend):
    """A mail server that knows one reader less."""

    refused: str = ""
    down: bool = False

    def send_messages(self, messages: Any) -> int:
        if self.down:
            raise ConnectionRefusedError
        if messages[0].to == [self.refused]:
            raise SMTPRecipientsRefused({})
        return int(super().send_messages(messages))


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> type[Refusing]:
    monkeypatch.setattr("apps.notifications.commands.get_connection", Refusing)
    monkeypatch.setattr(Refusing, "refused", "")
    monkeypatch.setattr(Refusing, "down", False)
    return Refusing


def test_a_reader_whom_the_mail_server_refuses_does_not_keep_the_others_waiting(
    refusing: type[Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = stories.submitted()
    monkeypatch.setattr(refusing, "refused", case.applicant.email)
    waited = waiting().count()
    own = letters_of(case.applicant).count()
    assert post_due(by=None) == waited - own
    letter = letters_of(case.applicant)[0]
    assert (letter.posted_at, letter.attempts) == (None, 1)
    assert letter.not_before > clock.now()


def test_while_the_mail_server_is_down_letters_wait_and_nothing_is_raised(
    refusing: type[Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    stories.submitted()
    monkeypatch.setattr(refusing, "down", True)
    waited = waiting().count()
    assert post_due(by=None) == 0
    assert waiting().count() == waited
    monkeypatch.setattr(refusing, "down", False)
    assert post_due(by=None) == waited - 1  # the one that was tried waits a little longer


def test_only_ones_own_letters_are_marked_read() -> None:
    case = stories.submitted()
    theirs = list(letters_of(case.bench.chair))
    assert mark_read(theirs, by=case.applicant) == 0
    assert mark_read(theirs, by=case.bench.chair) == len(theirs) > 0
    assert mark_read(theirs, by=case.bench.chair) == 0
    assert not unread_by(case.bench.chair).exists()


def test_an_event_of_a_kind_nobody_is_told_about_has_no_readers() -> None:
    stories.person()
    event = Event.objects.filter(kind=Kind.PERSON_CREATED)[0]
    write_letters(event, by=None)
    assert not Letter.objects.exists()
