"""One request before its committees: the page, and what a member may do there."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands, denials, rules
from apps.access_requests.due_dates import with_due_date
from apps.access_requests.models import AccessRequest, Item, Round, Vote
from apps.access_requests.queries import before_committees_of, for_committees_of
from apps.access_requests.queries_one import before_committee, is_readable
from apps.access_requests.queries_thread import reader_of
from apps.committees.queries import committees_of
from apps.core.errors import Denied, NotFound, WrongState
from apps.core.identifiers import uuids
from apps.identity.oidc.views import signed_in as sign_in_facts
from apps.web.committee.case_presenters import case_page
from apps.web.committee.conflicts import after_recusal, declared_first
from apps.web.committee.forms import ConflictForm, VoteForm
from apps.web.committee.question_form import QuestionForm
from apps.web.committee.vote_presenters import what_followed
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form, saved_with_errors
from apps.web.sign_in.step_up import freshly_signed_in, must_sign_in_again
from apps.web.thread_rows import thread_of


@require_safe
@signed_in
def case(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The whole request on one page, as it was frozen when it was submitted; first the question about conflicts."""
    try:
        asked = find(request, pk)
    except Denied:
        question = declared_first(request, pk)
        if question is None:
            raise
        return question
    return page(request, asked)


@require_POST
@signed_in
@idempotent_form
def accept_for_review(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The member found the request complete."""
    commands.accept_for_review(find(request, pk), by=request.actor)
    messages.success(request, _("The request is accepted for review. Committee members can vote now."))
    return redirect("case", pk=pk)


@require_POST
@signed_in
@idempotent_form
def request_changes(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The request goes back to the applicant with a question."""
    asked = find(request, pk)
    form = QuestionForm(request.POST, auto_id="question-%s")
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            commands.request_changes(asked, **form.questions(), by=request.actor)
            messages.success(
                request, _("Changes requested. You can review the request again when the applicant resubmits it.")
            )
            return redirect("case", pk=pk)
    if isinstance(refusals.refusal, WrongState):
        return _moved(request, asked, refusals.refusal, form)
    return page(request, asked, question_form=form, status=422)


@require_POST
@signed_in
@idempotent_form
def recuse(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The member has a conflict of interest and leaves this request to the others."""
    asked = find(request, pk)
    form = ConflictForm(request.POST, auto_id="conflict-%s")
    if form.is_valid():
        with FormRefusals(form):
            commands.recuse(asked, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("You declared a conflict of interest. The other members decide without you."))
            return redirect(after_recusal(request))
    return page(request, asked, conflict_form=form, status=422)


def _vote_shown(request: AuthenticatedRequest, pk: UUID, item: UUID) -> list[tuple[str, str]]:
    """What the vote says, for the pages before and after a new sign-in."""
    found = Item.objects.filter(pk=item, request__in=before_committees_of(request.actor)).select_related("dataset")
    wanted = found.first()
    choice = request.POST.get("choice", "")
    if wanted is None or choice not in Vote.Choice.values:
        return []
    adopted = wanted.conditions.filter(pk__in=uuids(request.POST.getlist("conditions")))
    texts = [with_due_date(condition) for condition in adopted] + [request.POST.get("new_condition", "").strip()]
    conditions = "\n".join(text for text in texts if text) if choice == Vote.Choice.CONDITIONAL else ""
    rows = [
        (str(wanted.dataset), str(Vote.Choice(choice).label)),
        (_("Reasons for a denial"), "\n".join(denials.labels(denials.in_order(request.POST.getlist("denial_codes"))))),
        (_("Conditions"), conditions),
        (_("Reason"), request.POST.get("reason", "").strip()),
    ]
    return [(label, text) for label, text in rows if text]


@require_POST
@signed_in
@freshly_signed_in(shows=_vote_shown)
@idempotent_form
def vote(request: AuthenticatedRequest, pk: UUID, item: UUID) -> HttpResponse:
    """A vote on one dataset, on the round that the member has read; or a condition that is proposed for it."""
    asked = find(request, pk)
    wanted = _item(asked, item)
    form = VoteForm(request.POST, item=wanted, proposed=wanted.conditions.all())
    if request.POST.get("act") == "propose":
        return _propose(request, asked, wanted, form)
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            seen = _round(asked, form.cleaned_data["seen"])
            commands.vote(wanted, **form.chosen(), seen=seen, signed_in=sign_in_facts(request), by=request.actor)
            messages.success(request, what_followed(wanted))
            return _after_vote(request, wanted)
    if isinstance(refusals.refusal, WrongState):
        return _moved(request, asked, refusals.refusal, form)
    return page(request, asked, vote_forms={wanted.pk: form}, status=422)


def _after_vote(request: AuthenticatedRequest, item: Item) -> HttpResponse:
    """The case again; for a deputy, who does not read it once it is decided, their list."""
    if before_committees_of(request.actor).filter(pk=item.request_id).exists():
        return redirect("case", pk=item.request_id)  # its top, where the message says what followed
    return redirect("vote_as_deputy")


def _propose(request: AuthenticatedRequest, asked: AccessRequest, item: Item, form: VoteForm) -> HttpResponse:
    """The condition is proposed; the rest of the form is shown again as it was filled in."""
    refusals = FormRefusals(form, WrongState)
    form.full_clean()
    with refusals:
        seen = _round(asked, form.cleaned_data.get("seen"))
        text = form.cleaned_data.get("new_condition", "")
        condition = commands.propose_condition(item, text=text, due=form.due_date(), seen=seen, by=request.actor)
        messages.success(request, _("The condition is proposed. You have not voted yet."))
        kept: dict[str, Any] = {name: request.POST.get(name, "") for name in ("seen", "reason")}
        kept["choice"] = Vote.Choice.CONDITIONAL.value
        kept["denial_codes"] = request.POST.getlist("denial_codes")
        kept["conditions"] = [*request.POST.getlist("conditions"), str(condition.pk)]
        again = VoteForm(initial=kept, item=item, proposed=item.conditions.all())
        return saved_with_errors(page(request, asked, vote_forms={item.pk: again}))
    if isinstance(refusals.refusal, WrongState):
        return _moved(request, asked, refusals.refusal, form)
    for name in [name for name in form.errors if not name.startswith("new_")]:
        del form.errors[name]
    return page(request, asked, vote_forms={item.pk: form}, status=422)


@require_POST
@signed_in
@freshly_signed_in
@idempotent_form
def confirm_vote(request: AuthenticatedRequest, pk: UUID, item: UUID) -> HttpResponse:
    """The member confirms their vote after a voter left; then the votes are counted."""
    asked = find(request, pk)
    wanted = _item(asked, item)
    seen = _round(asked, next(iter(uuids([request.POST.get("seen", "")])), None))
    commands.confirm_vote(wanted, seen=seen, signed_in=sign_in_facts(request), by=request.actor)
    messages.success(request, what_followed(wanted))
    return _after_vote(request, wanted)


def _item(asked: AccessRequest, pk: UUID) -> Item:
    wanted = asked.items.filter(pk=pk).select_related("committee", "dataset").first()
    if wanted is None:
        raise NotFound(_("This request does not include that dataset."))
    return wanted


def _round(asked: AccessRequest, pk: UUID | None) -> Round:
    """The round that the member has read."""
    seen = asked.rounds.filter(pk__in=[pk]).first()
    if seen is None:
        raise WrongState(_("The request has changed since you opened it. Read the new version first."))
    return seen


def _moved(request: AuthenticatedRequest, asked: AccessRequest, refusal: WrongState, form: forms.Form) -> HttpResponse:
    """Meanwhile something else happened: the page as it is now, with what was typed kept for copying."""
    typed = [str(form.cleaned_data.get(name) or "") for name in ("reason", "new_condition", "text", "why")]
    kept = "\n\n".join(text for text in typed if text)
    return page(request, find(request, asked.pk), moved=refusal.sentence, typed=kept, status=409)


def find(request: AuthenticatedRequest, pk: UUID) -> AccessRequest:
    """The request, if it is before a committee of this member and no business of their own."""
    asked = before_committee(request.actor, pk)
    if asked is None:
        about = AccessRequest.objects.filter(pk=pk, items__committee__in=committees_of(request.actor)).first()
        if about is not None:
            rules.check_no_conflict(request.actor, about)
        undeclared = for_committees_of(request.actor).filter(pk=pk).first()
        if undeclared is not None:
            rules.check_declared(request.actor, undeclared)
        if is_readable(request.actor, pk):
            raise Denied(_("Only members of a committee that decides on this request can see this page."))
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    rules.check_no_part(request.actor, asked)
    return asked


def page(request: AuthenticatedRequest, asked: AccessRequest, *, status: int = 200, **typed: Any) -> HttpResponse:
    typed["asks_again"] = must_sign_in_again(request)
    reader, path = reader_of(request.actor, asked), reverse("case", args=[asked.pk])
    thread = thread_of(request, reader, request.actor, page=path, form=typed.get("message_form"))
    context = case_page(asked, request.actor, **typed) | {"thread": thread}
    return render(request, "committee/case.html", context, status=status)
