"""One request: its progress, whom it is waiting for, its questions and decisions."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import (
    commands,
    denials,
    fields,
    queries_cohorts,
    queries_questions,
    queries_thread,
    queries_waits,
    rules,
)
from apps.access_requests.effect import announced
from apps.access_requests.form_answers import asked_forms
from apps.access_requests.models import AccessRequest, Item, Question
from apps.access_requests.purposes import purpose_of
from apps.access_requests.queries_clocks import Stage, clocks_of
from apps.access_requests.queries_lapse import has_lapsed
from apps.access_requests.queries_one import readable
from apps.access_requests.queries_thread import Reader
from apps.access_requests.states import EDITABLE, UNDER_REVIEW, ItemState, RequestState
from apps.audit.kinds import Kind
from apps.audit.queries import timeline_of
from apps.committees.queries import committees_of
from apps.core.errors import Invalid, NotFound
from apps.datasets.matching.questions import answers
from apps.grants import queries as grants
from apps.grants.access_state import AccessState, Do, State, state_of_request, states_of_grants
from apps.grants.queries_cohorts import access_without_students
from apps.people.models import Person
from apps.web import document_forms
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.clock_rows import clock_shown, period_of
from apps.web.common.forms import refusal_of
from apps.web.common.history import timeline
from apps.web.common.idempotency import idempotent_form, saved_with_errors
from apps.web.common.state_presenters import shown
from apps.web.condition_rows import ReportForm
from apps.web.form_answers import answer_sections, frozen_forms
from apps.web.request_rows import written
from apps.web.requests import progress
from apps.web.requests.condition_list import conditions_of
from apps.web.requests.denied import AppealForm, after_decision, revisions
from apps.web.requests.forms import AnswersForm, name_refused
from apps.web.requests.invited import waiting_rows
from apps.web.round_changes import changes_for_party
from apps.web.thread_rows import MessageForm, thread_of

WAITING = (*UNDER_REVIEW, RequestState.RETURNED)


@require_safe
@signed_in
def request_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    return page(request, find(request.actor, pk))


def find(person: Person, pk: UUID) -> AccessRequest:
    """The request, if this person may read it; otherwise it is as if it did not exist."""
    found = readable(person, pk)
    if found is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    return found


def page(
    request: AuthenticatedRequest,
    found: AccessRequest,
    *,
    form: AnswersForm | None = None,
    appeal_form: AppealForm | None = None,
    appealed: UUID | None = None,
    message_form: MessageForm | None = None,
    condition_forms: Mapping[UUID, ReportForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = request.actor
    fetched = found.items.select_related("dataset", "committee", "agreement", "appeal").order_by("dataset__title")
    members = [one.person for one in found.memberships.select_related("person__institution")]
    mine = found.applicant_id == person.pk
    said, state = _said(found, mine=mine), state_of_request(person, found)
    items = [announced(item, state.at) for item in fetched]
    context: dict[str, Any] = {
        "asked": found,
        **_written(found, said, items, person, own=mine or person in members),
        **_panel_and_clocks(state, found, items),
        "rows": _rows(items, state),
        "conditions": conditions_of(
            found, items, state.at.date(), own=mine or person in members, typed=condition_forms
        ),
        "members": members,
        "form": form or AnswersForm(questions=questions_of(found)),
        "people": _people(found, person) if found.decided_at else [],
        "own": mine or person in members,
        **revisions(found, items, person)
        | after_decision(items, state.at, mine=mine, form=appeal_form, about=appealed),
        **_lapse(found, mine=mine),
        "editable": mine and found.state in EDITABLE,
        "can_withdraw": mine and refusal_of(lambda: rules.check_can_withdraw(person, found)) is None,
        "is_reviewer": not mine and committees_of(person).filter(items__request=found).exists(),
        "timeline": _timeline(found, items, [found.applicant, *members], person),
    }
    if context["own"]:
        context |= _between(request, found, message_form) | changes_for_party(found, mine=mine)
    return render(request, "requests/request.html", context, status=status)


def _lapse(found: AccessRequest, *, mine: bool) -> dict[str, Any]:
    """Whether it was closed because it was not answered in time, and whether the reader can copy it."""
    return {"lapsed": has_lapsed(found), "mine": mine}


def _between(request: AuthenticatedRequest, found: AccessRequest, form: MessageForm | None) -> dict[str, Any]:
    """What only the applicant's side and the committees read: documents and messages; with who is invited."""
    documents = document_forms.shown(queries_thread.documents_of(found))
    address, reader = reverse("request_page", args=[found.pk]), Reader(found, is_party=True)
    return {
        "invited": waiting_rows(found),
        "documents": documents,
        "thread": thread_of(request, reader, request.actor, page=address, form=form),
    }


def questions_of(found: AccessRequest) -> list[Question]:
    """The committee's questions, in the order in which they were asked; each says whether its answer is locked."""
    return list(queries_questions.questions_of(found))


