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

from apps.core.errors import Invalid, Missing
from apps.notifications import commands, queries
from apps.web.guards import SignedInRequest, signed_in
from apps.web.once import once_per_form

SHOWN = 30


@require_GET
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """Letters, newest first, walked by key."""
    letters = queries.letters_of(request.user)
    before = _moment(request.GET.get("before", ""))
    if before is not None:
        letters = letters.filter(written_at__lt=before)
    rows = list(letters[: SHOWN + 1])
    last = rows[SHOWN - 1].written_at if len(rows) > SHOWN else None
    context: dict[str, Any] = {
        "letters": rows[:SHOWN],
        "older_url": f"{reverse('inbox')}?before={last.isoformat().replace('+00:00', 'Z')}" if last else "",
        "newest_url": reverse("inbox") if before else "",
        "any_unread": any(one.read_at is None for one in rows),
    }
    return render(request, "account/inbox.html", context)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as odd:
        raise Invalid(_("This address of a further page is not complete.")) from odd
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@require_GET
@signed_in
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One letter. Reading it changes nothing; the button says that it was read."""
    one = queries.letters_of(request.user).filter(pk=pk).first()
    if one is None:
        raise Missing(_("There is no letter at this address, or it is not yours."))
    return render(request, "account/letter.html", {"letter": one})


@require_POST
@signed_in
@once_per_form
def letters_read(request: SignedInRequest) -> HttpResponse:
    """Mark one letter, or all of them, as read."""
    letters = queries.unread_by(request.user)
    if request.POST.get("letter"):
        try:
            letters = letters.filter(pk=UUID(request.POST["letter"]))
        except ValueError as odd:
            raise Missing(_("There is no such letter.")) from odd
    commands.mark_read(letters, by=request.user)
    messages.success(request, _("Marked as read."))
    return HttpResponseRedirect(reverse("inbox"))
