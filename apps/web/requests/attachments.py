"""The documents of a request: a page to attach and remove them, and their bytes."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands, queries_questions, queries_thread, rules, rules_attachments
from apps.access_requests.models import AccessRequest, Attachment
from apps.core.errors import Invalid, NotFound, UploadTooLarge
from apps.core.file_response import stored_file
from apps.web import document_forms
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form, writes
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.requests import views
from apps.web.requests.section_pages import came_from, section_address


class DocumentForm(forms.Form):
    """One document, and what it belongs to: the request, or the answer to one of the committee's questions."""

    use_required_attribute = False

    file = document_forms.DocumentField(
        label=gettext_lazy("File"), error_messages={"required": gettext_lazy("Choose a file.")}
    )
    kind = document_forms.kind_field()
    question = forms.ChoiceField(label=gettext_lazy("Belongs to"))

    def __init__(self, *args: Any, found: AccessRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locked = rules_attachments.documents_are_locked(found)
        asked = queries_questions.unlocked_questions_of(found) if locked else views.questions_of(found)
        self._questions = {str(one.pk): one for one in asked}
        if not self._questions:
            del self.fields["question"]
            return
        choice = self.fields["question"]
        assert isinstance(choice, forms.ChoiceField)
        choice.required = False
        texts = [
            (pk, _("Answer to: %(question)s") % {"question": one.text[:80]}) for pk, one in self._questions.items()
        ]
        choice.choices = texts if locked else [("", _("The request")), *texts]

    def document(self) -> dict[str, Any]:
        """What was entered, as the command wants it."""
        said = self.cleaned_data
        question = self._questions.get(said.get("question", ""))
        return {"kind": said["kind"], "question": question, **document_forms.sent(said["file"])}


@require_page_or_form
@signed_in
@idempotent_form
def request_documents(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Attach documents to a request that can be changed, and remove them."""
    found = views.find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    wanted = request.GET.get("kind", "")
    initial = {"kind": wanted} if wanted in Attachment.Kind.values else {}
    form = DocumentForm(request.POST or None, request.FILES or None, found=found, initial=initial)
    refusals = FormRefusals(form, UploadTooLarge)
    if request.method == "POST" and form.is_valid():
        with refusals:
            commands.attach(found, **form.document(), by=request.actor)
            messages.success(request, _("The document is attached."))
            return HttpResponseRedirect(came_from(request, reverse("request_documents", args=[pk])))
    return _page(request, found, form, status=refusals.status if request.method == "POST" else 200)


def _page(
    request: AuthenticatedRequest, found: AccessRequest, form: DocumentForm, *, status: int, refused: str = ""
) -> HttpResponse:
    """The documents, each with a button to remove it if that is not locked; `refused` says what was not done."""
    documents = list(queries_thread.documents_of(found).select_related("question"))
    unlocked = rules_attachments.removable(found, documents)
    context = {
        "asked": found, "form": form, "refused": refused, "most": rules_attachments.MOST,
        "documents": [row | {"removable": row["document"].pk in unlocked} for row in document_forms.shown(documents)],
        "locked": rules_attachments.documents_are_locked(found),
        "back": section_address(found.pk, request.GET.get("section", "")), "from_section": came_from(request, ""),
    }  # fmt: skip
    return render(request, "requests/documents.html", context, status=status)


@require_POST
@signed_in
@idempotent_form
def document_remove(request: AuthenticatedRequest, pk: UUID, document: UUID) -> HttpResponse:
    """The applicant takes a document back. The page of the documents shows a refusal, if it can be shown."""
    wanted = _find(request, pk, document)
    refusal = refusal_of(lambda: commands.remove_attachment(wanted, by=request.actor))
    if refusal is not None:
        found = views.find(request.actor, pk)
        if not isinstance(refusal, Invalid) or refusal_of(lambda: rules.check_can_edit(request.actor, found)):
            raise refusal
        return _page(request, found, DocumentForm(found=found), status=refusal.status, refused=refusal.sentence)
    messages.success(request, _("The document was removed."))
    return HttpResponseRedirect(came_from(request, reverse("request_documents", args=[pk])))


@writes
@require_safe
@signed_in
def document_open(request: AuthenticatedRequest, pk: UUID, document: UUID) -> HttpResponse:
    """The bytes of a document, for whoever may read it. The event is written first."""
    wanted = _find(request, pk, document)
    rules_attachments.check_can_open(wanted)
    if request.method == "GET":
        commands.open_attachment(wanted, by=request.actor)
    name = wanted.name or f"document-{wanted.pk}"
    return stored_file(str(wanted.storage_key), name=name, media_type=wanted.media_type)


def _find(request: AuthenticatedRequest, pk: UUID, document: UUID) -> Attachment:
    found = views.find(request.actor, pk)
    wanted = queries_thread.attachments_for(request.actor, found).filter(pk=document).first()
    if wanted is None:
        raise NotFound(_("This document does not exist, or you are not allowed to see it."))
    return wanted
