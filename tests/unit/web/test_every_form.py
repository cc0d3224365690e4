"""Case 36: every form of every room says "(optional)" exactly at the fields that may stay empty."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.utils.translation import gettext

import apps.web
from apps.access_requests.models import AccessRequest, Condition, Item
from apps.access_requests.queries_thread import Reader
from apps.committees.models import Committee
from apps.forms.shipped_forms import shipped
from apps.web.committee.after_vote import UndoForm
from apps.web.committee.approval_rules import RuleForm
from apps.web.committee.due_date import DueDateForm
from apps.web.committee.forms import VoteForm
from apps.web.committee.reviewers import AssignForm
from apps.web.committee.together import EqualVoteForm
from apps.web.common.forms import CleanTextField
from apps.web.condition_rows import ReportForm, ReviewForm
from apps.web.datasets.description_form import DescriptionForm
from apps.web.datasets.forms import RevokeForm
from apps.web.forms.question_form import QuestionEdit
from apps.web.requests.attachments import DocumentForm
from apps.web.requests.denied import AppealForm
from apps.web.requests.forms import RequestForm
from apps.web.requests.shared_work import SharedWorkForm
from apps.web.set_up.template_form import TemplateForm
from apps.web.thread_rows import MessageForm

pytestmark = pytest.mark.django_db

# What a form cannot be made without.
ARGUMENTS: dict[type[forms.BaseForm], dict[str, Any]] = {
    VoteForm: {"item": Item(), "proposed": [Condition(text="Report once a year.")]},
    EqualVoteForm: {"item": Item(), "blind": False},
    DescriptionForm: {"uses": []},
    AssignForm: {"candidates": [], "counts": {}, "slug": "committee"},
    UndoForm: {"item": UUID(int=1)},
    AppealForm: {"item": UUID(int=1)},
    RuleForm: {"committee": Committee(pk=UUID(int=1))},
    DueDateForm: {"options": [("extend", "Extend the review")]},
    DocumentForm: {"found": AccessRequest(pk=UUID(int=1))},
    MessageForm: {"reader": Reader(AccessRequest(), committees=(Committee(pk=UUID(int=1)), Committee(pk=UUID(int=2))))},
    QuestionEdit: {"form": shipped("short"), "question": next(shipped("short").questions())},
    ReportForm: {"condition": UUID(int=1)},
    ReviewForm: {"report": UUID(int=1)},
    RevokeForm: {"choices": [("access", "This access"), ("dataset", "All access")]},
    RequestForm: {"chosen": []},
    TemplateForm: {"rows": 1},
    SharedWorkForm: {"parties": []},
}


def form_classes() -> list[type[forms.BaseForm]]:
    """Each form class that is written anywhere below apps/web."""
    for module in pkgutil.walk_packages(apps.web.__path__, "apps.web."):
        importlib.import_module(module.name)
    found = {one for one in _below(forms.BaseForm) if one.__module__.startswith("apps.web.")}
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def wrongly_marked(form: forms.BaseForm) -> list[str]:
    """The fields whose label says something else about being optional than the field itself.

    One that another answer makes required (`depends`) is not marked, and its help text says when.
    """
    wrong = []
    for field in form.visible_fields():
        marked, depends = gettext("(optional)") in field.as_field_group(), getattr(field.field, "depends", False)
        optional = not field.field.required and field.widget_type != "checkbox" and not depends
        explained = bool(field.help_text) or not depends
        if marked != optional or not explained:
            wrong.append(field.name)
    return wrong


def test_every_form_marks_the_fields_that_may_stay_empty_and_no_other() -> None:
    classes = form_classes()
    assert len(classes) > 30
    wrong = {one.__qualname__: wrongly_marked(one(**ARGUMENTS.get(one, {}))) for one in classes}
    assert {name: fields for name, fields in wrong.items() if fields} == {}


def test_control_a_planted_form_is_found() -> None:
    class Planted(forms.Form):
        name = forms.CharField(label="Name (optional)")
        note = forms.CharField(required=False, template_name="gatehouse_forms/hint.html")
        right = forms.CharField(required=False)
        when = CleanTextField(required=False, depends=True)

    assert wrongly_marked(Planted()) == ["name", "note", "when"]
