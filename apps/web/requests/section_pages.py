"""The sections of the request form on its pages: what to show, and where saving leads."""

import re
from typing import Any
from uuid import UUID

from django.urls import reverse

from apps.access_requests import queries_thread
from apps.access_requests.models import AccessRequest, Attachment
from apps.access_requests.queries_invitations import open_invitations
from apps.web.common.actor import AuthenticatedRequest
from apps.web.requests.forms import RequestForm
from apps.web.requests.purpose_needs import mark, needs_of
from apps.web.requests.sections import CHECK, sections_of

ELSEWHERE = {
    "documents": "request_documents",
    "ethics-approval": "request_documents",
    "people": "request_people",
    CHECK: "request_check",
    "disease-search": "request_diseases",
}  # buttons that save and lead to a page
PRESET = {"ethics-approval": Attachment.Kind.ETHICS.value}  # the kind of document that a button is about
KEY = re.compile(r"[a-z]{2,20}(-\d{1,5})?")


def sections_context(
    found: AccessRequest, form: RequestForm, *, wanted: str = "", members: int | None = None
) -> dict[str, Any]:
    """What the template shows of the sections.

    `steps`: each section; `asked_sections`: the committees' questions; `answer_url`: the questions of the purpose.
    """
    parts, needs = form.asked_sections, needs_of(found, form.chosen)
    mark(form.fields, needs)
    documents = 0 if form.documents_locked else queries_thread.documents_of(found).count()
    members = found.memberships.count() if members is None else members
    invited = open_invitations().filter(request=found).count()
    counts = {"members": members, "invited": invited, "documents": documents}
    steps = sections_of(found, form, parts, counts=counts, needs=needs, wanted=wanted)
    answer_url = section_address(found.pk, "purpose") if any(one.key == "purpose" for one in steps.rows) else ""
    return {"steps": steps, "asked_sections": parts, "answer_url": answer_url}


def section_address(pk: UUID, key: str) -> str:
    """The form of the request at this section; without one it shows the first that is not complete."""
    address = reverse("request_edit", args=[pk])
    return f"{address}?section={key}" if KEY.fullmatch(key) else address


def came_from(request: AuthenticatedRequest, address: str) -> str:
    """The address of a page beside the form, with the section from which the person came, so that they get back."""
    key = request.GET.get("section", "")
    return f"{address}?section={key}" if KEY.fullmatch(key) else address


def after_saving(request: AuthenticatedRequest, pk: UUID) -> str:
    """Where saving leads: the section whose button was pressed, the documents, the check, or the same section again."""
    wanted = request.POST.get("go", "")
    for name, page in ELSEWHERE.items():
        if name in request.POST or name == wanted == CHECK:
            kept = came_from(request, reverse(page, args=[pk]))
            return f"{kept}{'&' if '?' in kept else '?'}kind={PRESET[name]}" if name in PRESET else kept
    return section_address(pk, wanted or request.GET.get("section", ""))
