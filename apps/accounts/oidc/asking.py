"""Off to the institution and back while somebody works, without any page (Core 1.0, 3.1.2.1: prompt=none).

Nothing that a visitor sends starts it early: it asks only when the last word is ten minutes old, of the provider this
session stands on, about the person who sits here.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.accounts.oidc import recheck
from apps.accounts.oidc.leaving import STATES, SignInStart, local_path

LONGEST_HINT = 4000  # characters of an address that every server takes


class RolesAsked(SignInStart):
    """Off to the institution and back without any page of its own: does it still say what it said at the sign-in?"""

    def get(self, request: HttpRequest) -> HttpResponse:
        onward = local_path(request.GET.get("next", ""))
        session = recheck.session_of(request)
        if session is None or session.provider is None or not recheck.is_due(request):
            return HttpResponseRedirect(onward)
        recheck.note_asked(request)
        return self._off_to(request, session.provider, onward)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        hint = request.session.get("oidc_id_token", "")
        return {"prompt": "none"} | ({"id_token_hint": hint} if hint and len(hint) <= LONGEST_HINT else {})

    def _remember(self, request: HttpRequest, state: str, onward: str) -> None:
        super()._remember(request, state, onward)
        session = recheck.session_of(request)
        request.session[STATES][state] |= {
            "again": False,
            "factor": False,
            "link": "",
            "silent": str(session and session.pk),
        }

    def _no_way(self, request: HttpRequest, code: str, onward: str) -> HttpResponse:
        recheck.note_asked(request, code)
        return HttpResponseRedirect(onward)


roles_asked = RolesAsked.as_view()
roles_asked.writes_on_get = True
