"""What of a request is frozen for the committee. Pure functions."""

from datetime import date
from typing import Any

from apps.access_requests.models import AccessRequest


def snapshot_of(request: AccessRequest) -> dict[str, Any]:
    """Everything the committee will read, as it is now; people by id, so that names can still be erased."""
    questions = request.questions.values_list("text", "answer")
    return {
        "reference": request.reference,
        "title": request.title,
        "purpose": request.purpose,
        "public_summary": request.public_summary,
        "starts_on": _day(request.starts_on),
        "ends_on": _day(request.ends_on),
        "applicant": str(request.applicant_id),
        "members": sorted(str(m.person_id) for m in request.memberships.all()),
        "datasets": sorted(str(item.dataset_id) for item in request.items.all()),
        "questions": [{"question": text, "answer": reply} for text, reply in questions],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
