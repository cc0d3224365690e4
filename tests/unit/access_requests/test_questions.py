"""Questions about one part of a request: only that part can be changed until the applicant sends the answers."""

from datetime import timedelta
from typing import Any

import pytest

from apps.access_requests import commands, questions, rules
from apps.access_requests.models import Question
from apps.access_requests.queries_questions import questions_of, unlocked_fields
from apps.access_requests.rules_questions import check_unlocked, editable_fields
from apps.core import clock
from apps.core.errors import Invalid
from apps.notifications.models import Notification
from tests import stories

pytestmark = pytest.mark.django_db


def asked(*further: tuple[str, str], field: str = "title", **how: Any) -> stories.Case:
    """Back with the applicant, with a question about this field and these further ones."""
    case = stories.in_review(**how)
    chair = case.committee_setup.chair
    case.question = commands.request_changes(case.request, text="Why?", field=field, further=further, by=chair)
    return case.reload()


def refused(case: stories.Case, name: str, act: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        act()
    assert set(refusal.value.fields) == {name}


def test_only_what_was_asked_about_can_be_changed() -> None:
    case = asked(("public_summary", "For whom?"))
    assert unlocked_fields(case.request) == {"title", "public_summary"}
    commands.change(case.request, by=case.applicant, title="Another", public_summary="For patients.")
    unchanged = {"purpose": case.request.purpose}
    commands.change(case.request, by=case.applicant, title="A third", **unchanged)  # a form sends everything
    refused(case, "purpose", lambda: commands.change(case.request, by=case.applicant, purpose="x" * 50))
    member = stories.person()
    refused(case, "members", lambda: commands.name_members(case.request, codes=[member.code], by=case.applicant))
    other = stories.published_dataset(committee_setup=case.committee_setup)
    refused(case, "datasets", lambda: commands.add_dataset(case.request, dataset=other.dataset, by=case.applicant))
    both = [case.published_dataset.dataset, other.dataset]
    refused(case, "datasets", lambda: commands.choose_datasets(case.request, datasets=both, by=case.applicant))
    refused(case, "documents", lambda: stories.document(case.request, by=case.applicant))
    commands.name_members(case.request, codes=[], by=case.applicant)
    commands.choose_datasets(case.request, datasets=both[:1], by=case.applicant)
    assert stories.document(case.request, question=case.question, by=case.applicant).question == case.question
    case.reload()
    assert (case.request.title, case.request.purpose) == ("A third", stories.PURPOSE)


def test_what_is_unlocked_can_be_changed_members_datasets_documents() -> None:
    case = asked(("datasets", "All?"), (questions.DOCUMENTS, "Where is the approval?"), field="members")
    other = stories.published_dataset(committee_setup=case.committee_setup)
    commands.name_members(case.request, codes=[stories.person().code], by=case.applicant)
    commands.add_dataset(case.request, dataset=other.dataset, by=case.applicant)
    document = stories.document(case.request, by=case.applicant)
    commands.remove_attachment(document, by=case.applicant)
    refused(case, "title", lambda: commands.change(case.request, by=case.applicant, title="Another"))


def test_a_question_about_the_whole_request_unlocks_everything() -> None:
    """Also questions from before there were fields, which have none."""
    for case in (stories.returned(), asked(("", "And in general?"))):
        assert editable_fields(case.request) is None
        commands.change(case.request, by=case.applicant, title="Another", purpose="x" * 50)
    check_unlocked(None, ["title"])


def test_a_draft_is_open_and_the_next_round_forgets_the_questions_of_the_last() -> None:
    assert editable_fields(stories.draft().request) is None
    case = asked(field="title")
    assert case.question is not None
    commands.answer(case.question, text="Because.", by=case.applicant)
    commands.submit(case.request, by=case.applicant)
    commands.request_changes(case.request, text="And?", field="purpose", by=case.committee_setup.chair)
    assert unlocked_fields(case.reload().request) == {"purpose"}


def test_a_document_for_a_question_of_an_earlier_round_is_locked_like_others() -> None:
    """The control is the question of the last round, whose document needs no unlocking."""
    case = asked(field=questions.DOCUMENTS)
    earlier = case.request.questions.get()
    commands.answer(earlier, text="Here it is.", by=case.applicant)
    commands.submit(case.request, by=case.applicant)
    case.reload()
    chair = case.committee_setup.chair
    commands.accept_for_review(case.request, by=chair)
    newest = commands.request_changes(case.request, text="Which title?", field="title", by=chair)
    case.reload()
    with pytest.raises(Invalid):
        stories.document(case.request, by=case.applicant, question=earlier)
    stories.document(case.request, by=case.applicant, question=newest)


def test_a_date_that_has_passed_meanwhile_is_no_dead_end(frozen: Any) -> None:
    case = asked(field="title", days=30)
    assert editable_fields(case.request) == {"title"}
    frozen(clock.now() + timedelta(days=40))
    assert editable_fields(case.request) == {"title", "ends_on"}
    commands.change(case.request, by=case.applicant, ends_on=clock.today() + timedelta(days=20))
    refused(case, "starts_on", lambda: commands.change(case.request, by=case.applicant, starts_on=clock.today()))


def test_a_change_that_makes_another_field_wrong_does_not_unlock_it() -> None:
    """The control is the start date that was asked about. A longer period is wrong, and its end stays locked."""
    case = asked(field="starts_on", days=200)
    earlier = case.request.starts_on - timedelta(days=500)
    commands.change(case.request, by=case.applicant, starts_on=earlier)
    case.reload()
    assert "ends_on" in rules.missing_for_submission(case.request)
    assert editable_fields(case.request) == {"starts_on"}
    later = case.request.ends_on - timedelta(days=1)
    refused(case, "ends_on", lambda: commands.change(case.request, by=case.applicant, ends_on=later))


def test_an_answer_that_a_round_has_is_not_written_again() -> None:
    """The control is the answer to the question of the last round."""
    case = asked(field="title")
    earlier = case.question
    assert earlier is not None
    commands.answer(earlier, text="Because.", by=case.applicant)
    commands.answer(earlier, text="For a reason.", by=case.applicant)
    commands.submit(case.request, by=case.applicant)
    newest = commands.request_changes(case.request, text="And?", field="purpose", by=case.committee_setup.chair)
    case.reload()
    for text in ("Another.", ""):
        with pytest.raises(Invalid):
            commands.save_answers(case.request, answers={earlier.pk: text, newest.pk: "Yes."}, by=case.applicant)
    commands.save_answers(case.request, answers={earlier.pk: "For a reason.", newest.pk: "Yes."}, by=case.applicant)
    earlier.refresh_from_db()
    assert earlier.answer == "For a reason."
    assert [(one.pk, one.locked) for one in questions_of(case.request)] == [(earlier.pk, True), (newest.pk, False)]


@pytest.mark.parametrize(("field", "further"), [
    ("reference", []), ("title", [("no such", "Why?")]), ("title", [("purpose", " ")]),
    ("title", [("title", "Why?")] * questions.MOST),
])  # fmt: skip
def test_what_cannot_be_asked(field: str, further: list[tuple[str, str]]) -> None:
    case, chair = stories.in_review(), None
    chair = case.committee_setup.chair
    with pytest.raises(Invalid):
        commands.request_changes(case.request, text="Why?", field=field, further=further, by=chair)
    assert not Question.objects.filter(request=case.request).exists()
    assert case.request.rounds.filter(closed_at__isnull=True).exists()


def test_the_applicant_reads_every_question_and_its_subject() -> None:
    case = asked(("purpose", "Which cohort?"))
    stories.drain()
    body = Notification.objects.get(reader=case.applicant, kind="request.returned").body
    assert "Which cohort?" in body and questions.label_of("purpose") in body
    assert questions.label_of("") == ""
