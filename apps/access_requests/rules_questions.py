"""What a committee asks about, and what is locked meanwhile."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.access_requests import questions
from apps.access_requests.models import AccessRequest, Question
from apps.access_requests.queries_questions import questions_of, unlocked_fields
from apps.access_requests.rules import check_question
from apps.access_requests.since_submission import wrong_today
from apps.core.errors import Invalid


def check_questions(asked: Sequence[tuple[str, str]]) -> None:
    """Each has a text and is about something there is; there is at least one."""
    for field, text in asked or [("", "")]:
        check_question(text)
        if field and field not in questions.SUBJECTS:
            raise Invalid(_("Select what the question is about."), field="field")
    if len(asked) > questions.MOST:
        raise Invalid(_("You can ask at most %(n)s questions at once.") % {"n": questions.MOST}, field="text")


def editable_fields(request: AccessRequest) -> frozenset[str] | None:
    """What the applicant can change now; None if everything. Names of fields, and of questions in forms.

    What the committee asked about, and what the round submitted last would be refused for today, such as a date that
    has passed: the request could not come back otherwise.
    """
    asked = unlocked_fields(request)
    return None if asked is None else asked | wrong_today(request)


def check_unlocked(editable: frozenset[str] | None, changed: Iterable[str], answers: Iterable[str] = ()) -> None:
    """Nothing but what is editable (`editable_fields`, from before the change) is changed.

    `answers` are the names of the fields of changed answers to forms: one can be changed if all of them can.
    """
    if editable is None:
        return
    locked = [name for name in changed if name not in editable]
    locked += [] if questions.FORMS in editable else [name for name in answers if name not in editable]
    if locked:
        raise Invalid(locked_sentence(), fields=dict.fromkeys(locked, locked_sentence()))


def check_can_answer(question: Question) -> None:
    """What a round contains stays as it is; an answer is not written again once it was submitted."""
    if questions_of(question.request).filter(Q(locked=True), pk=question.pk).exists():
        raise Invalid(answered_sentence(), field="answer")


def answered_sentence() -> str:
    return _("The committee already has this answer, so you cannot change it.")


def locked_sentence() -> str:
    return _("Locked: the committee did not ask about this part of the request.")
