"""Everyone whom an event concerns is notified once; nobody else is; and a mail server may be down."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from apps.access_requests import commands as requests
from apps.agreements import commands as agreements
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from apps.identity.commands.identities import deactivate
from apps.notifications import wording
from apps.notifications.commands import mark_read, post_due, write_notifications
from apps.notifications.messages import MESSAGES, TOPICS
from apps.notifications.models import Notification
from apps.notifications.queries import notifications_of, unread_by, waiting
from apps.notifications.tasks import notify
from apps.people.commands.people import (
    appoint_signing_official,
    choose_language,
    dismiss_signing_official,
    end_platform_role,
    give_platform_role,
)
from apps.people.models import Person
from apps.tokens.commands.tokens import revoke_token
from portal.consequences import consequences_of
from tests import stories

pytestmark = pytest.mark.django_db


def notified(kind: str) -> set[Person]:
    """Who has notifications about events of this kind."""
    return {notification.reader for notification in Notification.objects.filter(kind=kind).select_related("reader")}


def test_every_message_has_recipients_and_words_and_is_in_the_file_of_its_topic() -> None:
    for topic, rows in TOPICS.items():
        for kind, message in rows.items():
            assert (kind, kind.group) == (kind, topic)
            assert callable(message.recipients)
            assert message.words
            assert all(str(subject) and str(body) for subject, body in message.words.values())
    assert sum(len(rows) for rows in TOPICS.values()) == len(MESSAGES)


def test_every_kind_with_a_message_is_notified_and_no_other() -> None:
    assert {kind for kind in Kind if notify in consequences_of(kind)} == set(MESSAGES)


def test_a_submitted_request_notifies_the_committee_the_applicant_and_the_members() -> None:
    member = stories.person()
    case = stories.submitted(stories.draft(members=[member]))
    assert notified("request.submitted") == {*case.committee_setup.everyone, case.applicant, member}
    assert Notification.objects.filter(kind="request.submitted").count() == 5


def test_a_committee_member_who_applies_is_notified_as_applicant_only() -> None:
    published_dataset = stories.published_dataset()
    member = published_dataset.committee_setup.members[0]
    stories.submitted(stories.draft(published_dataset=published_dataset, applicant=member))
    notifications = notifications_of(member).filter(kind="request.submitted")
    assert [notification.path.startswith("/requests/") for notification in notifications] == [True]


def test_notifying_twice_writes_one_notification() -> None:
    case = stories.submitted()
    event = Event.objects.get(kind="request.submitted", subject_id=case.request.pk)
    before = Notification.objects.count()
    write_notifications(event, by=SYSTEM)
    assert Notification.objects.count() == before


def test_a_returned_request_carries_the_question_of_its_round_to_the_applicant_alone() -> None:
    case = stories.returned(question="Which variables do you need?")
    notification = Notification.objects.get(kind="request.returned")
    assert notification.reader == case.applicant
    assert "> Which variables do you need?" in notification.body


@pytest.mark.parametrize(
    ("choice", "words"), [("approve", "Approved:"), ("conditional", "conditions"), ("deny", "Denied:")]
)
def test_a_decision_reaches_applicant_and_members_with_its_reason(choice: str, words: str) -> None:
    stories.template()
    member = stories.person()
    case = stories.decided(stories.in_review(stories.submitted(stories.draft(members=[member]))), choice=choice)
    stories.drain()
    declared = set(case.committee_setup.everyone)
    assert notified("request.item_decided") == {case.applicant, member} | declared, "who declared hears of it too"
    for notification in Notification.objects.filter(kind="request.item_decided").exclude(reader__in=declared):
        assert words in notification.subject
        assert f"> My reason to {choice}." in notification.body
        assert ("> Report once a year." in notification.body) == (choice == "conditional")


def test_the_owner_hears_of_the_applicants_signature_only() -> None:
    agreement_setup = stories.signed()
    stories.drain()
    assert notified("agreement.signed") == {agreement_setup.owner}
    access = stories.granted()
    assert notified("grant.issued") == {access.case.applicant}
    assert Notification.objects.filter(kind="agreement.signed", reader=access.agreement_setup.owner).count() == 1


def test_a_revoked_holder_reads_why_and_the_owner_hears_when_it_was_given_back() -> None:
    access = stories.granted()
    grants.revoke(access.grant, reason="The project ended.", by=access.published_dataset.owner)
    stories.drain()
    assert notified("grant.revoked") == {access.case.applicant}
    assert "> The project ended." in Notification.objects.get(kind="grant.revoked").body
    other = stories.granted()
    grants.revoke(other.grant, reason="No longer needed.", by=other.case.applicant)
    stories.drain()
    assert notified("grant.revoked") == {access.case.applicant, other.case.applicant, other.published_dataset.owner}


def test_the_holder_is_notified_of_a_pause_and_its_end() -> None:
    access = stories.granted()
    grants.suspend(access.grant, reason="Training has lapsed.", by=access.published_dataset.owner)
    grants.resume(access.grant, by=access.published_dataset.owner)
    stories.drain()
    assert "> Training has lapsed." in Notification.objects.get(kind="grant.suspended").body
    assert Notification.objects.get(kind="grant.resumed").reader == access.case.applicant


def test_a_terminated_agreement_notifies_everyone_but_who_ended_it() -> None:
    access = stories.granted()
    agreements.terminate(
        access.agreement_setup.agreement, reason="A clause was broken.", by=access.published_dataset.owner
    )
    stories.drain()
    assert notified("agreement.terminated") == {access.case.applicant}


def test_a_new_version_notifies_holders_but_not_under_an_embargo() -> None:
    access = stories.granted()
    owner, dataset = access.published_dataset.owner, access.published_dataset.dataset
    for embargo in (None, clock.now() + timedelta(days=9)):
        Notification.objects.all().delete()
        version = datasets.start_version(dataset, by=owner)
        stories.add_files(version, {f"next-{version.number}.csv": stories.CSV}, by=owner)
        datasets.publish(version, by=owner, embargo_until=embargo)
        stories.drain()
        assert notified("version.published") == ({owner} if embargo else {owner, access.case.applicant})


def test_a_withdrawn_version_notifies_holders_with_the_reason() -> None:
    access = stories.granted()
    datasets.withdraw(access.published_dataset.version, reason="A column was wrong.", by=access.published_dataset.owner)
    stories.drain()
    notification = Notification.objects.get(kind="version.withdrawn")
    assert notification.reader == access.case.applicant
    assert "> A column was wrong." in notification.body


def test_withdrawing_a_submitted_request_notifies_and_a_draft_does_not() -> None:
    member = stories.person()
    case = stories.submitted(stories.draft(members=[member]))
    requests.withdraw(case.request, by=case.applicant)
    silent = stories.draft()
    requests.withdraw(silent.request, by=silent.applicant)
    stories.drain()
    assert notified("request.withdrawn") == {*case.committee_setup.everyone, member}


def test_roles_memberships_and_tokens_notify_the_person_concerned() -> None:
    published_dataset, helper = stories.published_dataset(), stories.person()
    datasets.give_role(published_dataset.dataset, person=helper, role=Dataset.STEWARD, by=published_dataset.owner)
    official = stories.signing_official(stories.institution())
    stories.token(helper)
    token = helper.tokens.get()
    revoke_token(token, by=helper)
    stories.drain()
    assert notified("role.given") == {helper, official}
    assert notified("committee.member_added") == set(published_dataset.committee_setup.everyone)
    assert notified("token.made") == notified("token.revoked") == {helper}


def test_a_deactivated_person_gets_no_notification() -> None:
    published_dataset = stories.published_dataset()
    gone = published_dataset.committee_setup.members[0]
    deactivate(gone, by=stories.operator())
    stories.submitted(stories.draft(published_dataset=published_dataset))
    assert gone not in notified("request.submitted")


def test_a_notification_is_in_the_recipients_language() -> None:
    case = stories.draft()
    choose_language(case.applicant, language="da", by=case.applicant)
    stories.submitted(case)
    notification = Notification.objects.get(kind="request.submitted", reader=case.applicant)
    assert case.request.reference in notification.subject
    assert "Hello" not in notification.body


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


def test_an_email_is_sent_once_with_its_own_message_id_and_a_link() -> None:
    case = stories.submitted()
    waited = waiting().count()
    assert waited > 0
    mail.outbox.clear()
    assert post_due(by=SYSTEM) == waited
    assert post_due(by=SYSTEM) == 0
    notification = Notification.objects.get(kind="request.submitted", reader=case.applicant)
    sent = next(one for one in mail.outbox if str(notification.pk) in one.extra_headers["Message-ID"])
    assert sent.to == [case.applicant.email]
    assert f"http://testserver{notification.path}" in sent.body
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == waited


def test_nothing_is_posted_to_an_address_that_was_not_proved() -> None:
    case = stories.submitted()
    Person.objects.filter(pk=case.applicant.pk).update(email_verified=False)
    mail.outbox.clear()
    post_due(by=SYSTEM)
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
    own = notifications_of(case.applicant).count()
    assert post_due(by=SYSTEM) == waited - own
    notification = notifications_of(case.applicant)[0]
    assert (notification.posted_at, notification.attempts) == (None, 1)
    assert notification.not_before > clock.now()


def test_while_the_mail_server_is_down_emails_stay_queued_and_nothing_is_raised(
    refusing: type[Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    stories.submitted()
    monkeypatch.setattr(refusing, "down", True)
    waited = waiting().count()
    assert post_due(by=SYSTEM) == 0
    assert waiting().count() == waited
    monkeypatch.setattr(refusing, "down", False)
    assert post_due(by=SYSTEM) == waited - 1  # the one that was tried waits a little longer


def test_only_ones_own_notifications_are_marked_read() -> None:
    case = stories.submitted()
    theirs = list(notifications_of(case.committee_setup.chair))
    assert mark_read(theirs, by=case.applicant) == 0
    assert mark_read(theirs, by=case.committee_setup.chair) == len(theirs) > 0
    assert mark_read(theirs, by=case.committee_setup.chair) == 0
    assert not unread_by(case.committee_setup.chair).exists()


def test_an_event_of_a_kind_without_a_message_has_no_recipients() -> None:
    stories.person()
    event = Event.objects.filter(kind=Kind.PERSON_CREATED)[0]
    write_notifications(event, by=SYSTEM)
    assert not Notification.objects.exists()


def test_the_other_operators_are_notified_that_a_proposal_to_resume_waits() -> None:
    """Not the proposer, nobody else, and no emergency account; nothing once downloads run again."""
    first, second, _other = stories.operator(), stories.operator(), stories.auditor()
    stop = grants.stop_downloads("An incident is looked at.", by=first)
    grants.propose_resume(stop, by=first)
    event = Event.objects.get(kind=Kind.RESUME_PROPOSED)
    write_notifications(event, by=SYSTEM)
    assert notified("downloads.resume_proposed") == {second}
    Notification.objects.all().delete()
    grants.resume_downloads(stop, by=second)
    write_notifications(event, by=SYSTEM)
    assert not Notification.objects.exists()


def test_who_is_given_or_loses_a_role_by_an_operators_hand_is_notified() -> None:
    """Not those who end their own, and not by the command line, whose user tells people themselves."""
    operator, person = stories.operator(), stories.person()
    home = stories.institution()
    give_platform_role(person, kind="auditor", days=3, by=operator)
    end_platform_role(person, kind="auditor", by=operator)
    appoint_signing_official(person, institution=home, by=operator)
    dismiss_signing_official(person, institution=home, by=operator)
    stories.drain()
    kinds = ["platform_role.given", "platform_role.ended", "role.given", "role.taken"]
    assert [notified(kind) for kind in kinds] == [{person}] * 4
    give_platform_role(person, kind="operator", days=3, by=CONSOLE)
    end_platform_role(person, kind="operator", by=person)
    stories.drain()
    assert Notification.objects.filter(reader=person).count() == 4


# --------------------------------------------------------------------------------------------------- whom mail reaches
@pytest.mark.parametrize("address", ["jörg@exämple.example", "日本@mail.example", "a b@x.example", "a@b@c.example", ""])
def test_an_address_nobody_delivers_to_is_never_marked_as_sent(address: str) -> None:
    """Case 24: it was sent to an encoded mailbox that does not exist, and marked as sent.

    Why a mailbox with another script before the @ is refused although a mail server may announce SMTPUTF8 (RFC 6531):
    that is promised by one server and needed of all on the way; where the next one lacks it, the e-mail is returned to
    the portal's sender address, whose reader is nobody, after it was marked as sent. The account page says so instead.
    """
    case = stories.submitted()
    Person.objects.filter(pk=case.applicant.pk).update(email=address)
    mail.outbox.clear()
    post_due(by=SYSTEM)
    mine = Notification.objects.filter(reader=case.applicant)
    assert mine.exists() and not mine.filter(posted_at__isnull=False).exists()
    assert not any(str(one.pk) in sent.extra_headers["Message-ID"] for sent in mail.outbox for one in mine)
    page = stories.client_for(case.applicant).get("/account/")
    assert page.context["can_be_emailed"] is False


@pytest.mark.parametrize("address", ["jorg@exämple.example", "a.b+c'd@x.example", "o_1{2}@mail.example"])
def test_control_a_domain_may_be_in_any_script(address: str) -> None:
    """Control: the domain is sent in Punycode, so the mail arrives."""
    case = stories.submitted()
    Person.objects.filter(pk=case.applicant.pk).update(email=address)
    mail.outbox.clear()
    post_due(by=SYSTEM)
    assert [address] in [one.to for one in mail.outbox]
    sent = next(one for one in mail.outbox if one.to == [address])
    header = str(sent.message()["To"])
    assert header.isascii() and "=?" not in header
    assert Notification.objects.filter(reader=case.applicant, posted_at__isnull=False).exists()
