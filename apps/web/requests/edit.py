"""Writing a request: begin, edit, keep what is typed, submit."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands, fields, form_answers, rules
from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.rules_questions import editable_fields
from apps.access_requests.states import ItemState, RequestState
from apps.core import clock
from apps.core.actors import Viewer
from apps.core.errors import Invalid, NotFound, WrongState
from apps.datasets import queries as datasets
from apps.datasets.models import Dataset
from apps.datasets.requestable import datasets_matching
from apps.grants.access_state import access_state, state_of_request
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form, remembered, saved_with_errors
from apps.web.common.state_presenters import shown
from apps.web.requests import to_invite
from apps.web.requests.autosave import Autosave
from apps.web.requests.form_files import attach_sent, back_to_question, remove_chosen
from apps.web.requests.form_versions import newer_forms
from apps.web.requests.forms import RequestForm, begun, name_refused
from apps.web.requests.purpose_section import purpose_context
from apps.web.requests.section_pages import after_saving, sections_context
from apps.web.requests.two_windows import BASE, Merged, base_of, mark, merge
from apps.web.requests.views import find, questions_of


@require_POST
@signed_in
@idempotent_form
def request_new(request: AuthenticatedRequest) -> HttpResponse:
    """A new draft for one or several datasets; the applicant goes on writing it."""
    slugs = list(dict.fromkeys(request.POST.getlist("dataset")))[: fields.DATASETS.most]
    chosen = _named(request.actor, slugs)
    if not chosen:
        raise Invalid(str(fields.DATASETS.missing))
    drafted = commands.draft(chosen, by=request.actor)
    return HttpResponseRedirect(reverse("request_edit", args=[drafted.pk]))


@require_safe
@signed_in
def request_begin(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Where signing in leads for a request: begin it, or add the dataset to a draft; what there is comes first."""
    dataset = datasets.visible_to(request.actor).select_related("committee", "institution").filter(slug=slug).first()
    if dataset is None:
        raise NotFound(_("This dataset does not exist, or you are not allowed to see it."))
    state = access_state(request.actor, dataset)
    refused = refusal_of(lambda: rules.check_can_request(request.actor, dataset))
    context = {
        "dataset": dataset,
        "existing": shown(state) if state.request is not None else None,
        "refused": refused.sentence if refused is not None else "",
        "drafts": requests.requests_for_dataset(dataset, request.actor).exclude(items__dataset=dataset)[:8],
    }
    return render(request, "requests/new.html", context)


