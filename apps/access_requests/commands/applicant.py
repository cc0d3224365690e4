"""Verbs of the applicant: draft, change, choose, name, answer, submit, withdraw."""

from collections.abc import Mapping
from copy import deepcopy as copy_of
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from apps.access_requests import fields, form_answers, purposes, rules
from apps.access_requests.commands.attachments import _drop_attachments
from apps.access_requests.commands.clocks import _set_clocks
from apps.access_requests.commands.cohorts import _copy_class, _delete_class, _match_roster
from apps.access_requests.commands.decide import _close_if_decided, _end_what_is_open
from apps.access_requests.commands.locks import _lock
from apps.access_requests.commands.rounds import _open_round
from apps.access_requests.commands.shared_work import _copy_shared_work
from apps.access_requests.models import AccessRequest, Appeal, Item, Membership, Question, Round, Vote
from apps.access_requests.rules_questions import check_can_answer, check_unlocked, editable_fields
from apps.access_requests.states import ItemState, RequestState
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.errors import Invalid
from apps.core.text import is_blank, typed
from apps.datasets.models import Dataset
from apps.people.colleagues import find_colleague
from apps.people.models import Person
from apps.people.rules import check_named, check_person


@transaction.atomic
def draft(datasets: list[Dataset], *, by: Actor) -> AccessRequest:
    """A new request for these datasets, with nothing said yet."""
    by = check_person(by)
    for dataset in datasets:
        rules.check_can_request(by, dataset)
    request = AccessRequest.objects.create(applicant=by)
    _set_items(request, datasets)
    record(Kind.REQUEST_DRAFTED, actor=by, subject=request, about=datasets)
    return request


@transaction.atomic
def copy(request: AccessRequest, *, starts_on: date, by: Actor) -> AccessRequest:
    """A new draft that starts with what this request says, for the datasets that can still be requested.

    It renews access from `starts_on`, or revises what was denied. The end date is left empty.
    """
    by = check_person(by)
    rules.check_is_applicant(by, request)
    datasets = Dataset.objects.filter(items__request=request).select_related("committee")
    chosen = rules.check_any_can_be_requested(by, datasets)
    stored = {name: getattr(request, name) for name in fields.stored() if name not in (fields.ENDS_ON.name,)}
    drafted = AccessRequest.objects.create(applicant=by, **stored | {fields.STARTS_ON.name: starts_on})
    _set_items(drafted, chosen, like=request)
    for person in Person.objects.filter(memberships__request=request, is_active=True):
        Membership.objects.create(request=drafted, person=person)
    _copy_class(request, drafted)
    _copy_shared_work(request, drafted)
    record(Kind.REQUEST_DRAFTED, actor=by, subject=drafted, about=[*chosen, request])
    return drafted


@transaction.atomic
def change(request: AccessRequest, *, by: Actor, revision: int | None = None, **changes: Any) -> AccessRequest:
    """Keep what the applicant typed (incomplete is fine while it is a draft); a stale window is refused.

    `answers` are the answers to forms by the id of their version; an answer that is not valid is kept as it was typed.
    """
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    rules.check_revision(request, revision)
    before, editable = _kept(request), editable_fields(request)
    _apply(request, changes)
    changed = [name for name in fields.stored() if getattr(request, name) != before[name]]
    answers = [] if editable is None else form_answers.changed_names(request, before["answers"])
    check_unlocked(editable, changed, answers)
    request.revision += 1
    request.changed_at = clock.now()
    request.save(update_fields=[*fields.stored(), "answers", "revision", "changed_at"])
    return request


def _kept(request: AccessRequest) -> dict[str, Any]:
    """What the applicant writes, by field."""
    return {name: copy_of(getattr(request, name)) for name in (*fields.stored(), "answers")}


def _apply(request: AccessRequest, changes: dict[str, Any]) -> None:
    for name in fields.stored():
        if name in changes:
            value = changes[name]
            setattr(request, name, typed(value, field=name) if isinstance(value, str) else value)
    if fields.RESEARCH_PURPOSE.name in changes:
        request.research_purpose = purposes.checked(request.research_purpose)
    request.answers = form_answers.merged(request, changes.get("answers", {}))
    begin, end = request.starts_on, request.ends_on
    wrong = rules.wrong_order(begin, end) if begin is not None and end is not None else {}
    if wrong:
        raise Invalid(wrong["ends_on"], fields=wrong)


