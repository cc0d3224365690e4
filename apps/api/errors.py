"""Refusals that only programs meet; they become problem+json (RFC 9457) where every refusal does, in the middleware."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Denied, DomainError, Invalid, NeedsSignIn


class Malformed(DomainError):
    """What was sent cannot be read at all."""

    status = 400
    code = "malformed"
    title = gettext_lazy("Malformed API call")


class NotAllowed(DomainError):
    """The address is right, the method is not; `Allow` names those that are (RFC 9110, 15.5.6)."""

    status = 405
    code = "method"
    title = gettext_lazy("Method not allowed")

    def __init__(self, sentence: str, *, methods: Iterable[str]) -> None:
        super().__init__(sentence)
        self.headers = {"Allow": ", ".join(sorted(methods))}


class Changed(DomainError):
    """Somebody changed the thing since the asker read it (RFC 9110, 15.5.13)."""

    status = 412
    code = "changed"
    title = gettext_lazy("This was updated meanwhile")


class TooLarge(DomainError):
    """More than a call may carry."""

    status = 413
    code = "too-large"
    title = gettext_lazy("API call too large")


class NotJson(DomainError):
    """The body is announced as something else than JSON (RFC 9110, 15.5.16)."""

    status = 415
    code = "not-json"
    title = gettext_lazy("JSON required")


class NeedsCondition(DomainError):
    """A change must say which state it was made from (RFC 6585, 3)."""

    status = 428
    code = "condition"
    title = gettext_lazy("Revision required")


class NeedsToken(NeedsSignIn):
    """There is no living token in the call (RFC 6750, 3)."""

    code = "token"
    title = gettext_lazy("Access token required")

    def __init__(self, *, shown: bool) -> None:
        if shown:
            super().__init__(_("This access token is unknown, expired or revoked. Create a new one."))
        else:
            super().__init__(_("Send an access token in the header “Authorization: Bearer”."))
        error = ', error="invalid_token"' if shown else ""
        self.headers = {"WWW-Authenticate": f'Bearer realm="Gatehouse"{error}'}


class LacksScope(Denied):
    """The token is good, and was not made for this."""

    code = "scope"
    title = gettext_lazy("Scope missing")

    def __init__(self, scope: str) -> None:
        sentence = _("This token does not have the scope “%(scope)s”. Create a token with this scope.")
        super().__init__(sentence % {"scope": scope})
        challenge = f'Bearer realm="Gatehouse", error="insufficient_scope", scope="{scope}"'
        self.headers = {"WWW-Authenticate": challenge}


class Unusable(Invalid):
    """Some of what was sent cannot be used; each field with its sentence."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(_("Some of the values you sent are not valid."), fields=fields)
