"""What the pages of the set-up have in common: who may see them, the lists, and a form about one thing."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import WrongState
from apps.people.colleagues import find_colleague
from apps.people.models import Person
from apps.people.rules import check_can_set_up
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.forms import FormRefusals
from apps.web.common.lists import ListPage

Context = dict[str, Any]
Save = Callable[[], tuple[str, str]]


def crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    """The way from the page Set up: (label, name of the page), the last without an address."""
    steps = [{"label": _("Set up"), "url": reverse("set_up")}]
    return steps + [{"label": label, "url": reverse(page) if page else ""} for label, page in more]


def list_of(
    request: AuthenticatedRequest, page: ListPage, columns: Sequence[str], rows: Sequence[Context], **more: Any
) -> HttpResponse:
    """One of the lists: a row has `title`, `href`, `note`, and `cells` below the further columns."""
    shown = [{**row, "cells": list(zip(columns[1:], row["cells"], strict=True))} for row in rows]
    return render(request, "set_up/list.html", {"list": page, "columns": columns, "rows": shown, **more})


def saved(request: AuthenticatedRequest, form: forms.Form, save: Save) -> tuple[HttpResponse | None, int]:
    """What follows from sending the form: the way on if `save` worked, else None and the status of the page.

    `save` returns what to say and the address of the next page. A refusal is shown in the form, with what was typed.
    """
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            says, address = save()
            messages.success(request, says)
            return redirect(address), 302
    return None, refusals.status


def one_form(
    request: AuthenticatedRequest, form: forms.Form, save: Save, *, template: str = "set_up/edit.html", **more: Any
) -> HttpResponse:
    """A page with one form about one thing; sent to itself."""
    check_can_set_up(request.actor)
    status = 200
    if request.method == "POST":
        answer, status = saved(request, form, save)
        if answer is not None:
            return answer
    return render(request, template, {"form": form, **more}, status=status)


def colleague(request: AuthenticatedRequest, form: forms.Form, name: str = "code") -> Person | None:
    """The person who was entered; None, with a sentence at the field, if the field names nobody or several people.

    Also when another field is wrong, so that all errors are named at once.
    """
    if form.is_bound and name not in form.errors:
        with FormRefusals(form):
            return find_colleague(form.cleaned_data[name], by=request.actor, field=name)
    return None