@transaction.atomic
def choose_datasets(request: AccessRequest, *, datasets: list[Dataset], by: Actor) -> None:
    """Ask for exactly these datasets; an item already decided stays."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    inside = set(request.items.exclude(state=ItemState.WITHDRAWN).values_list("dataset_id", flat=True))
    for dataset in datasets:
        if dataset.pk not in inside:
            rules.check_can_request(by, dataset)
    if not datasets:
        raise Invalid(str(fields.DATASETS.missing), field=fields.DATASETS.name)
    if inside != {dataset.pk for dataset in datasets}:
        check_unlocked(editable_fields(request), [fields.DATASETS.name])
    _set_items(request, datasets)


@transaction.atomic
def add_dataset(request: AccessRequest, *, dataset: Dataset, by: Actor) -> None:
    """Ask for this dataset as well; a window that still shows the request without it gets an error when it saves."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    rules.check_can_request(by, dataset)
    check_unlocked(editable_fields(request), [fields.DATASETS.name])
    _set_items(request, [*Dataset.objects.filter(items__request=request), dataset])
    AccessRequest.objects.filter(pk=request.pk).update(revision=request.revision + 1, changed_at=clock.now())


@transaction.atomic
def name_members(request: AccessRequest, *, codes: list[str], by: Actor) -> None:
    """The colleagues who will use the data too, each by an e-mail address, an ORCID iD, a colleague code or, at the
    applicant's institution, a name.
    """
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    people = [one for one in _colleagues(codes, by=by) if one.pk != request.applicant_id]
    if {one.pk for one in people} != set(request.memberships.values_list("person_id", flat=True)):
        check_unlocked(editable_fields(request), [fields.MEMBERS.name])
    removed = Membership.objects.filter(request=request).exclude(person__in=people)
    for membership in removed:
        record(Kind.PROJECT_MEMBER_REMOVED, actor=by, subject=request, about=[membership.person_id])
    removed.delete()
    for person in people:
        _membership, added = Membership.objects.get_or_create(request=request, person=person)
        if added:
            record(Kind.PROJECT_MEMBER_ADDED, actor=by, subject=request, about=[person])


def _colleagues(codes: list[str], *, by: Person) -> list[Person]:
    """Who is named, each once; one refusal has the sentence of every entry that names nobody or several people."""
    found, refused = [], []
    for entry in dict.fromkeys(map(str.strip, codes)):
        try:
            found += [find_colleague(entry, by=by, field="members")] if entry else []
        except Invalid as refusal:
            refused.append(refusal.sentence)
    if refused:
        raise Invalid(" ".join(dict.fromkeys(refused)), field="members")
    return found


@transaction.atomic
def answer(question: Question, *, text: str, by: Actor) -> None:
    """The applicant answers what the committee asked."""
    by = check_person(by)
    request = _lock(question.request)
    rules.check_can_edit(by, request)
    check_can_answer(question)
    text = typed(text, field="answer")
    if is_blank(text):
        raise Invalid(_("Write an answer for the committee."), field="answer")
    Question.objects.filter(pk=question.pk).update(answer=text.strip(), answered_at=clock.now())
    record(Kind.QUESTION_ANSWERED, actor=by, subject=request, about=[question])


@transaction.atomic
def save_answers(request: AccessRequest, *, answers: Mapping[UUID, str], by: Actor) -> None:
    """Keep what the applicant has answered so far, by question; an emptied answer is unanswered again."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    for question in Question.objects.filter(request=request, pk__in=answers):
        text = answers[question.pk].strip()
        if text == question.answer:
            continue
        if is_blank(text):
            check_can_answer(question)
            Question.objects.filter(pk=question.pk).update(answer="", answered_at=None)
        else:
            answer(question, text=text, by=by)


@transaction.atomic
def submit(request: AccessRequest, *, by: Actor) -> Round:
    """Hand the request to the committees: what they will read is frozen now."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_submit(by, request)
    _open_items(request)
    _match_roster(request)
    opened = _open_round(request)
    _set_clocks(request)
    request.move("submit", submitted_at=clock.now(), answer_until=None, answer_reminded_at=None)
    about = [item.dataset_id for item in request.items.all()]
    record(Kind.REQUEST_SUBMITTED, actor=by, subject=request, about=about, round=opened.number, sha256=opened.sha256)
    return opened


