"""A form whose token is not this browser's: shown before the last sign-in, or made by another site."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import correlation
from apps.core.errors import StaleForm
from apps.web.common.actor import PageRequest
from apps.web.common.auth import sign_in_address
from apps.web.common.errors import error_response, wants_json
from apps.web.common.saved_forms import from_our_page, page_of, save_form, sent_by, worth_keeping


def csrf_failure(request: PageRequest, reason: str = "") -> HttpResponse:
    """Nothing is done. What was typed on a page of ours waits for one click; what another site sent is let go.

    It happens to everybody with two tabs: a sign-in in one of them renews the token, and the other shows the old one.
    """
    if wants_json(request):
        sentence = _("You signed in again after you opened this page. Reload the page. Your text is kept here.")
        return error_response(request, StaleForm(sentence))
    ours = from_our_page(request)
    kept = worth_keeping(request) and save_form(request, of=sent_by(request))
    way = reverse("sign_in_continue") if kept else page_of(request)
    context = {
        "kept": kept,
        "ours": ours,
        "way": way if request.actor.is_authenticated else sign_in_address(way),
        "reference": correlation.current(),
    }
    answer = render(request, "sign_in/saved_form.html", context, status=StaleForm.status)
    answer["Cache-Control"] = "no-store"
    return answer
