"""The inbox: every notification to the person, also those sent by e-mail."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.errors import NotFound
from apps.notifications import commands, queries
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.idempotency import idempotent_form
from apps.web.common.pagination import page_of

SHOWN = 30


@require_safe
@signed_in
def inbox(request: AuthenticatedRequest) -> HttpResponse:
    """Notifications, newest first, paginated by key."""
    page = page_of(request, queries.notifications_of(request.actor), by="-written_at -event_id", size=SHOWN)
    context = {"notifications": page.rows, "page": page, "any_unread": any(one.read_at is None for one in page.rows)}
    return render(request, "account/notifications.html", context)


@require_safe
@signed_in
def notification(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One notification. Opening it changes nothing; the button marks it as read."""
    one = queries.notifications_of(request.actor).filter(pk=pk).first()
    if one is None:
        raise NotFound(_("This notification does not exist, or you are not allowed to see it."))
    return render(request, "account/notification.html", {"notification": one})


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
