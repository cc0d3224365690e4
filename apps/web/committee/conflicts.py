"""The question about conflicts of interest, which a committee member answers before a case opens."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.access_requests import commands, queries_conflicts, queries_shared_work, rules_conflicts
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries import for_committees_of
from apps.access_requests.queries_conflicts import Suggestion, Why
from apps.access_requests.queries_invitations import still_invited
from apps.committees.queries import committees_of
from apps.core.errors import NotFound, WrongState
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import CleanTextField, FormRefusals
from apps.web.common.idempotency import idempotent_form

NONE, CONFLICT = "none", "conflict"


class DeclarationForm(forms.Form):
    """No conflict of interest, or one and why; about the people whose names the page shows (`seen`)."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    answer = forms.ChoiceField(
        label=gettext_lazy("Your declaration"),
        choices=[
            (NONE, gettext_lazy("I have no conflict of interest")),
            (CONFLICT, gettext_lazy("I have a conflict of interest – I will not read this request or vote on it")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Required if you have a conflict of interest. The other members can read it."),
        max_length=500,
        required=False,
        depends=True,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def declared_first(request: AuthenticatedRequest, pk: UUID) -> HttpResponse | None:
    """The page with the question if the person may read the case only after answering it; otherwise None."""
    asked = _unanswered(request, pk)
    return None if asked is None else _page(request, asked)


@require_POST
@signed_in
@idempotent_form
def declare(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The answer: the case opens, or the member is recused."""
    asked = for_committees_of(request.actor).filter(pk=pk).first()
    if asked is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    form = DeclarationForm(request.POST, auto_id="declaration-%s")
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            return _answered(request, asked, form.cleaned_data)
    if isinstance(refusals.refusal, WrongState):
        return _page(request, asked, moved=refusals.refusal.sentence, status=409)
    return _page(request, asked, form=form, status=422)


def _answered(request: AuthenticatedRequest, asked: AccessRequest, said: dict[str, Any]) -> HttpResponse:
    if said["answer"] == CONFLICT:
        commands.recuse(asked, reason=said["reason"] or "", by=request.actor)
        messages.success(request, _("You declared a conflict of interest. The other members decide without you."))
        return redirect(after_recusal(request))
    commands.declare_no_conflict(asked, seen=said["seen"], by=request.actor)
    return redirect("case", pk=asked.pk)


def after_recusal(request: AuthenticatedRequest) -> str:
    """The page to go on with: the queue of a member; a deputy or an outside reviewer has none."""
    return "review_queue" if committees_of(request.actor).exists() else "home"


def _unanswered(request: AuthenticatedRequest, pk: UUID) -> AccessRequest | None:
    """The request if it is before the person, who is no part of it and has not declared yet."""
    asked = for_committees_of(request.actor).filter(pk=pk).first()
    if asked is None or queries_conflicts.has_declared(request.actor, asked):
        return None
    rules_conflicts.check_can_answer(request.actor, asked)
    return asked


def _page(
    request: AuthenticatedRequest,
    asked: AccessRequest,
    *,
    form: DeclarationForm | None = None,
    moved: str = "",
    status: int = 200,
) -> HttpResponse:
    people = queries_conflicts.people_to_judge(asked)
    works = queries_shared_work.asked_about(asked)
    seen = {"seen": rules_conflicts.seen_of([*people, *works])}
    possible = queries_conflicts.suggestions(request.actor, asked, people, works)
    found = {
        "case": asked,
        "people": [{"person": one, "is_applicant": one.pk == asked.applicant_id} for one in people],
        "invited": still_invited(asked.rounds.first()),
        "items": asked.items.select_related("dataset", "committee").order_by("committee__name", "dataset__title"),
        "suggestions": [_sentence(one) for one in possible],
        "form": form or DeclarationForm(initial=seen, auto_id="declaration-%s"),
        "moved": moved,
    }
    return render(request, "committee/conflict.html", found, status=status)


def _sentence(one: Suggestion) -> str:
    """Why there may be a conflict of interest with this person."""
    named = {"name": one.person, "institution": _institution(one.person)}
    if one.why == Why.INSTITUTION:
        return _("You and %(name)s are affiliated with %(institution)s.") % named
    if one.why == Why.TOGETHER:
        return _("You and %(name)s are named in another access request.") % named
    if one.work is not None:
        named |= {"work": one.work.work, "year": str(one.work.year)}
        return _("The applicant says that you worked with %(name)s: “%(work)s” (%(year)s).") % named
    return _("You declared a conflict of interest before, in a request that names %(name)s.") % named


def _institution(person: Person) -> str:
    return str(person.institution or "")
