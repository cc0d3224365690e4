"""What a committee asks about, and what is locked meanwhile."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from apps.access_requests import questions
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries_questions import unlocked_fields
from apps.access_requests.rules import check_question, missing_for_submission
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
    """What the applicant can change now; None if everything.

    What the committee asked about, and what a submission would refuse as it is, such as a date that has passed: the
    request could not come back otherwise.
    """
    asked = unlocked_fields(request)
    if asked is None:
        return None
    wrong = {name if name in questions.SUBJECTS else questions.FORMS for name in missing_for_submission(request)}
    return asked | wrong


def check_unlocked(editable: frozenset[str] | None, changed: Iterable[str]) -> None:
    """Nothing but what is editable (`editable_fields`, from before the change) is changed."""
    if editable is None:
        return
    locked = {name: locked_sentence() for name in changed if name not in editable}
    if locked:
        raise Invalid(locked_sentence(), fields=locked)


def locked_sentence() -> str:
    return _("Locked: the committee did not ask about this part of the request.")
