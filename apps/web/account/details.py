"""What a person's institution did not send: asked for here, or with the words to ask the institution for it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from apps.core.addresses import portal_host
from apps.people.commands.people import enter_name
from apps.people.models import Identity, Person
from apps.people.queries import identities_of, missing_details
from apps.people.rules import check_can_enter_name
from apps.web.account.forms import NameForm
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form

CLAIMS = {"name": "name", "email": "email, email_verified", "affiliation": "eduperson_scoped_affiliation"}


@require_page_or_form
@signed_in
@idempotent_form
def account_name(request: AuthenticatedRequest) -> HttpResponse:
    """The person enters their name; then they go on to where they wanted to go."""
    person = request.actor
    check_can_enter_name(person)
    sent = request.POST if request.method == "POST" else None
    form = NameForm(sent, initial={"name": person.name})
    if sent is not None and form.is_valid():
        with FormRefusals(form):
            enter_name(person, name=form.cleaned_data["name"], by=person)
            messages.success(request, _("Your name was saved."))
            return HttpResponseRedirect(_next(request))
    context = {"form": form, "next": _next(request), **details(person, identities_of(person))}
    return render(request, "account/name.html", context, status=422 if form.errors else 200)


def details(person: Person, identities: Iterable[Identity]) -> dict[str, Any]:
    """What is missing, and a text to send to the institution; without missing details both are empty.

    `identities` are those of the person, oldest first; they are read only if something is missing.
    """
    missing = missing_details(person)
    return {"missing": missing, "words": _words(list(identities), missing) if missing else ""}


def _words(identities: list[Identity], missing: list[str]) -> str:
    """A message to the institution of the newest identity, ready to be copied."""
    identity = identities[-1] if identities else None
    text = _(
        "I sign in to %(portal)s through your identity provider. It does not send: %(claims)s. "
        "Please release these claims to %(portal)s. My identifier (sub) there is %(subject)s."
    )
    claims = "; ".join(CLAIMS[one] for one in missing)
    return text % {"portal": portal_host(), "claims": claims, "subject": identity.subject if identity else "–"}


def _next(request: AuthenticatedRequest) -> str:
    """The page of this portal that the person wanted to see."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else reverse("account")
