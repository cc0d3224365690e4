"""Errors for people: why a step was refused, and what to do next.

Commands and rules raise them; a middleware turns them into pages or problem+json (RFC 9457).
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A step is refused; `sentence` tells the person why and what to do. `field` is the form field, if there is one."""

    status = 400
    code = "refused"
    title = _("This could not be done")
    headers: Mapping[str, str] = {}  # further headers of the response (RFC 9110: Allow, WWW-Authenticate)

    def __init__(self, sentence: str, *, field: str = "", code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        if code:
            self.code = code


class Denied(DomainError):
    """This actor may not do this."""

    status = 403
    code = "denied"
    title = _("You do not have permission to do this")


class NeedsSecondFactor(Denied):
    """Only a second factor in the sign-in is missing."""

    code = "second-factor"
    title = _("A second factor is required")


class StaleForm(DomainError):
    """The CSRF token of the form is not valid: the page was opened before the last sign-in, or in another browser."""

    status = 403
    code = "stale-form"
    title = _("This page is out of date")


class NotFound(DomainError):
    """There is nothing here that this person may see."""

    status = 404
    code = "missing"
    title = _("Not found")


class OnlyForms(DomainError):
    """This address only accepts a form (POST), but was opened as a page."""

    status = 405
    code = "method"
    title = _("This page cannot be opened directly")


class WrongState(DomainError):
    """The step is not possible in the present state, for example because somebody else changed it meanwhile."""

    status = 409
    code = "wrong-state"
    title = _("This was updated meanwhile")


class Gone(DomainError):
    """It existed and has ended, such as an expired link."""

    status = 410
    code = "gone"
    title = _("No longer available")


class UnknownCharset(DomainError):
    """The body is in another encoding than UTF-8 (RFC 9110, 15.5.16)."""

    status = 415
    code = "charset"
    title = _("Send this in UTF-8")


class UploadTooLarge(DomainError):
    """What was sent is larger than the limit for one request (RFC 9110, 15.5.14)."""

    status = 413
    code = "too-large"
    title = _("Too large")


class Invalid(DomainError):
    """The input is not valid; `fields` maps a field's name to its sentence."""

    status = 422
    code = "invalid"
    title = _("There is a problem")

    def __init__(self, sentence: str, *, field: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence, field=field)
        self.fields = dict(fields or ({field: sentence} if field else {}))


class TooOften(DomainError):
    """Too many attempts in too short a time."""

    status = 429
    code = "too-often"
    title = _("Too many attempts")


class NeedsSignIn(DomainError):
    """The person must sign in, or sign in again, before they can do this."""

    status = 401
    code = "sign-in"
    title = _("Sign in again")


class Unavailable(DomainError):
    """A service the portal depends on does not respond; nothing was changed."""

    status = 503
    code = "unavailable"
    title = _("Gatehouse is temporarily unavailable")
    retry_after = 10
