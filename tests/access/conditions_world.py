"""For the access matrix: a condition that waits for the applicant, and one that was reported."""

from typing import Any

from apps.access_requests import commands as requests
from apps.access_requests.conditions import DueDate
from apps.access_requests.models import Condition, Round
from tests import stories

NOBODY = "00000000-0000-7000-8000-000000000000"
CONDITION_FORMS: dict[str, dict[str, Any]] = {
    "condition_report": {"note": "The approval is attached."},
    "condition_review": {"answer": "Thank you."},
}


def add_conditions(things: Any, case: stories.Case) -> None:
    """Approve this case in review with two conditions; one of them is reported as met."""
    seen = Round.objects.get(request=case.request, closed_at__isnull=True)
    chair = case.committee_setup.chair
    made = [
        requests.propose_condition(case.item, text=text, due=DueDate(Condition.Due.DOWNLOAD), seen=seen, by=chair)
        for text in ("Send the approval.", "Send the plan.")
    ]
    for voter in case.committee_setup.everyone[:2]:
        requests.vote(
            case.item, choice="conditional", reason="Fine.", conditions=[one.pk for one in made], seen=seen,
            signed_in=stories.fresh_sign_in(), by=voter,
        )  # fmt: skip
    report = requests.report_condition(made[1], note="Attached.", by=case.applicant)
    pk = case.request.pk
    things.kwargs["condition", "open"] = {"pk": pk, "condition": made[0].pk}
    things.kwargs["condition", "unknown"] = {"pk": pk, "condition": NOBODY}
    things.kwargs["report", "waiting"] = {"pk": pk, "report": report.pk}
    things.kwargs["report", "unknown"] = {"pk": pk, "report": NOBODY}
