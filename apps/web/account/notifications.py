"""The inbox: every letter the portal wrote to the person, also those sent by e-mail."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.errors import Invalid, NotFound
from apps.notifications import commands, queries
from apps.web.common.auth import AuthenticatedRequest, signed_in
from apps.web.common.idempotency import idempotent_form

SHOWN = 30


@require_GET
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """Letters, newest first, walked by key."""
    notifications = queries.notifications_of(request.user)
    before = _moment(request.GET.get("before", ""))
    if before is not None:
        notifications = notifications.filter(written_at__lt=before)
    rows = list(notifications[: SHOWN + 1])
    last = rows[SHOWN - 1].written_at if len(rows) > SHOWN else None
    context: dict[str, Any] = {
        "notifications": rows[:SHOWN],
        "older_url": f"{reverse('notifications')}?before={last.isoformat().replace('+00:00', 'Z')}" if last else "",
        "newest_url": reverse("notifications") if before else "",
        "any_unread": any(one.read_at is None for one in rows),
    }
    return render(request, "account/notifications.html", context)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as odd:
        raise Invalid(_("The page address is not complete. Go back to the first page of results.")) from odd
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@require_GET
@signed_in
def notification(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One letter. Reading it changes nothing; the button says that it was read."""
    one = queries.notifications_of(request.user).filter(pk=pk).first()
    if one is None:
        raise NotFound(_("The notification does not exist, or you may not see it."))
    return render(request, "account/notification.html", {"notification": one})


@require_POST
@signed_in
@idempotent_form
def notifications_read(request: AuthenticatedRequest) -> HttpResponse:
    """Mark one letter, or all of them, as read."""
    notifications = queries.unread_by(request.user)
    if request.POST.get("notification"):
        try:
            notifications = notifications.filter(pk=UUID(request.POST["notification"]))
        except ValueError as odd:
            raise NotFound(_("This notification does not exist.")) from odd
    commands.mark_read(notifications, by=request.user)
    messages.success(request, _("Marked as read."))
    return HttpResponseRedirect(reverse("notifications"))
