"""Verbs about the conditions of a decision: report one as met, accept that, send it back. Locks: the request first."""

from django.db import transaction

from apps.access_requests import rules_conditions
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import Condition, ConditionReport, Message
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor
from apps.core.text import typed
from apps.people.models import Person
from apps.people.rules import check_person

Verdict = ConditionReport.Verdict


@transaction.atomic
def report_condition(condition: Condition, *, note: str, by: Actor) -> ConditionReport:
    """Report as the applicant or a project member that the condition is met.

    The note becomes a message to the committees, to which documents can be attached (`attach`).
    """
    by = check_person(by)
    request = _lock(condition.item.request)
    condition = _found(condition)
    condition.item.request = request
    rules_conditions.check_can_report(by, condition)
    note = typed(note, field="note").strip()
    rules_conditions.check_note(note)
    message = Message.objects.create(request=request, author=by, text=note)
    report = ConditionReport.objects.create(condition=condition, message=message, reported_by=by)
    about = [request.pk, condition.item.dataset_id, condition.pk, message.pk]
    record(Kind.CONDITION_REPORTED, actor=by, subject=report, about=about)
    return report


@transaction.atomic
def accept_report(report: ConditionReport, *, answer: str = "", by: Actor) -> ConditionReport:
    """Accept, as a member of the committee, that the condition is met. `answer` is a note for the applicant's side."""
    return _review(report, Verdict.ACCEPTED, answer, by=check_person(by))


@transaction.atomic
def send_report_back(report: ConditionReport, *, answer: str, by: Actor) -> ConditionReport:
    """Say what is missing: the condition is not met, and can be reported again."""
    return _review(report, Verdict.SENT_BACK, answer, by=check_person(by))


def _review(report: ConditionReport, verdict: str, answer: str, *, by: Person) -> ConditionReport:
    request = _lock(report.condition.item.request)
    rows = ConditionReport.objects.select_for_update(of=["self"]).select_related("condition__item__request")
    report = rows.get(pk=report.pk)
    rules_conditions.check_can_review(by, report)
    answer = typed(answer, field="answer").strip()
    rules_conditions.check_answer(answer, needed=verdict == Verdict.SENT_BACK)
    report.verdict, report.answer = verdict, answer
    report.reviewed_by, report.reviewed_at = by, clock.now()
    report.save(update_fields=["verdict", "answer", "reviewed_by", "reviewed_at"])
    about = [request.pk, report.condition.item.dataset_id, report.condition_id]
    if verdict == Verdict.ACCEPTED:
        record(Kind.CONDITION_ACCEPTED, actor=by, subject=report, about=about)
    else:
        record(Kind.CONDITION_SENT_BACK, actor=by, subject=report, about=about)
    return report


def _found(condition: Condition) -> Condition:
    return Condition.objects.select_related("item__committee").get(pk=condition.pk)
