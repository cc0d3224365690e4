"""Who calls the API: the person of an access token, or a visitor where public data may be read.

Cookies are not used, so a page on another site cannot make a browser act for its user; that is why these addresses
need no CSRF token. The middleware has already looked up the token (`request.token`).
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from apps.api.errors import LacksScope, NeedsToken
from apps.api.uploads import check_form
from apps.people.models import Person
from apps.tokens.models import PersonalToken

Scope = PersonalToken.Scope


class PersonalTokens(HttpAuthBase):
    """Requires `Authorization: Bearer gh_...` with a token that has the scope; with `visitors` a token is optional.

    With `takes_file` the call carries a file, which is read only after this.
    """

    openapi_scheme = "bearer"
    openapi_description = "An access token, created on the page “Access tokens” of your account."

    def __init__(self, scope: Scope, *, visitors: bool = False, takes_file: bool = False) -> None:
        super().__init__()
        self.scope = scope
        self.visitors = visitors
        self.takes_file = takes_file

    def __call__(self, request: HttpRequest) -> Person | AnonymousUser:
        token: PersonalToken | None = getattr(request, "token", None)
        sent = "Authorization" in request.headers
        if token is None and self.visitors and not sent:
            return AnonymousUser()
        if token is None:
            raise NeedsToken(sent=sent)
        if self.scope not in token.scopes:
            raise LacksScope(self.scope)
        if self.takes_file:
            check_form(request)
        return token.person


READ_OR_PUBLIC = PersonalTokens(Scope.READ, visitors=True)
READ = PersonalTokens(Scope.READ)
REQUEST = PersonalTokens(Scope.REQUEST)
REQUEST_WITH_FILE = PersonalTokens(Scope.REQUEST, takes_file=True)
DOWNLOAD = PersonalTokens(Scope.DOWNLOAD, visitors=True)
PUBLISH = PersonalTokens(Scope.PUBLISH)
REVIEW = PersonalTokens(Scope.REVIEW)
VOTE = PersonalTokens(Scope.VOTE)


def caller(request: HttpRequest) -> Any:
    """The person of the token, or AnonymousUser."""
    return request.auth  # type: ignore[attr-defined]
