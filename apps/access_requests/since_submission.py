"""What of the round submitted last would be refused today, although the applicant changed nothing.

It is computed from the frozen round, never from the request as it is now: one change cannot unlock another.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date
from typing import Any

from apps.access_requests import fields, form_answers, purposes, rules
from apps.access_requests.fields import Kind
from apps.access_requests.models import AccessRequest
from apps.access_requests.named import named_people
from apps.access_requests.states import ItemState
from apps.datasets.models import Dataset
from apps.forms.combined import AskedForm, name_of
from apps.forms.visibility import dependencies
from apps.people.models import Person


def wrong_today(request: AccessRequest) -> frozenset[str]:
    """The names of the fields, and of the fields of questions in forms, that a submission would refuse now.

    Of forms also the questions that had no answer then, and that the datasets or the answers make visible since.
    """
    last = request.rounds.order_by("-number").first()
    if last is None:
        return frozenset()
    then = _as_submitted(request, last.snapshot)
    datasets = Dataset.objects.filter(
        items__request=request, items__state=ItemState.OPEN, pk__in=last.snapshot["datasets"]
    )
    wrong = {field.name for field in fields.of_kind(*fields.COLUMNS) if rules.is_missing(field, then)}
    purpose = purposes.purpose_of(then.research_purpose)
    people = Person.objects.filter(pk__in=named_people(last.snapshot))
    compared = [] if purpose.is_empty else purposes.matches(purpose, datasets, people.select_related("institution"))
    wrong |= {*purposes.beyond_last_day(then.ends_on, compared), *rules.wrong_dates(then, datasets)}
    if purposes.misfits(compared):
        wrong.add(fields.DATASETS.name)
    return frozenset(wrong | _of_forms(request, then))


def _as_submitted(request: AccessRequest, said: Mapping[str, Any]) -> AccessRequest:
    """The request with the values of a snapshot; it is never saved. A value that the round lacks stays as it is."""
    then = copy(request)
    for field in fields.of_kind(*fields.COLUMNS):
        if field.in_snapshot and field.name in said:
            value = said[field.name]
            setattr(then, field.name, date.fromisoformat(value) if field.kind == Kind.DAY and value else value)
    then.answers = {
        row["version"]: {"valid": row.get("answers", {}), "confidential": row.get("confidential", {})}
        for row in said.get("forms", ())
    }
    return then


def _of_forms(request: AccessRequest, then: AccessRequest) -> set[str]:
    wrong = set(form_answers.missing(then))
    now = form_answers.asked_forms(request)
    answered = {name for form in now for name in _answered(form, then)}
    for form in now:
        wrong |= _new_in(form, then, wrong) - answered
    return wrong


def _answered(form: AskedForm, then: AccessRequest) -> Iterable[str]:
    """The names of the questions that had an answer in the round."""
    given = then.answers.get(str(form.version), {}).get("valid", {})
    return (name_of(form, one) for one in form.definition.questions() if one.key in given)


def _new_in(form: AskedForm, then: AccessRequest, wrong: set[str]) -> set[str]:
    """All questions of a form that the round does not have; of others those that depend on what can be changed."""
    if str(form.version) not in then.answers:
        return {name_of(form, one) for one in form.definition.questions() if one.asks}
    needs, found = dependencies(form.definition), set[str]()
    for one in form.definition.questions():  # a condition is about earlier questions only
        if name_of(form, one) in wrong or needs[one.key] & found:
            found.add(one.key)
    return {name_of(form, one) for one in form.definition.questions() if one.key in found}
