"""Files that are sent with the form of a request, each for a question of a committee's form."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from apps.access_requests import commands, queries_thread
from apps.access_requests.form_files import field_of
from apps.access_requests.models import AccessRequest
from apps.core.identifiers import uuids
from apps.web import document_forms
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.forms import refusal_of
from apps.web.requests.forms import RequestForm
from apps.web.requests.section_pages import section_address


def attach_sent(request: AuthenticatedRequest, found: AccessRequest, form: RequestForm) -> dict[str, str]:
    """Attach the files that were chosen; a sentence by the name of the field for those that are refused."""
    refused: dict[str, str] = {}
    for name, (asked, question) in form.form_questions.file_targets().items():
        says = []
        for file in request.FILES.getlist(f"{name}.file"):
            if getattr(file, "trouble", ""):
                says.append(_("The file did not arrive complete. Attach it again."))
                continue
            facts = document_forms.sent(file) | {"field": field_of(asked.form, question.key)}
            refusal = refusal_of(partial(commands.attach, found, **facts, by=request.actor))
            if refusal is not None:
                says.append(refusal.sentence)
        if says:
            refused[name] = " ".join(dict.fromkeys(says))
    return refused


def remove_chosen(request: AuthenticatedRequest, found: AccessRequest) -> bool:
    """Remove the attached file whose button was pressed, if it is one of the applicant's; whether one was."""
    chosen = next(iter(uuids([request.POST.get("remove", "")])), None)
    rows = queries_thread.documents_of(found).exclude(field="").filter(pk=chosen) if chosen is not None else ()
    for document in rows:
        commands.remove_attachment(document, by=request.actor)
    return bool(rows)


def back_to_question(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The form again, at the question to which a file was attached."""
    name = request.POST.get("attach", "")
    place = f"#id_{name}_hint" if name.startswith("q-") and name.replace("-", "").replace("_", "").isalnum() else ""
    return HttpResponseRedirect(section_address(pk, request.GET.get("section", "")) + place)
