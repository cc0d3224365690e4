"""Acts that need a sign-in of the last ten minutes: the way to it, and back with what was typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.accounts import oidc, rules
from apps.core.errors import NeedsSignIn
from apps.web.guards import page_of, sign_in_address, signed_in
from apps.web.once import FIELD

KEPT = "kept_form"
NOT_KEPT = {"csrfmiddlewaretoken"}
MOST_KEPT = 100_000
View = Callable[..., HttpResponse]


def freshly_signed_in(view: View) -> View:
    """A form sent to this view counts only after a sign-in of the last ten minutes.

    Otherwise nothing happens: the page says so and leads to the sign-in, and what was typed waits in the session, on
    the server, until the person comes back and sends it with one click. Goes inside `signed_in`.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            try:
                rules.check_fresh(oidc.signed_in(request))
            except NeedsSignIn as refusal:
                return _again(request, refusal)
            request.session.pop(KEPT, None)
        return view(request, *args, **kwargs)

    return wrapper


def _again(request: HttpRequest, refusal: NeedsSignIn) -> HttpResponse:
    """What is missing, the way to it, and the form put aside if it is not too long."""
    fields = [[name, value] for name, values in request.POST.lists() for value in values if name not in NOT_KEPT]
    kept = not request.FILES and sum(len(name) + len(str(value)) for name, value in fields) <= MOST_KEPT
    if kept:
        of = str(request.user.pk)
        request.session[KEPT] = {"of": of, "path": request.path, "page": page_of(request), "fields": fields}
    context = {
        "sentence": refusal.sentence,
        "kept": kept,
        "again_url": sign_in_address(reverse("sign_in_continue") if kept else page_of(request), again=True),
    }
    answer = render(request, "sign_in/again.html", context, status=refusal.status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@signed_in
def sign_in_continue(request: HttpRequest) -> HttpResponse:
    """Back from the sign-in: what was typed, to be sent now or left. Nothing is sent by coming here."""
    kept = request.session.get(KEPT)
    if not kept or kept.get("of") != str(request.user.pk):
        return HttpResponseRedirect(reverse("home"))
    shown = [value for name, value in kept["fields"] if name != FIELD and " " in value.strip()]
    context = {"path": kept["path"], "page": kept["page"], "fields": kept["fields"], "shown": shown}
    return render(request, "sign_in/continue.html", context)
