"""Check your answers: everything that will be submitted by section, what is missing, who decides and by when."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.access_requests import fields, queries_thread, queries_waits, rules
from apps.access_requests.fields import Kind
from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.purposes import purpose_of
from apps.access_requests.states import ItemState
from apps.committees.clocks.calendars import NoDate
from apps.committees.clocks.days import day_of, due_on
from apps.committees.models import Committee
from apps.core import clock
from apps.datasets.matching.questions import QUESTIONS, answers
from apps.forms import values
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.clock_rows import period_of
from apps.web.request_rows import shown
from apps.web.requests.edit import form_of, items_of
from apps.web.requests.forms import RequestForm
from apps.web.requests.invited import waiting_rows
from apps.web.requests.purpose_form import PREFIX
from apps.web.requests.purpose_section import purpose_context
from apps.web.requests.section_pages import sections_context
from apps.web.requests.sections import Section, Sections, place_of
from apps.web.requests.views import find

Row = dict[str, Any]
GROUPS = {"project": ("project", "when"), "datasets": ("data",), "people": ("who",)}


@require_safe
@signed_in
def request_check(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The last step before the request is submitted."""
    found = find(request.actor, pk)
    rules.check_can_edit(request.actor, found)
    form = form_of(found)
    items = list(items_of(found).select_related("dataset__committee"))
    members = [one.person for one in found.memberships.select_related("person__institution").order_by("added_at")]
    context = sections_context(found, form, members=len(members)) | purpose_context(found)
    summary = Summary(found, form, context["steps"], context["asked_sections"], items, members)
    context |= {"asked": found, "sections": summary.sections(), "decides": decides(items), "invited": summary.invited}
    context["obligations"] = list(dict.fromkeys(
        line["sentence"] for row in context["matches"] for line in row["match"]["lines"]
        if line["outcome"] == "obligations"
    ))  # fmt: skip
    return render(request, "requests/check.html", context)


class Summary:
    """What is stored, by section: rows with `label`, `lines` (or `day`), `missing` and the address to change it."""

    def __init__(
        self,
        found: AccessRequest,
        form: RequestForm,
        steps: Sections,
        parts: list[dict[str, Any]],
        items: list[Item],
        members: list[Person],
    ) -> None:
        self.found, self.form, self.steps, self.items, self.members = found, form, steps, items, members
        self.invited = waiting_rows(found)
        self._parts = {part["step"]: part["section"] for part in parts}

    def sections(self) -> list[dict[str, Any]]:
        """Each section with its rows and the address where it is changed."""
        return [
            {"section": one, "rows": self._rows(one), "href": f"{self.steps.address}?section={one.key}"}
            for one in self.steps.rows
        ]

    def _rows(self, one: Section) -> list[Row]:
        if one.key in self._parts:
            return [
                self._row(one, asked.name, str(asked.question), values.lines(asked.question, asked.valid()))
                for asked in self._parts[one.key].questions
                if asked.question.asks and (asked.valid() is not None or asked.name in one.missing)
            ]
        if one.key == "questions":
            return [self._row(one, box["field"].name, box["question"].text, [box["question"].answer])
                    for box in self.form.answer_boxes]  # fmt: skip
        if one.key == "purpose":
            return self._purpose(one)
        if one.key == "documents":
            return self._documents(one)
        own = [each for each in fields.FIELDS if each.group in GROUPS[one.key] and each.name in one.names]
        return [self._own(one, each) for each in own]

    def _row(self, one: Section, name: str, label: str, lines: Iterable[str], **more: Any) -> Row:
        href = f"{self.steps.address}?section={one.key}#{place_of(self.form, name)}"
        said = [line for line in lines if line]
        return {"label": label, "lines": said, "missing": one.missing.get(name, ""), "href": href} | more

    def _own(self, one: Section, each: fields.RequestField) -> Row:
        if each.kind == Kind.DATASETS:
            titles = [f"{item.dataset.title} ({item.dataset.committee})" for item in self.items]
            return self._row(one, each.name, str(each.label), titles)
        if each.kind == Kind.PEOPLE:
            you = _("%(name)s (you)") % {"name": self.found.applicant}
            named = [
                f"{person}, {person.institution}" if person.institution else str(person) for person in self.members
            ]
            waiting = [f"{row['entry']} ({row['state']})" for row in self.invited]
            return self._row(one, each.name, str(each.label), [you, *named, *waiting])
        value = shown(each, getattr(self.found, each.name))
        if isinstance(value, date):
            return self._row(one, each.name, str(each.label), [], day=value)
        return self._row(one, each.name, str(each.label), [value])

    def _purpose(self, one: Section) -> list[Row]:
        purpose = purpose_of(self.found.research_purpose)
        answered = [question for question in QUESTIONS if getattr(purpose, question.name) is not None]
        said = dict(zip((question.name for question in answered), answers(purpose), strict=True))
        return [
            self._row(one, PREFIX + each.name, str(each.label), [said[each.name]["value"]] if each.name in said else [])
            for each in QUESTIONS
            if each.name in said or each.name in one.unanswered
        ]

    def _documents(self, one: Section) -> list[Row]:
        kinds: dict[str, list[str]] = {}
        for document in queries_thread.documents_of(self.found):
            kinds.setdefault(document.get_kind_display(), []).append(document.name)
        return [self._row(one, "documents", label, names) for label, names in kinds.items()]


def decides(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Each committee with its undecided datasets, how long it takes, and the date if the request were submitted now."""
    rows: dict[UUID, dict[str, Any]] = {}
    for item in items:
        committee = item.dataset.committee
        if item.state == ItemState.OPEN and committee is not None:
            row = rows.setdefault(committee.pk, {"committee": committee, "datasets": []})
            row["datasets"].append(item.dataset)
    waits = queries_waits.waits(rows)
    for pk, row in rows.items():
        committee = row["committee"]
        row |= {"period": period_of(committee), "wait": waits.get(pk), "expected": expected_day(committee)}
    return list(rows.values())


def expected_day(committee: Committee) -> date | None:
    """The last day of the committee's period if a request is submitted now; None if it cannot be calculated."""
    try:
        rule = committee.clock_rule()
        return due_on(day_of(clock.now(), rule.time_zone), rule.period(), rule.days)
    except NoDate:
        return None
