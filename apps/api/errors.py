"""Errors that only programs meet. The middleware turns them into problem+json (RFC 9457), like all DomainErrors."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Denied, DomainError, Invalid, NeedsSignIn


class Malformed(DomainError):
    """The call cannot be read."""

    status = 400
    code = "malformed"
    title = gettext_lazy("Malformed API call")


class NotAllowed(DomainError):
    """The address exists and does not support this method; `Allow` lists those it supports (RFC 9110, 15.5.6)."""

    status = 405
    code = "method"
    title = gettext_lazy("Method not allowed")

    def __init__(self, sentence: str, *, methods: Iterable[str]) -> None:
        super().__init__(sentence)
        self.headers = {"Allow": ", ".join(sorted(methods))}


class Changed(DomainError):
    """The object was changed after the caller read it (RFC 9110, 15.5.13)."""

    status = 412
    code = "changed"
    title = gettext_lazy("This was updated meanwhile")


class TooLarge(DomainError):
    """The body is larger than the limit for a call."""

    status = 413
    code = "too-large"
    title = gettext_lazy("API call too large")


class NotJson(DomainError):
    """The content type of the body is not JSON (RFC 9110, 15.5.16)."""

    status = 415
    code = "not-json"
    title = gettext_lazy("JSON required")


class NeedsCondition(DomainError):
    """The call must name the revision that it changes (RFC 6585, 3)."""

    status = 428
    code = "condition"
    title = gettext_lazy("Revision required")


class NeedsToken(NeedsSignIn):
    """The call has no valid token (RFC 6750, 3); `sent` is whether it has an Authorization header."""

    code = "token"
    title = gettext_lazy("Access token required")

    def __init__(self, *, sent: bool) -> None:
        if sent:
            super().__init__(_("This access token is unknown, expired or revoked. Create a new one."))
        else:
            super().__init__(_("Send an access token in the header “Authorization: Bearer”."))
        error = ', error="invalid_token"' if sent else ""
        self.headers = {"WWW-Authenticate": f'Bearer realm="Gatehouse"{error}'}


class LacksScope(Denied):
    """The token is valid but lacks the scope."""

    code = "scope"
    title = gettext_lazy("Scope missing")

    def __init__(self, scope: str) -> None:
        sentence = _("This token does not have the scope “%(scope)s”. Create a token with this scope.")
        super().__init__(sentence % {"scope": scope})
        challenge = f'Bearer realm="Gatehouse", error="insufficient_scope", scope="{scope}"'
        self.headers = {"WWW-Authenticate": challenge}


class InvalidFields(Invalid):
    """Some of the values are not valid; `fields` maps each field to its sentence."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(_("Some of the values you sent are not valid."), fields=fields)
