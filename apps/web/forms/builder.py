"""The forms of a committee, and the page on which one of them is built."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.errors import Invalid, NotFound, WrongState
from apps.core.text import is_blank, typed
from apps.forms import commands, editing, queries
from apps.forms.definition import Definition, Question
from apps.forms.kinds import Type
from apps.forms.models import Form
from apps.forms.shipped_forms import SHIPPED, shipped
from apps.web.committee.manage import managed_committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.forms import presenters
from apps.web.forms.question_form import QuestionEdit, initial_of

Post = Any


def managed_form(request: AuthenticatedRequest, slug: str, pk: UUID) -> Form:
    """The form of a committee that the person may manage."""
    committee = managed_committee(request, slug)
    form = queries.forms_of(committee).filter(pk=pk).first()
    if form is None:
        raise NotFound(_("This form does not exist."))
    form.committee = committee
    return form


@require_page_or_form
@signed_in
@idempotent_form
def committee_forms(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The forms of the committee; a new one begins empty or as one that comes with the portal."""
    committee = managed_committee(request, slug)
    if request.method == "POST":
        begin = request.POST.get("begin", "")
        if begin not in (*SHIPPED, "empty"):
            raise Invalid(_("Select a form to start from."))
        definition = shipped(begin) if begin != "empty" else editing.empty({"en": "New form", "da": "Ny formular"})
        form = commands.create_form(committee, definition=definition, by=request.actor)
        messages.success(request, _("Draft created. Applicants do not see the form until you publish it."))
        return redirect("form_builder", slug=slug, pk=form.pk)
    starts = [{"key": key, "name": str(shipped(key)), "about": shipped(key).summary} for key in SHIPPED]
    found = [presenters.listed(form) for form in queries.forms_of(committee)]
    return render(request, "forms/forms.html", {"committee": committee, "forms": found, "starts": starts})


@require_page_or_form
@signed_in
@idempotent_form
def form_builder(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """The questions by section; a form of the page moves, adds or removes one of them."""
    form = managed_form(request, slug, pk)
    if request.method == "POST":
        return _changed(request, form)
    return _page(request, form)


def _changed(request: AuthenticatedRequest, form: Form) -> HttpResponse:
    """One change of the draft, by the button that was pressed: its name is in ACTS, its value what it is about."""
    name = next((one for one in ACTS if one in request.POST), None)
    if name is None:
        raise Invalid(_("Choose what to change."))
    definition, to = ACTS[name](presenters.Page(form).definition, request.POST[name], request.POST)
    commands.change_draft(form, definition=definition, revision=_revision(request.POST), by=request.actor)
    address = reverse("form_builder", args=[form.committee.slug, form.pk])
    if to.startswith("question:"):
        address = reverse("form_question", args=[form.committee.slug, form.pk, to.removeprefix("question:")])
        return redirect(f"{address}#edit")
    return redirect(f"{address}#{to}")


def _revision(post: Post) -> int | None:
    sent = post.get("revision", "")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else None


def _text(post: Post, name: str, missing: str) -> dict[str, str]:
    text = typed(post.get(name, ""), field=name).strip()[:200]
    if is_blank(text):
        raise Invalid(missing, field=name)
    return {"en": text}


def _move(form: Definition, about: str, _post: Post, *, up: bool) -> tuple[Definition, str]:
    return editing.moved(form, about, up=up), f"row-{about}"


def _move_section(form: Definition, about: str, _post: Post, *, up: bool) -> tuple[Definition, str]:
    return editing.section_moved(form, about, up=up), f"section-{about}"


def _add_question(form: Definition, about: str, post: Post) -> tuple[Definition, str]:
    label = _text(post, "label", _("Enter the question."))
    kind = Type(post["type"]) if post.get("type") in Type.values else Type.TEXT
    changed, key = editing.with_question(form, about, label=label, kind=kind)
    return changed, f"question:{key}"


def _add_section(form: Definition, _about: str, post: Post) -> tuple[Definition, str]:
    changed = editing.with_section(form, _text(post, "title", _("Enter the title of the section.")))
    return changed, f"section-{changed.sections[-1].key}"


def _rename(form: Definition, about: str, post: Post) -> tuple[Definition, str]:
    title = _text(post, "title", _("Enter the title of the section."))
    danish = typed(post.get("title_da", ""), field="title_da").strip()[:200]
    return editing.renamed_section(form, about, title | ({"da": danish} if danish else {})), f"section-{about}"


def _name_form(form: Definition, _about: str, post: Post) -> tuple[Definition, str]:
    name = _text(post, "name", _("Enter the name of the form."))
    danish = typed(post.get("name_da", ""), field="name_da").strip()[:200]
    named = {**form.name, **name} | ({"da": danish} if danish else {})
    return Definition(named, form.about, form.sections), "main"


ACTS: dict[str, Callable[[Definition, str, Post], tuple[Definition, str]]] = {
    "up": lambda form, about, post: _move(form, about, post, up=True),
    "down": lambda form, about, post: _move(form, about, post, up=False),
    "section-up": lambda form, about, post: _move_section(form, about, post, up=True),
    "section-down": lambda form, about, post: _move_section(form, about, post, up=False),
    "add": _add_question,
    "add-section": _add_section,
    "rename": _rename,
    "name-form": _name_form,
    "delete": lambda form, about, _post: (editing.without(form, about), "main"),
    "delete-section": lambda form, about, _post: (editing.without_section(form, about), "main"),
}


@require_page_or_form
@signed_in
@idempotent_form
def form_question(request: AuthenticatedRequest, slug: str, pk: UUID, key: str) -> HttpResponse:
    """One question of the draft, with what applicants see of it."""
    form = managed_form(request, slug, pk)
    definition = presenters.Page(form).definition
    question = definition.question(key)
    if question is None:
        raise NotFound(_("This question is no longer in the form."))
    edit = QuestionEdit(request.POST or None, form=definition, question=question, initial=initial_of(question))
    refusals = FormRefusals(edit, WrongState)
    if request.method == "POST" and edit.is_valid():
        with refusals:
            changed = editing.replaced(definition, key, edit.question)
            commands.change_draft(form, definition=changed, revision=_revision(request.POST), by=request.actor)
            messages.success(request, _("Question saved."))
            return redirect(reverse("form_question", args=[slug, pk, key]) + "#edit")
    return _page(request, form, edit=edit, question=question, status=refusals.status if edit.errors else 200)


def _page(
    request: AuthenticatedRequest,
    form: Form,
    *,
    edit: QuestionEdit | None = None,
    question: Question | None = None,
    status: int = 200,
) -> HttpResponse:
    page = presenters.Page(form)
    found = page.context() | {"sections": page.sections(), "types": Type.choices, "edit": edit, "question": question}
    found["number"] = page.definition.numbered().get(question.key, "") if question is not None else ""
    found["preview"] = presenters.preview_of(page.definition, question) if question is not None else []
    found["texts"] = {"name": page.definition.name.get("en", ""), "name_da": page.definition.name.get("da", "")}
    return render(request, "forms/builder.html", found, status=status)


@require_safe
@signed_in
def form_preview(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """The whole form as applicants see it."""
    form = managed_form(request, slug, pk)
    page = presenters.Page(form)
    return render(request, "forms/preview.html", page.context() | {"sections": presenters.previewed(page.definition)})
