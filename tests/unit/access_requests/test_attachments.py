"""Documents of a request: who attaches and reads them, quarantine, malware, and that a round keeps what it contains."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction

from apps.access_requests import commands, queries_thread, rules_attachments
from apps.access_requests.models import Attachment
from apps.audit.models import Event, Outbox
from apps.core import clock
from apps.core.errors import Denied, DomainError, Gone, Invalid, UploadTooLarge, WrongState
from apps.core.storage import private_storage
from apps.notifications.models import Notification
from apps.people.models import Person
from tests import stories
from tests.fake_clamd import MARK, FakeClamd, answers, fake_clamd

pytestmark = pytest.mark.django_db


@pytest.fixture
def clamd(settings: Any) -> Iterator[Callable[..., FakeClamd]]:
    with fake_clamd(settings) as start:
        yield start


def attached(case: stories.Case, content: bytes = b"%PDF-1.7\nEthics", **how: Any) -> Attachment:
    return stories.document(case.request, content=content, **({"by": case.applicant} | how))


def refused(kind: type[DomainError], case: stories.Case, **how: Any) -> None:
    with pytest.raises(kind), transaction.atomic():
        attached(case, **how)
    assert not Attachment.objects.filter(request=case.request).exists()


def read_by(person: Person, case: stories.Case) -> set[Any]:
    return set(queries_thread.attachments_for(person, case.request).values_list("pk", flat=True))


def no_bytes(document: Attachment) -> bool:
    return not private_storage().exists(str(document.storage_key))


# ------------------------------------------------------------------------------------------------------ quarantine
def test_without_a_scanner_it_says_that_it_is_not_checked() -> None:
    document = attached(stories.draft())
    assert document.check_state == "waiting"
    stories.drain()
    document.refresh_from_db()
    assert document.check_state == "unchecked"
    rules_attachments.check_can_open(document)


def test_a_clean_document_leaves_quarantine(clamd: Any, django_capture_on_commit_callbacks: Any) -> None:
    server = clamd()
    document = attached(stories.draft())
    with pytest.raises(WrongState):
        rules_attachments.check_can_open(document)
    stories.drain()
    document.refresh_from_db()
    assert (document.check_state, server.seen) == ("clean", [b"%PDF-1.7\nEthics"])
    commands.check_attachment(document.pk, by=stories.SYSTEM)  # a second run does nothing
    assert len(server.seen) == 1


def test_an_infected_document_is_deleted_and_its_owner_notified(
    clamd: Any, django_capture_on_commit_callbacks: Any
) -> None:
    clamd()
    case = stories.draft()
    document = attached(case, b"%PDF-1.7\n" + MARK)
    with django_capture_on_commit_callbacks(execute=True):
        stories.drain()
    assert no_bytes(document)
    document.refresh_from_db()
    assert (document.check_state, document.storage_key) == ("infected", None)
    with pytest.raises(Gone):
        rules_attachments.check_can_open(document)
    assert Event.objects.get(kind="request.attachment_refused").facts["signature"] == "Gatehouse.Test-1"
    assert Notification.objects.filter(kind="request.attachment_refused", reader=case.applicant).count() == 1


def test_a_scanner_that_does_not_answer_keeps_it_in_quarantine_until_it_does(clamd: Any, settings: Any) -> None:
    settings.CLAMD, settings.CLAMD_SECONDS = "127.0.0.1:9", 1.0
    document = attached(stories.draft())
    stories.drain()
    clamd(answers(b"stream: OK"))  # cut off
    Outbox.objects.update(not_before=clock.now())
    stories.drain()
    document.refresh_from_db()
    assert document.check_state == "waiting" and Outbox.objects.exists()
    clamd()
    Outbox.objects.update(not_before=clock.now())
    stories.drain()
    document.refresh_from_db()
    assert document.check_state == "clean" and not Outbox.objects.exists()


# ------------------------------------------------------------------------------------------------- what and by whom
def test_what_is_refused(settings: Any) -> None:
    case = stories.draft()
    refused(Invalid, case, content=b"MZ", name="a.pdf")
    refused(Invalid, case, name="a.exe")
    refused(Invalid, case, content=b"")
    refused(Invalid, case, name="a\u202e.pdf")
    refused(Invalid, case, name="a" * 200 + ".pdf")
    refused(Denied, case, by=stories.person())
    settings.ATTACHMENT_BYTES = 5
    refused(UploadTooLarge, case)


def test_so_many_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_attachments, "MOST", 1)
    case = stories.draft()
    attached(case)
    with pytest.raises(Invalid):
        attached(case)


def test_not_while_the_committee_reads_and_not_to_what_is_not_ones_own() -> None:
    case = stories.in_review()
    refused(WrongState, case)
    message = commands.write_message(case.request, text="See attached.", by=case.applicant)
    refused(Denied, case, message=message, by=case.committee_setup.chair)
    other = stories.returned()
    assert other.question is not None
    refused(Denied, stories.draft(applicant=other.applicant), question=other.question, by=other.applicant)
    assert attached(other, question=other.question).question == other.question


def test_bytes_without_a_row_are_deleted() -> None:
    case = stories.draft()
    before = stored()
    with pytest.raises(DataError), transaction.atomic():
        attached(case, kind="x" * 11)
    assert stored() == before
    attached(case)
    assert len(stored()) == len(before) + 1  # the control


def stored() -> set[Path]:
    """The files of the storage."""
    return {path for path in Path(private_storage().location).rglob("*") if path.is_file()}


def test_who_reads_a_document() -> None:
    case = stories.draft(members=[stories.person()])
    before = attached(case)
    stories.in_review(stories.submitted(case))
    setup, owner = case.committee_setup, case.published_dataset.owner
    for person in (case.applicant, case.members[0], setup.chair, owner):
        assert read_by(person, case) == {before.pk}
    inside = commands.write_message(case.request, text="A.", committee=setup.committee, internal=True, by=setup.chair)
    of_inside = attached(case, message=inside, by=setup.chair)
    assert read_by(setup.members[0], case) == {before.pk, of_inside.pk}  # the control
    for person in (case.applicant, case.members[0], owner):
        assert read_by(person, case) == {before.pk}
    commands.recuse(case.request, reason="We publish together.", by=setup.members[0])
    assert read_by(setup.members[0], case) == read_by(stories.person(), case) == set()


def test_what_is_not_submitted_yet_only_the_applicant_reads() -> None:
    case = stories.returned()
    document = attached(case)
    assert read_by(case.applicant, case) == {document.pk}
    assert read_by(case.committee_setup.chair, case) == set()


# -------------------------------------------------------------------------------------------------- rounds, removal
def test_a_round_contains_size_and_hash_and_keeps_what_is_removed_later(
    django_capture_on_commit_callbacks: Any,
) -> None:
    case = stories.draft()
    first = attached(case, field="ethics", kind="ethics")
    stories.returned(stories.in_review(stories.submitted(case)))
    current = case.request.rounds.get()
    [frozen] = current.snapshot["attachments"]
    assert frozen == {
        "id": str(first.pk), "kind": "ethics", "field": "ethics", "size": first.size, "sha256": first.sha256
    }  # fmt: skip
    second = attached(case)
    with django_capture_on_commit_callbacks(execute=True):
        commands.remove_attachment(first, by=case.applicant)
        commands.remove_attachment(second, by=case.applicant)
    assert not no_bytes(first) and no_bytes(second)
    assert not queries_thread.documents_of(case.request).exists()
    assert set(queries_thread.documents_in(current.snapshot)) == {first}
    assert not queries_thread.documents_in({}).exists()
    assert read_by(case.committee_setup.chair, case) == {first.pk}
    with pytest.raises(WrongState):
        commands.remove_attachment(first, by=case.applicant)


def test_a_discarded_draft_and_a_withdrawn_message_take_their_documents_along(
    django_capture_on_commit_callbacks: Any,
) -> None:
    draft, case = stories.draft(), stories.in_review()
    one = attached(draft)
    message = commands.write_message(case.request, text="See attached.", by=case.applicant)
    other = attached(case, message=message)
    with django_capture_on_commit_callbacks(execute=True):
        commands.discard(draft.request, by=draft.applicant)
        commands.withdraw_message(message, by=case.applicant)
    assert no_bytes(one) and no_bytes(other)
    other.refresh_from_db()
    assert (other.name, other.storage_key) == ("", None)
    commands.check_attachment(other.pk, by=stories.SYSTEM)
    other.refresh_from_db()
    assert other.check_state == "waiting"


def test_a_submitted_document_is_evidence() -> None:
    case = stories.draft()
    document = attached(case)
    stories.submitted(case)
    rows = Attachment.objects.filter(pk=document.pk)
    for change in ({"sha256": "0" * 64}, {"name": "x.pdf"}, {"storage_key": "aa/bb/cc"}, {"size": 1},
                   {"check_state": "clean"}, {"checked_at": clock.now()}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
    assert rows.update(name="") == 1
    assert not no_bytes(document)


def test_opening_is_an_event_and_its_subject_is_the_document() -> None:
    case = stories.draft()
    document = attached(case)
    stories.drain()
    document.refresh_from_db()
    commands.open_attachment(document, by=case.applicant)
    assert Event.objects.get(kind="request.attachment_opened").subject_id == document.pk


def test_a_round_that_an_appeal_opens_has_only_the_documents_that_were_submitted() -> None:
    """A document of a returned request whose rest is withdrawn was never submitted; the control was."""
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.draft(shelves=[first, second])
    control = attached(case)
    stories.in_review(stories.submitted(case))
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, "deny", published_dataset=first)
    stories.drain()
    commands.request_changes(case.request, text="Why?", by=second.committee_setup.chair)
    never_submitted = attached(case.reload())
    commands.withdraw(case.request, by=case.applicant)
    commands.appeal(case.item_of(first), text="The purpose fits: see section 2.", by=case.applicant)
    stories.drain()
    assert case.reload().request.state == "in_review"
    assert read_by(first.committee_setup.chair, case) == {control.pk}
    assert read_by(case.applicant, case) == {control.pk, never_submitted.pk}
