"""Acts that need a sign-in of the last ten minutes: the way to it, and back with what was typed."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, overload

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.core.errors import DomainError, NeedsSecondFactor, NeedsSignIn
from apps.identity.oidc import views as views_oidc
from apps.identity.oidc.authorize import SESSION
from apps.people.rules import check_fresh
from apps.web.common.actor import AuthenticatedRequest, PageRequest
from apps.web.common.auth import sign_in_address, signed_in
from apps.web.common.forms import refusal_of
from apps.web.common.idempotency import FIELD
from apps.web.common.saved_forms import forget_saved_form, page_of, save_form, saved_form_for

NOT_CONFIRMED = _(
    "Your institution did not confirm a second factor for your sign-in. You need one to download "
    "these data. Your institution’s IT support can tell you how to set one up."
)
View = Callable[..., HttpResponse]


Shows = Callable[..., list[tuple[str, str]]]


@overload
def freshly_signed_in(view: View) -> View: ...
@overload
def freshly_signed_in(*, shows: Shows) -> Callable[[View], View]: ...
def freshly_signed_in(view: View | None = None, *, shows: Shows | None = None) -> Any:
    """A form sent to this view counts only after a sign-in of the last ten minutes.

    Otherwise nothing happens: the page says so and leads to the sign-in, and what was typed waits in the session, on
    the server, until the person comes back and sends it with one click. `shows(request, **kwargs)` says what was chosen
    as (label, text), for the pages before and after the sign-in. Goes inside `signed_in`.
    """
    if view is None:
        return partial(freshly_signed_in, shows=shows)

    @wraps(view)
    def wrapper(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            try:
                check_fresh(views_oidc.signed_in(request))
            except NeedsSignIn as refusal:
                return _again(request, refusal, shown=shows(request, **kwargs) if shows else [])
            forget_saved_form(request)
        return view(request, *args, **kwargs)

    return wrapper


def deed_shown(request: PageRequest, deed: Any, *about: tuple[Any, Any]) -> list[tuple[str, str]]:
    """What a form with a reason will do, as (label, text): the action, what it is about, and the reason."""
    rows = [(gettext("Action"), deed), *about, (gettext("Reason"), request.POST.get("reason", "").strip())]
    return [(str(label), str(text)) for label, text in rows if text]


def must_sign_in_again(request: PageRequest) -> bool:
    """Whether a form sent now to a view that is `freshly_signed_in` would first lead to a sign-in."""
    return refusal_of(lambda: check_fresh(views_oidc.signed_in(request)), NeedsSignIn) is not None


def second_factor_first(request: PageRequest, refusal: NeedsSecondFactor) -> HttpResponse:
    """The way to a sign-in with a second factor; whoever comes from one that brought none sees that instead."""
    if asked_in_vain(request):
        return _again(request, refusal, sentence=NOT_CONFIRMED, factor=True, status=refusal.status)
    return _again(request, refusal, factor=True)


def asked_in_vain(request: PageRequest) -> bool:
    """The last sign-in of this session was to bring a second factor, and the institution confirmed none."""
    asked = bool(request.session.get(SESSION, {}).get("factor_asked"))
    return asked and getattr(request.actor, "second_factor", False) is not True


def confirm_first(request: PageRequest, refusal: NeedsSignIn) -> HttpResponse:
    """A role rests until the institution confirms it: the way to a sign-in, and back to the page or the form."""
    if request.method == "POST":
        return _again(request, refusal)
    context = {"sentence": refusal.sentence, "role": True}
    return _shown(request, context | {"again_url": sign_in_address(request.get_full_path(), again=True)}, 401)


def _again(
    request: PageRequest, refusal: DomainError, *, sentence: Any = "", factor: bool = False, status: int = 401,
    shown: Sequence[tuple[str, str]] = (),
) -> HttpResponse:  # fmt: skip
    """What is missing, the way to it, and the saved form if it is not too long."""
    kept = save_form(request, of=str(request.actor.pk), shown=shown)
    context = {
        "sentence": sentence or refusal.sentence,
        "kept": kept,
        "factor": factor,
        "chosen": shown,
        "again_url": sign_in_address(
            reverse("sign_in_continue") if kept else page_of(request), again=not factor, factor=factor
        ),
    }
    return _shown(request, context, status)


def _shown(request: PageRequest, context: dict[str, Any], status: int) -> HttpResponse:
    answer = render(request, "sign_in/confirm.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@signed_in
def sign_in_continue(request: AuthenticatedRequest) -> HttpResponse:
    """Back from the sign-in: what was typed, to be sent now or left. Nothing is sent by coming here."""
    kept = saved_form_for(request.actor, request)
    if kept is None:
        return HttpResponseRedirect(reverse("home"))
    shown = [value for name, value in kept["fields"] if name != FIELD and " " in value.strip()]
    context = {"path": kept["path"], "page": kept["page"], "fields": kept["fields"], "shown": shown}
    context["chosen"] = kept.get("shown", [])
    if asked_in_vain(request):
        again = sign_in_address(reverse("sign_in_continue"), factor=True)
        return render(
            request, "sign_in/second_factor.html", context | {"sentence": NOT_CONFIRMED, "again_url": again}, status=403
        )
    return render(request, "sign_in/continue.html", context)