def _panel(state: AccessState, found: AccessRequest) -> dict[str, Any]:
    """The state in words, with whose turn it is, the steps, and the day by which the committee means to decide."""
    state = progress.with_every_committee(state)
    panel = shown(state) | {"turn": progress.turn(state), "steps": progress.steps(state, found)}
    here = state.action is not None and state.action.code in (Do.VIEW_REQUEST, Do.ANSWER)
    reason = state.reason if state.state == State.DENIED else ""
    overdue = state.due is not None and state.due < state.at.date()
    return panel | {"place": None if here else panel["place"], "reason": reason, "overdue": overdue}


def _rows(items: list[Item], state: AccessState) -> list[dict[str, Any]]:
    """Each dataset with its own state; none for what does not concern the person."""
    states = {one.dataset.pk: one for one in (state, *state.also) if one.dataset is not None}
    return [
        {
            "item": item,
            "shown": shown(states[item.dataset_id]) if item.dataset_id in states else None,
            "denial_reasons": denials.labels(item.denial_codes or ()),
        }
        for item in items
    ]


def _people(found: AccessRequest, person: Person) -> list[dict[str, Any]]:
    """Who has or had access under this request, each with the state of it."""
    listed = grants.of_requests([found.pk]).filter(access_without_students(found))
    given = list(listed.select_related("dataset", "holder__institution"))
    states = states_of_grants(person, given)
    return [{"grant": one, "mine": one.holder_id == person.pk, "shown": shown(states[one.pk])} for one in given]


def _said(found: AccessRequest, *, mine: bool) -> dict[str, Any]:
    """The applicant sees what they are writing; everybody else what was last submitted."""
    last = None if mine else found.rounds.first()
    if last is not None:
        return dict(last.snapshot)
    return {name: getattr(found, name) for name in fields.stored()}


def _written(found: AccessRequest, said: Any, items: list[Item], person: Person, *, own: bool) -> dict[str, Any]:
    """What the applicant wrote: the fields, the answers to forms and the structured purpose."""
    return {
        "title": said[fields.TITLE.name],
        "written": written(said),
        "answers": _answers(found, said, items, person, own=own),
        "purpose_rows": answers(purpose_of(said.get(fields.RESEARCH_PURPOSE.name))),
    }


def _answers(found: AccessRequest, said: Any, items: list[Item], person: Person, *, own: bool) -> list[dict[str, Any]]:
    """The answers to the committees' forms that this person may read."""
    if "forms" not in said and not found.answers:
        return []
    if found.applicant_id == person.pk:
        return answer_sections(asked_forms(found, {item.committee_id for item in items}))
    theirs = None if own else {one.pk for one in queries_thread.reader_of(person, found).committees}
    return answer_sections(frozen_forms(said, committee_ids=theirs)[0])


def _panel_and_clocks(state: AccessState, found: AccessRequest, items: list[Item]) -> dict[str, Any]:
    notified = {"chair_notified": any(one.due_stage == Stage.OVERDUE for one in items)}
    waits = _waits(found, items, state.at.date()) if found.state in WAITING else []
    return {"panel": _panel(state, found) | notified, "waits": waits}


def _waits(found: AccessRequest, items: list[Item], today: date) -> list[dict[str, Any]]:
    """The clock of each committee that has not decided yet, and how long it usually takes."""
    items = [item for item in items if item.state == ItemState.OPEN]
    known = queries_waits.waits(item.committee_id for item in items)
    clocks = clocks_of(found, items, today)
    names = {item.committee_id: item.committee for item in items}
    return [
        {"committee": one, "wait": known.get(pk), "target": period_of(one), "clock": clock_shown(clocks.get(pk), today)}
        for pk, one in names.items()
    ]


def _timeline(found: AccessRequest, items: list[Item], side: list[Person], person: Person) -> list[dict[str, Any]]:
    """What happened, with the names of those on the applying side only; a committee speaks as one."""
    events = list(timeline_of(found.pk))
    names = {one.pk: str(one) for one in side}
    students = queries_cohorts.students_in(found) if any(one.kind == Kind.STUDENTS_INVITED for one in events) else set()
    for event in events:
        if event.actor_id is not None and event.actor_id in students:
            names.setdefault(event.actor_id, _("a student"))
        elif event.actor_id is not None and event.kind.startswith("request."):
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
def request_answers(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Every answer is kept, whichever button is pressed: to save, to change the request too, or to send all of it."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    form = AnswersForm(request.POST, questions=questions_of(found))
    if not form.is_valid():
        return page(request, found, form=form, status=422)
    commands.save_answers(found, answers=form.answers, by=request.actor)
    if "send" in request.POST:
        return _send(request, found, form)
    if "edit" in request.POST:
        return HttpResponseRedirect(reverse("request_edit", args=[pk]))
    messages.success(request, _("Answers saved. They are sent to the committee when you submit the request."))
    return HttpResponseRedirect(reverse("request_page", args=[pk]) + "#questions")


def _send(request: AuthenticatedRequest, found: AccessRequest, form: AnswersForm) -> HttpResponse:
    """Back to the committee; if something is missing, the answers are kept all the same."""
    refusal = refusal_of(lambda: commands.submit(found, by=request.actor), Invalid)
    if refusal is not None:
        name_refused(form, refusal)
        return saved_with_errors(page(request, found, form=form, status=refusal.status))
    messages.success(request, _("Your answers were sent to the committee."))
    return HttpResponseRedirect(reverse("request_page", args=[found.pk]))
