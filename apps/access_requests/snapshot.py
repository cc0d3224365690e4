"""What of a request is frozen for the committee. Pure functions."""

from datetime import date
from typing import Any

from apps.access_requests import cohort_facts, fields, form_answers, form_files, queries_shared_work, shared_work
from apps.access_requests.fields import Kind, RequestField
from apps.access_requests.models import AccessRequest, Attachment
from apps.access_requests.queries_invitations import named_in_snapshot
from apps.access_requests.states import ItemState


def snapshot_of(request: AccessRequest) -> dict[str, Any]:
    """Everything the committee will read, as it is now; people by id, so that names can still be erased."""
    questions = request.questions.values_list("text", "answer")
    answered = form_answers.frozen(request)
    shown = form_files.frozen_ids(answered.get("forms", ()))
    documents = request.attachments.filter(message=None, removed_at=None)
    invited = named_in_snapshot(request)
    works = queries_shared_work.named_in_snapshot(request)
    return {
        "reference": request.reference,
        "applicant": str(request.applicant_id),
        **{field.name: _frozen(field, request) for field in fields.FIELDS if field.in_snapshot},
        "attachments": [_document(one) for one in documents if not one.field or str(one.pk) in shown],
        "questions": [{"question": text, "answer": reply} for text, reply in questions],
        **answered,
        **({"invited": invited} if invited else {}),  # people who have not confirmed, and are no party
        **({shared_work.FIELD: works} if works else {}),
        **cohort_facts.frozen(request),
    }


def _document(attachment: Attachment) -> dict[str, Any]:
    """An attached document by its id, size and SHA-256; its name is in its row, where it can be erased."""
    one = attachment
    return {"id": str(one.pk), "kind": one.kind, "field": one.field, "size": one.size, "sha256": one.sha256}


def _frozen(field: RequestField, request: AccessRequest) -> Any:
    """A value as JSON: days as 2026-09-01, people and datasets by their ids, in order."""
    if field.kind == Kind.PEOPLE:
        return sorted(str(m.person_id) for m in request.memberships.all())
    if field.kind == Kind.DATASETS:
        return sorted(str(item.dataset_id) for item in request.items.exclude(state=ItemState.WITHDRAWN))
    value = getattr(request, field.name)
    return value.isoformat() if isinstance(value, date) else value
