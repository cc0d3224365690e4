"""The inbox: every notification to the person, also those sent by e-mail."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import queries as requests
from apps.agreements import queries as agreements
from apps.audit.groups import Group
from apps.audit.kinds import Kind
from apps.core.errors import NotFound
from apps.grants import queries as grants
from apps.notifications import commands, queries
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Choice, DateRange, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page

# What a notification leads to and only some people may read, by the name of its page.
READABLE: Mapping[str, Callable[[Person], QuerySet[Any]]] = {
    "case": requests.for_committees_of,
    "request_page": requests.visible_to,
    "agreement_page": agreements.visible_to,
    "grant_page": grants.visible_to,
}
TOPICS = (
    (Group.REQUESTS, _lazy("Requests")),
    (Group.AGREEMENTS, _lazy("Agreements")),
    (Group.ACCESS, _lazy("Access and downloads")),
    (Group.DATASETS, _lazy("Datasets")),
    (Group.ACCOUNTS, _lazy("Account")),
    (Group.OPERATIONS, _lazy("Portal")),
)
LIST = ListSpec(
    noun=ngettext_lazy("%(total)s notification", "%(total)s notifications", "n"),
    sorts=(Sort("newest", _lazy("Newest first"), "-written_at -event_id"),
           Sort("oldest", _lazy("Oldest first"), "written_at event_id")),
    filters=(
        Search(_lazy("Words in the subject or text"), columns("subject", "body")),
        Choice("read", _lazy("Read"), [
            Option("no", _lazy("Unread"), Q(read_at=None)), Option("yes", _lazy("Read"), Q(read_at__isnull=False)),
        ]),
        Choice("topic", _lazy("Topic"), [
            Option(str(group), label, Q(kind__in=[str(kind) for kind in Kind if kind.group == group]))
            for group, label in TOPICS
        ]),
        DateRange("written", _lazy("Created"), "written_at"),
    ),
)  # fmt: skip


@require_safe
@signed_in
def inbox(request: AuthenticatedRequest) -> HttpResponse:
    """Every notification to the person, newest first."""
    page = list_page(request, LIST, queries.notifications_of(request.actor))
    return render(request, "account/notifications.html", {"list": page})


@require_safe
@signed_in
def notification(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One notification. Opening it changes nothing; the button marks it as read."""
    one = queries.notifications_of(request.actor).filter(pk=pk).first()
    if one is None:
        raise NotFound(_("This notification does not exist, or you are not allowed to see it."))
    return render(request, "account/notification.html", {"notification": one, "opens": _opens(request.actor, one.path)})


def _opens(person: Person, path: str) -> bool:
    """Whether the related page opens for the reader now: they may have lost the role in which they were notified."""
    try:
        found = resolve(path)
    except Resolver404:
        return bool(path)
    allowed = READABLE.get(found.url_name or "")
    return allowed is None or allowed(person).filter(pk=found.kwargs["pk"]).exists()


@require_POST
@signed_in
@idempotent_form
def notifications_read(request: AuthenticatedRequest) -> HttpResponse:
    """Mark one notification, or all of them, as read."""
    notifications = queries.unread_by(request.actor)
    if request.POST.get("notification"):
        try:
            notifications = notifications.filter(pk=UUID(request.POST["notification"]))
        except ValueError as odd:
            raise NotFound(_("This notification does not exist, or you are not allowed to see it.")) from odd
    commands.mark_read(notifications, by=request.actor)
    messages.success(request, _("Marked as read."))
    return HttpResponseRedirect(reverse("notifications"))
