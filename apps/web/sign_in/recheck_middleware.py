"""Roles from sign-in claims: confirmed again while the person works, with a message when they are suspended."""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.committees.models import CommitteeMember
from apps.committees.queries import memberships_from_claims
from apps.core.errors import Denied, NeedsSignIn, NotFound
from apps.identity.oidc import silent_recheck
from apps.identity.oidc.authorize import local_path
from apps.identity.oidc.errors import NO_ANSWER
from apps.people.models import PlatformRole
from apps.people.models.claims import confirmed
from apps.people.queries import claimed_platform_roles_of
from apps.web.common.actor import PageRequest
from apps.web.common.errors import wants_json
from apps.web.common.polling import is_poll
from apps.web.sign_in.step_up import confirm_first

Next = Callable[[PageRequest], HttpResponse]
NOT_ASKED_ON = ("/oidc/", "/api/", "/d/", "/i/", "/static/", "/sign-in/", "/healthz", "/readyz")


class RoleRecheck:
    """Send a page request to the provider first when a recheck is due; other requests are never redirected."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        if silent_recheck.session_of(request) is None:
            return self.get_response(request)
        page = _is_page(request)
        here = request.get_full_path()
        if page and local_path(here) == here and silent_recheck.is_due(request):
            return HttpResponseRedirect(f"{reverse('silent_recheck')}?{urlencode({'next': here})}")
        if page:
            _show_message(request)
        answer = self.get_response(request)
        refused = isinstance(getattr(answer, "refusal", None), Denied | NotFound)
        if refused and silent_recheck.is_expired(request) and not wants_json(request):
            resting = _resting(request)
            if resting:
                return confirm_first(request, NeedsSignIn(_sentence(request, resting)))
        return answer


def _is_page(request: PageRequest) -> bool:
    """A page that a browser opens: not a form, a poll, a file or an API call."""
    plain = request.method == "GET" and not is_poll(request)
    wanted = "text/html" in request.headers.get("Accept", "")
    shown = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return plain and wanted and shown and not request.path_info.startswith(NOT_ASKED_ON)


def _show_message(request: PageRequest) -> None:
    """Show the message about suspended roles once, to a person who has any."""
    asked = silent_recheck.asked_in_vain(request)
    if not asked or asked.get("shown"):
        return
    request.session[silent_recheck.ASKED] = {**asked, "shown": True}
    resting = _held(request)
    if resting:
        messages.info(request, _sentence(request, resting))


def _held(request: PageRequest) -> list[str]:
    """The roles this person has from sign-in claims, by name."""
    return _names(claimed_platform_roles_of(request.actor), memberships_from_claims(request.actor))


def _resting(request: PageRequest) -> list[str]:
    """Those of these roles that are not confirmed now."""
    roles, memberships = claimed_platform_roles_of(request.actor), memberships_from_claims(request.actor)
    return _names(roles.exclude(confirmed()), memberships.exclude(confirmed()))


def _names(roles: Iterable[PlatformRole], memberships: Iterable[CommitteeMember]) -> list[str]:
    return [
        *(str(role.get_kind_display()) for role in roles),
        *(str(membership.committee) for membership in memberships),
    ]


def _sentence(request: PageRequest, roles: list[str]) -> str:
    session = silent_recheck.session_of(request)
    facts = {"roles": ", ".join(roles), "provider": str(session.provider) if session is not None else ""}
    why = silent_recheck.asked_in_vain(request).get("why", "")
    if why in NO_ANSWER:
        return (
            _(
                "These roles need confirmation from %(provider)s: %(roles)s. The sign-in there is "
                "not responding. Sign in again later."
            )
            % facts
        )
    return _("These roles need confirmation from %(provider)s: %(roles)s. Sign in again to continue.") % facts
