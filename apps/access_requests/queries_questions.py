"""What of a request can be changed while it is with the applicant."""

from django.db.models import Exists, OuterRef, QuerySet

from apps.access_requests.models import AccessRequest, Question, Round
from apps.access_requests.states import RequestState


def unlocked_fields(request: AccessRequest) -> frozenset[str] | None:
    """The fields that the questions of the last round are about; None if everything can be changed.

    Everything: while the request is a draft, after a question about no field, and after a round without questions.
    """
    if request.state != RequestState.RETURNED:
        return None
    last = request.rounds.order_by("-number").values("pk")[:1]
    asked = frozenset(Question.objects.filter(request=request, round__in=last).values_list("field", flat=True))
    return None if not asked or "" in asked else asked


def questions_of(request: AccessRequest) -> QuerySet[Question]:
    """The committee's questions as they were asked, each with `locked`: a later round has its answer already."""
    return request.questions.annotate(locked=_has_later_round(request)).order_by("asked_at", "pk")


def unlocked_questions_of(request: AccessRequest) -> QuerySet[Question]:
    """Those of them whose answer can still be given or changed."""
    return request.questions.filter(~_has_later_round(request)).order_by("asked_at", "pk")


def _has_later_round(request: AccessRequest) -> Exists:
    return Exists(Round.objects.filter(request=request, opened_at__gte=OuterRef("answered_at")))
