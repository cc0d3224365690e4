"""Find your institution; see and add the identities you sign in with."""

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.errors import NeedsSignIn
from apps.identity.oidc import views as views_oidc
from apps.identity.oidc.authorize import LINKING, local_path
from apps.people.models import Provider
from apps.people.queries import identities_of, providers, providers_matching
from apps.people.rules import check_fresh, check_not_break_glass
from apps.web.common.actor import PageRequest
from apps.web.common.auth import sign_in_address, signed_in
from apps.web.common.forms import refusal_of

LONGEST_SEARCH = 100
MOST_SHOWN = 50


@require_safe
def sign_in(request: PageRequest) -> HttpResponse:
    """Search by name or by the domain of one's e-mail address; the choice of last time stands first."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH]
    kept = _kept(request)
    found = list(providers_matching(words)[: MOST_SHOWN + 1])
    slug = request.COOKIES.get(settings.PROVIDER_COOKIE_NAME, "")
    remembered = providers().filter(slug=slug[:60]).first() if slug else None
    context = {
        "words": words,
        "kept": kept,
        "sign_in_url": sign_in_address(kept["next"]),  # the menu's own would lead back to this page
        "linking": "link" in kept,
        "found": [_entry(one, kept) for one in found[:MOST_SHOWN]],
        "more": len(found) > MOST_SHOWN,
        "remembered": _entry(remembered, kept) if remembered and not words and "link" not in kept else None,
    }
    answer = render(request, "sign_in/find.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _kept(request: PageRequest) -> dict[str, str]:
    """What came along and goes on to the provider's start: where to return to, and why."""
    kept = {name: "1" for name in ("again", "factor", "link") if request.GET.get(name)}
    return kept | {"next": local_path(request.GET.get("next", ""))}


def _entry(provider: Provider, kept: dict[str, str]) -> dict[str, Any]:
    start = f"{reverse('oidc_authentication_init')}?{urlencode({'provider': provider.slug} | kept)}"
    return {"name": provider.name, "institution": str(provider.institution or ""), "url": start, "logo": provider.logo}


@require_safe
@signed_in
def identities(request: PageRequest) -> HttpResponse:
    """Every identity that leads to this account, and the way to add one."""
    context = {"identities": identities_of(request.actor), "fresh": _is_fresh(request)}
    return render(request, "sign_in/identities.html", context)


@require_POST
@signed_in
def identity_link(request: PageRequest) -> HttpResponse:
    """Off to sign in with the second identity; the first sign-in must be of this sitting."""
    here = reverse("identities")
    check_not_break_glass(request.actor)
    if not _is_fresh(request):
        messages.info(request, _("Sign in again with your current identity, then add the other one."))
        return HttpResponseRedirect(sign_in_address(here, again=True))
    request.session[LINKING] = time.time()
    return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'link': '1', 'next': here})}")


def _is_fresh(request: PageRequest) -> bool:
    return refusal_of(lambda: check_fresh(views_oidc.signed_in(request)), NeedsSignIn) is None
