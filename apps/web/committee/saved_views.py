"""Saved views of Requests to review: links above the list, and the page on which a member keeps them in order."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import commands
from apps.access_requests.models import SavedView
from apps.access_requests.queries_saved_views import saved_by
from apps.committees.queries import committees_of
from apps.core.actors import Viewer
from apps.core.errors import Denied, Invalid, NotFound
from apps.core.identifiers import uuids
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.lists import ListPage

# The filters that a view keeps; another name in a kept query belonged to an earlier release.
NAMES = (
    "tab", "q", "committee", "decision", "decided_from", "decided_to", "due", "reviewer", "submitted_from",
    "submitted_to", "sort",
)  # fmt: skip
IN_A_LIST = ("after", "before", "export")


class SaveViewForm(forms.Form):
    """A name for the filters of an address."""

    use_required_attribute = False

    query = CleanTextField(widget=forms.HiddenInput, required=False, max_length=2000)
    name = CleanTextField(
        label=gettext_lazy("Name of the view"),
        max_length=SavedView.LONGEST,
        error_messages={"required": gettext_lazy("Enter a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_default = forms.BooleanField(label=gettext_lazy("Use as the default view of Requests to review"), required=False)


class RenameViewForm(forms.Form):
    """Another name for a view."""

    use_required_attribute = False

    name = CleanTextField(
        label=gettext_lazy("Name of the view"),
        max_length=SavedView.LONGEST,
        error_messages={"required": gettext_lazy("Enter a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def query_of(asked: Mapping[str, str], *, tab: str) -> str:
    """The filters of an address in one order, for comparing and keeping; `tab` is where the address names none."""
    found = {name: value for name in NAMES if (value := " ".join(asked.get(name, "").split()))}
    return urlencode({"tab": tab} | found)


def default_of(request: AuthenticatedRequest, views: list[SavedView]) -> HttpResponse | None:
    """Where the page without any filter leads if a view is the default; otherwise None."""
    view = next((one for one in views if one.is_default), None)
    if view is None or request.GET:
        return None
    return redirect(f"{reverse('review_queue')}?{view.query}")


def views_of(person: Person) -> list[SavedView]:
    """The saved views of the person, by name. One statement."""
    return list(saved_by(person))


def views_listed(person: Viewer) -> ArraySubquery:
    """The same as a column of another statement, for `views_from`."""
    found = saved_by(person)
    return ArraySubquery(found.values(json=JSONObject(name="name", query="query", is_default="is_default")))


def views_from(listed: Iterable[Mapping[str, Any]]) -> list[SavedView]:
    """The views of such a column: name, filters, and whether it is the default."""
    return [SavedView(**one) for one in listed]


def shown(request: HttpRequest, views: list[SavedView], page: ListPage, *, tab: str, first: str) -> dict[str, Any]:
    """What the queue shows of the views, and the page with addresses that name their tab: a bare one opens the default
    view. `tab` is shown, `first` is the tab of an address without one.
    """
    here = query_of(request.GET, tab=tab)
    unknown = [name for name in request.GET if name not in (*NAMES, *IN_A_LIST)]
    if unknown:
        page.problems.append(_("One filter in the web address no longer exists, so it was ignored."))

    def whole(url: str) -> str:
        return f"{url}?tab={first}" if url == page.path else url

    tabs = [one | {"url": whole(one["url"])} for one in page.tabs]
    chips = [one | {"url": whole(one["url"])} for one in page.chips]
    views_shown = [{"name": one.name, "url": f"{page.path}?{one.query}", "current": one.query == here} for one in views]
    saved = any(one["current"] for one in views_shown)
    return {
        "list": replace(page, tabs=tabs, chips=chips, reset_url=whole(page.reset_url), first_url=whole(page.first_url)),
        "views": views_shown,
        "save_form": None if saved or not page.filtered else SaveViewForm(initial={"query": here}, auto_id="view-%s"),
    }


@require_page_or_form
@signed_in
@idempotent_form
def saved_views(request: AuthenticatedRequest) -> HttpResponse:
    """The views of the person: rename, delete, choose the default; and where a new one is saved."""
    if not committees_of(request.actor).exists():
        raise Denied(_("Only members of a data access committee can see this page."))
    if request.method != "POST":
        return _page(request)
    deeds = {"save": _save, "rename": _rename, "default": _set_default, "delete": _delete}
    deed = deeds.get(request.POST.get("act", ""))
    if deed is None:
        raise Invalid(_("Choose what to change."))
    return deed(request)


def _save(request: AuthenticatedRequest) -> HttpResponse:
    form = SaveViewForm(request.POST, auto_id="view-%s")
    if form.is_valid():
        with FormRefusals(form):
            said = form.cleaned_data
            query = query_of(dict(parse_qsl(said["query"])), tab="to-vote")
            commands.save_view(name=said["name"], query=query, is_default=said["is_default"], by=request.actor)
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": said["name"]})
            return redirect(f"{reverse('review_queue')}?{query}")
    return _page(request, save_form=form, status=422)


def _rename(request: AuthenticatedRequest) -> HttpResponse:
    pk = _wanted(request)
    form = RenameViewForm(request.POST, auto_id=f"view-{pk.hex[:8]}-%s")
    if form.is_valid():
        with FormRefusals(form):
            commands.rename_view(pk, name=form.cleaned_data["name"], by=request.actor)
            messages.success(request, _("The view is renamed."))
            return redirect("saved_views")
    return _page(request, renamed={pk: form}, status=422)


def _set_default(request: AuthenticatedRequest) -> HttpResponse:
    pk = _wanted(request) if request.POST.get("view") else None
    commands.set_default_view(pk, by=request.actor)
    messages.success(request, _("Saved."))
    return redirect("saved_views")


def _delete(request: AuthenticatedRequest) -> HttpResponse:
    commands.delete_view(_wanted(request), by=request.actor)
    messages.success(request, _("The view is deleted."))
    return redirect("saved_views")


def _wanted(request: AuthenticatedRequest) -> UUID:
    pk = next(iter(uuids([request.POST.get("view", "")])), None)
    if pk is None:
        raise NotFound(_("This view does not exist any more."))
    return pk


def _page(
    request: AuthenticatedRequest,
    *,
    save_form: SaveViewForm | None = None,
    renamed: Mapping[UUID, RenameViewForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    typed = renamed or {}
    rows = [
        {
            "view": one,
            "url": f"{reverse('review_queue')}?{one.query}",
            "form": typed.get(one.pk)
            or RenameViewForm(initial={"name": one.name}, auto_id=f"view-{one.pk.hex[:8]}-%s"),
            "opens": one.pk in typed,
        }
        for one in views_of(request.actor)
    ]
    found = {"rows": rows, "save_form": save_form, "most": SavedView.MOST}
    return render(request, "committee/saved_views.html", found, status=status)