@transaction.atomic
def withdraw(request: AccessRequest, *, by: Actor) -> None:
    """The applicant takes back what is not decided yet; what a committee has decided stays."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_withdraw(by, request)
    _withdraw(request, by=by)


@transaction.atomic
def withdraw_for_closed_account(request: AccessRequest, *, by: Actor) -> None:
    """The applicant's account is closed: what is before a committee or waits for the applicant is withdrawn.

    A draft stays as it is, because nobody else knows of it.
    """
    check_named(by, SYSTEM)
    request = _lock(request)
    if not request.applicant.is_active and request.state != RequestState.DRAFT and request.can("withdraw"):
        _withdraw(request, by=by, closed_account=True)


def _withdraw(request: AccessRequest, *, by: Actor, closed_account: bool = False, lapsed: bool = False) -> None:
    """The caller holds the lock on the request. A decision that is not in effect is undone, and an appeal ends.
    If the request lapsed, an appeal that waits is reviewed now: its applicant has withdrawn nothing.

    A request that did not lapse has no last day to answer any more.
    """
    facts: dict[str, Any] = {"closed_account": closed_account, "lapsed": lapsed}
    if not lapsed:
        AccessRequest.objects.filter(pk=request.pk).update(answer_until=None)
    if not _end_what_is_open(request, by=by, keep_appeals=lapsed):
        return
    Round.objects.filter(request=request, closed_at__isnull=True).update(closed_at=clock.now())
    if not request.items.filter(decided_at__isnull=False).exists():
        request.move("withdraw", ended_at=clock.now())
        record(Kind.REQUEST_WITHDRAWN, actor=by, subject=request, **facts)
        return
    for item in request.items.select_for_update().filter(state=ItemState.OPEN).order_by("pk"):
        item.move("withdraw")
    record(Kind.REQUEST_WITHDRAWN, actor=by, subject=request, rest=True, **facts)
    _close_if_decided(request)


@transaction.atomic
def discard(request: AccessRequest, *, by: Actor) -> None:
    """Delete a draft that was never submitted, with its datasets and named members."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_discard(by, request)
    about = [item.dataset_id for item in request.items.all()]
    record(Kind.REQUEST_DISCARDED, actor=by, subject=request, about=about)
    _drop_attachments(request)
    request.items.all().delete()
    request.memberships.all().delete()
    request.invitations.all().delete()
    request.shared_works.all().delete()
    _delete_class(request)
    request.delete()


def _set_items(request: AccessRequest, datasets: list[Dataset], *, like: AccessRequest | None = None) -> None:
    """Ask for exactly these datasets. Committees that are asked for the first time bring their forms, filled in with
    what `like` answered.
    """
    before = set(request.items.values_list("committee_id", flat=True))
    appealed = Appeal.objects.filter(item=OuterRef("pk"), outcome="")  # it stays, like what is decided
    dropped = request.items.filter(~Exists(appealed), state=ItemState.OPEN).exclude(dataset__in=datasets)
    kept = request.items.filter(state=ItemState.OPEN, dataset__in=datasets)
    added = set(datasets) - set(Dataset.objects.filter(items__request=request))
    if dropped.exists() and not kept.exists() and not added:
        raise Invalid(
            _("You cannot remove the last undecided dataset from this request. Withdraw the request instead."),
            field="datasets",
        )
    for item in dropped.filter(Exists(Vote.objects.filter(item=OuterRef("pk")))):
        item.move("withdraw")  # the votes on it are kept
    dropped.delete()
    for dataset in datasets:
        item, new = Item.objects.get_or_create(
            request=request, dataset=dataset, defaults={"committee": dataset.committee}
        )
        if not new and item.state == ItemState.WITHDRAWN:
            item.move("reopen")
    if form_answers.bring_forms(
        request, {one.committee_id for one in datasets if one.committee_id} - before, like=like
    ):
        request.save(update_fields=["answers"])


def _open_items(request: AccessRequest) -> None:
    """What is open goes to the committee of the dataset today; it may have changed since the draft."""
    today = Dataset.objects.filter(pk=OuterRef("dataset_id")).values("committee_id")
    request.items.filter(state=ItemState.OPEN).update(committee_id=Subquery(today))
