"""One request: its progress, whom it is waiting for, its questions and decisions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands, fields, rules
from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.states import EDITABLE, UNDER_REVIEW
from apps.audit.queries import timeline_of
from apps.committees.queries import committees_of
from apps.core.actors import Viewer
from apps.core.errors import NotFound
from apps.grants import queries as grants
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.history import timeline
from apps.web.common.idempotency import idempotent_form
from apps.web.request_rows import written
from apps.web.requests import progress as course
from apps.web.requests.forms import AnswerForm


@require_safe
@signed_in
def request_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    return _page(request, find(request.actor, pk))


def find(person: Viewer, pk: UUID) -> AccessRequest:
    """The request, if this person may read it; otherwise it is as if it did not exist."""
    found = requests.visible_to(person).select_related("applicant__institution").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    return found


def _page(
    request: AuthenticatedRequest,
    found: AccessRequest,
    *,
    refused: tuple[UUID, AnswerForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = request.actor
    items = list(found.items.select_related("dataset", "committee", "agreement").order_by("dataset__title"))
    questions = list(found.questions.all())
    members = [one.person for one in found.memberships.select_related("person__institution")]
    mine = found.applicant_id == person.pk
    said = _said(found, mine=mine)
    holds, since = course.holder(found, items, questions, is_applicant=mine)
    context: dict[str, Any] = {
        "asked": found,
        "title": said[fields.TITLE.name],
        "written": written(said),
        "items": items,
        "members": members,
        "questions": [_question(one, refused) for one in questions],
        "steps": course.steps(found, items),
        "holds": holds,
        "since": since,
        "grants": grants.of_requests([found.pk]) if found.decided_at else [],
        "waits": _waits(items) if found.state in UNDER_REVIEW else [],
        "editable": mine and found.state in EDITABLE,
        "can_withdraw": mine and refusal_of(lambda: rules.check_can_withdraw(person, found)) is None,
        "is_reviewer": not mine and committees_of(person).filter(items__request=found).exists(),
        "timeline": _timeline(found, items, [found.applicant, *members], person),
    }
    return render(request, "requests/request.html", context, status=status)


def _said(found: AccessRequest, *, mine: bool) -> dict[str, Any]:
    """The applicant sees what they are writing; everybody else what was last submitted."""
    last = None if mine else found.rounds.first()
    if last is not None:
        return dict(last.snapshot)
    return {name: getattr(found, name) for name in fields.stored()}


def _question(one: Any, refused: tuple[UUID, AnswerForm] | None) -> dict[str, Any]:
    sent = refused[1] if refused is not None and refused[0] == one.pk else None
    form = sent or AnswerForm(initial={"answer": one.answer}, auto_id=f"answer-{one.pk.hex[:8]}-%s")
    return {"question": one, "form": form}


def _waits(items: list[Item]) -> list[dict[str, Any]]:
    """How long each committee concerned usually takes."""
    known = requests.waits(item.committee_id for item in items)
    names = {item.committee_id: item.committee for item in items}
    return [{"committee": names[pk], "wait": known.get(pk)} for pk in names]


def _timeline(found: AccessRequest, items: list[Item], side: list[Person], person: Person) -> list[dict[str, Any]]:
    """What happened, with the names of those on the applying side only; a committee speaks as one."""
    events = list(timeline_of(found.pk))
    names = {one.pk: str(one) for one in side}
    for event in events:
        if event.actor_id is not None and event.kind.startswith("request."):
            names.setdefault(event.actor_id, _("the committee"))
        elif event.actor_id is not None:
            names.setdefault(event.actor_id, _("the dataset owner"))
    titles = {item.dataset_id: item.dataset.title for item in items}
    return timeline(events, names=names, datasets=titles, viewer=person.pk)


@require_POST
@signed_in
@idempotent_form
def request_withdraw(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The applicant takes the request back."""
    found = find(request.actor, pk)
    commands.withdraw(found, by=request.actor)
    messages.success(request, _("The request was withdrawn."))
    return HttpResponseRedirect(reverse("request_page", args=[pk]))


@require_POST
@signed_in
@idempotent_form
def request_answer(request: AuthenticatedRequest, pk: UUID, question: UUID) -> HttpResponse:
    """The applicant answers one question of the committee."""
    found = find(request.actor, pk)
    asked = requests.questions_before(request.actor).filter(request=found, pk=question).first()
    if asked is None:
        raise NotFound(_("This question does not exist."))
    form = AnswerForm(request.POST, auto_id=f"answer-{question.hex[:8]}-%s")
    if form.is_valid():
        with FormRefusals(form):
            commands.answer(asked, text=form.cleaned_data["answer"], by=request.actor)
            messages.success(request, _("Answer saved. Submit the request again when it is complete."))
            return HttpResponseRedirect(reverse("request_page", args=[pk]))
    return _page(request, found, refused=(question, form), status=422)