@require_POST
@signed_in
@idempotent_form
def request_copy(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """A new draft with what this request says: to renew access, or to revise what was denied."""
    found = find(request.actor, pk)
    rules.check_is_applicant(request.actor, found)
    state = state_of_request(request.actor, found)
    last_days = [one.last_day for one in (state, *state.also) if one.gives_access and one.last_day is not None]
    starts_on = max(last_days) + timedelta(days=1) if last_days else clock.today()
    drafted = commands.copy(found, starts_on=starts_on, by=request.actor)
    messages.success(request, _("A new draft was created with what you wrote before. Check it, then submit it."))
    return HttpResponseRedirect(reverse("request_edit", args=[drafted.pk]))


@require_POST
@signed_in
@idempotent_form
def request_add(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One more dataset in a request that is still being written, from that dataset's page."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    chosen = _named(request.actor, request.POST.getlist("dataset")[:1])
    if not chosen:
        raise Invalid(str(fields.DATASETS.missing))
    commands.add_dataset(found, dataset=chosen[0], by=request.actor)
    messages.success(request, _("“%(dataset)s” was added to this request.") % {"dataset": chosen[0].title})
    return HttpResponseRedirect(reverse("request_edit", args=[pk]))


def _named(person: Viewer, slugs: list[str]) -> list[Dataset]:
    """The datasets of these short names that the person may know of; an unknown one is said to be unknown."""
    known = {one.slug: one for one in datasets.visible_to(person).select_related("committee").filter(slug__in=slugs)}
    for slug in slugs:
        if slug not in known:
            raise Invalid(
                _("There is no dataset called “%(name)s”. Check the address.") % {"name": slug[:80]},
                field="add_dataset",
            )
    return [known[slug] for slug in slugs]


@require_page_or_form
@signed_in
@idempotent_form
def request_edit(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The form; sent, it is kept and the person goes on."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    if request.method != "POST":
        return _page(request, found, form_of(found))
    form, merged = _merged(found, request.POST)
    if merged.conflicts:
        return _choose(request, found, form, merged)
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            entries = to_invite.take_out(request, found, form.cleaned_data)
            _keep(found, form, request.actor)
            to_invite.carry(request, found, entries)
            if refused := attach_sent(request, found, form):
                return _files_refused(request, found, refused)
            if remove_chosen(request, found) or "attach" in request.POST:
                messages.success(request, _("Saved."))
                return back_to_question(request, pk)
            messages.success(request, _("Saved. Nothing is sent to the committee until you submit the request."))
            return HttpResponseRedirect(after_saving(request, pk))
    return _page(request, found, form, status=refusals.status)


@require_POST
@signed_in
@idempotent_form
def request_submit(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand the request in: what stands in the form is kept first, and what is missing is said field by field."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    whole = "revision" in request.POST  # not "title": a browser does not send a locked field
    form, merged = _merged(found, request.POST) if whole else (_bound(found), None)
    if merged is not None and merged.conflicts:
        return _choose(request, found, form, merged)
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            if whole:
                _keep(found, form, request.actor)
                if refused := attach_sent(request, found, form):
                    return _files_refused(request, found, refused)
            return _after_submit(request, found)
    if whole and not isinstance(refusals.refusal, WrongState):
        _name_the_rest(found, form, request.actor)
    return _page(request, found, form, status=refusals.status)


def _files_refused(request: AuthenticatedRequest, found: AccessRequest, refused: dict[str, str]) -> HttpResponse:
    """Everything that was typed is saved, and every file but these is attached; each has its sentence at its field."""
    found.refresh_from_db()
    form = _bound(found)
    for name, sentence in refused.items():
        form.add_error(name, sentence)
    return saved_with_errors(_page(request, found, form, status=422))


def _name_the_rest(found: AccessRequest, form: RequestForm, person: Person) -> None:
    """Beside what is wrong in the form: what a submission of all that is right in it would lack. Nothing is kept."""
    right = {name: value for name, value in form.texts.items() if name not in form.errors}
    codes = [] if "members" in form.errors else form.cleaned_data.get("members", [])

    def submit() -> None:
        rules.check_can_submit(person, commands.change(found, by=person, **right))

    steps = (lambda: commands.name_members(found, codes=codes, by=person), submit)
    with transaction.atomic():
        refused = [refusal_of(step) for step in steps if codes or step is submit]
        transaction.set_rollback(True)
    for refusal in refused:
        if refusal is not None:
            name_refused(form, refusal)


def _after_submit(request: AuthenticatedRequest, found: AccessRequest) -> HttpResponse:
    """Submitted; or, when something is still missing, what stood in the form is in the draft all the same."""
    found.refresh_from_db()
    form = _bound(found)
    refusal = refusal_of(lambda: commands.submit(found, by=request.actor), Invalid)
    if refusal is not None:
        name_refused(form, refusal)
        return saved_with_errors(_page(request, found, form, status=refusal.status))
    messages.success(request, _("Request submitted. This page shows who has to act next."))
    return HttpResponseRedirect(reverse("request_page", args=[found.pk]))


@require_POST
@signed_in
def request_autosave(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What is typed is saved; a refusal is sent to the page as problem+json.

    An answer to a form that is not valid is saved as it was typed, and its sentence is in `wrong` by its field.

    A page whose answer was lost on the way sends the very same again, and gets the answer of the first time: the
    draft was changed by nobody else.
    """
    saving = Autosave(find(request.actor, pk), request.POST, _parts, request.actor)
    return JsonResponse(saving.answer(remembered(request, saving.save)))


def _merged(found: AccessRequest, sent: QueryDict) -> tuple[RequestForm, Merged]:
    """What was sent, with what another window saved since its page was made; see `two_windows`."""
    parts = _parts(found, members=True)
    form = RequestForm(sent, **parts)
    form.full_clean()
    merged = merge(sent, form, RequestForm(None, **parts), found.revision)
    return RequestForm(merged.data, **parts), merged


def _choose(request: AuthenticatedRequest, found: AccessRequest, form: RequestForm, merged: Merged) -> HttpResponse:
    """Both windows changed a field: what was typed is in the form, and the person chooses. Nothing is saved."""
    form.full_clean()
    mark(form, merged.conflicts)
    return _page(request, found, form, status=WrongState.status, conflicts=merged.conflicts)


def form_of(found: AccessRequest, data: Any = None) -> RequestForm:
    """The form of the request as it is stored, or with what was sent."""
    return RequestForm(data, **_parts(found, members=data is None))


def _parts(found: AccessRequest, *, members: bool) -> dict[str, Any]:
    """What a form of the request is made of; `members` with the codes of the named colleagues, one statement."""
    chosen = [item.dataset for item in items_of(found)]
    unlocked = editable_fields(found)
    needed = members or unlocked is not None
    codes = [one.person.code for one in found.memberships.select_related("person")] if needed else []
    initial = begun(found, codes) | {"datasets": [dataset.slug for dataset in chosen]}
    asked = form_answers.asked_forms(found, {dataset.committee_id for dataset in chosen if dataset.committee_id})
    return {
        "initial": initial, "questions": questions_of(found), "chosen": chosen, "asked": asked, "unlocked": unlocked
    }  # fmt: skip


def _bound(found: AccessRequest) -> RequestForm:
    """The form filled with what the request holds, so that sentences can stand beside its fields."""
    form = form_of(found)
    filled = {name: value for name, value in form.initial.items() if value is not None} | {BASE: base_of(form)}
    return form_of(found, filled)


def items_of(found: AccessRequest) -> Any:
    """The datasets that are asked for, by title."""
    return found.items.exclude(state=ItemState.WITHDRAWN).select_related("dataset").order_by("dataset__title")


def _keep(found: AccessRequest, form: RequestForm, person: Person) -> None:
    """Everything the form holds, or (with a sentence) nothing of it."""
    facts = form.cleaned_data
    commands.save_answers(found, answers=form.answers, by=person)
    commands.change(found, by=person, revision=facts["revision"], **form.texts)
    commands.name_members(found, codes=facts["members"], by=person)
    before = {item.dataset.slug for item in items_of(found)}
    slugs = [*facts["datasets"], *(facts["further"] or _the_one_match(facts["add_dataset"], before))]
    if set(slugs) != before:
        commands.choose_datasets(found, datasets=_named(person, list(dict.fromkeys(slugs))), by=person)


def _not_accepting(found: AccessRequest) -> Any:
    """The datasets of a draft whose committee accepts no requests now; said before the whole form is filled in."""
    if found.state != RequestState.DRAFT:
        return Item.objects.none()
    closed = items_of(found).filter(dataset__committee__accepting=False)
    return closed.select_related("dataset__committee")


def _the_one_match(entered: str, before: set[str]) -> list[str]:
    """The short name of the dataset that the words or the address name; nothing for no words."""
    matches = [one for one in datasets_matching(entered) if one.slug not in before]
    if len(matches) > 1:
        raise Invalid(_("Several datasets match. Choose one or more below, then save again."), field="add_dataset")
    if entered and not matches and not any(one.slug in before for one in datasets_matching(entered)):
        sentence = _("No dataset that needs a request matches “%(words)s”. Enter other words.")
        raise Invalid(sentence % {"words": entered[:80]}, field="add_dataset")
    return [one.slug for one in matches]


def _page(
    request: AuthenticatedRequest, found: AccessRequest, form: RequestForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    if "add_dataset" in form.errors:
        chosen = {item.dataset_id for item in items_of(found)}
        form.offer([one for one in datasets_matching(str(form["add_dataset"].value())) if one.pk not in chosen])
    members = [one.person for one in found.memberships.select_related("person__institution").order_by("added_at")]
    closed = {one.dataset.committee: rules.not_accepting(one.dataset.committee) for one in _not_accepting(found)}
    context = {"asked": found, "form": form, "members": members, "closed": list(closed.values())}
    context |= {"base": form.data.get(BASE, "") if form.is_bound else base_of(form), **more}
    context |= purpose_context(found) | {"newer_forms": newer_forms(found)}
    context |= sections_context(found, form, wanted=request.GET.get("section", ""), members=len(members))
    return render(request, "requests/edit.html", context, status=status)
