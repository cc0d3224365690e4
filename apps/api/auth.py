"""Who asks: the person of a personal token, or a visitor where the whole world may read.

Cookies are never looked at here, so a page on another site cannot make a browser act for its user: that is why these
addresses need no CSRF token. The middleware has looked the token up already (`request.token`).
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from apps.api.errors import LacksScope, NeedsToken
from apps.people.models import Person
from apps.tokens.models import PersonalToken

Scope = PersonalToken.Scope


class PersonalTokens(HttpAuthBase):
    """`Authorization: Bearer gh_...` of a token that has the scope; without any token only where visitors may."""

    openapi_scheme = "bearer"
    openapi_description = "A personal token, made on the portal's page “Account, tokens”."

    def __init__(self, scope: Scope, *, visitors: bool = False) -> None:
        super().__init__()
        self.scope = scope
        self.visitors = visitors

    def __call__(self, request: HttpRequest) -> Person | AnonymousUser:
        token: PersonalToken | None = getattr(request, "token", None)
        shown = "Authorization" in request.headers
        if token is None and self.visitors and not shown:
            return AnonymousUser()
        if token is None:
            raise NeedsToken(shown=shown)
        if self.scope not in token.scopes:
            raise LacksScope(self.scope)
        return token.person


READ_IN_PUBLIC = PersonalTokens(Scope.READ, visitors=True)
READ = PersonalTokens(Scope.READ)
REQUEST = PersonalTokens(Scope.REQUEST)
DOWNLOAD = PersonalTokens(Scope.DOWNLOAD, visitors=True)
PUBLISH = PersonalTokens(Scope.PUBLISH)


def asker(request: HttpRequest) -> Any:
    """The person who asks, or the anonymous visitor."""
    return request.auth  # type: ignore[attr-defined]
