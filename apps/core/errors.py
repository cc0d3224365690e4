"""Refusals: every "no" this portal says is one of these, and carries a sentence for a person.

Commands and rules raise them; one middleware turns them into pages or problem+json (RFC 9457).
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """The portal says no, and says why in a sentence a person can act on."""

    status = 400
    code = "refused"
    title = _("This could not be done")
    headers: Mapping[str, str] = {}  # what the answer must say besides (RFC 9110: Allow, WWW-Authenticate)

    def __init__(self, sentence: str, *, field: str = "", code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        if code:
            self.code = code


class Denied(DomainError):
    """The person is known and may not do this."""

    status = 403
    code = "denied"
    title = _("You do not have permission to do this")


class NeedsSecondFactor(Denied):
    """Everything else holds; a second factor in the sign-in is what is missing."""

    code = "second-factor"
    title = _("A second factor is required")


class StaleForm(DomainError):
    """The form does not prove that this browser asked for it: it was shown before the last sign-in, or elsewhere."""

    status = 403
    code = "stale-form"
    title = _("This page is out of date")


class NotFound(DomainError):
    """Nothing is here that this person may know of."""

    status = 404
    code = "missing"
    title = _("Not found")


class OnlyForms(DomainError):
    """The address is right, and only a form is sent to it: somebody opened it by hand, or by a bookmark."""

    status = 405
    code = "method"
    title = _("This page cannot be opened directly")


class WrongState(DomainError):
    """It would be allowed, but not now: the thing has moved on, or is not there yet."""

    status = 409
    code = "wrong-state"
    title = _("This was updated meanwhile")


class Gone(DomainError):
    """It was here and has ended: an expired link, a revoked grant."""

    status = 410
    code = "gone"
    title = _("No longer available")


class Invalid(DomainError):
    """What was sent cannot be used; `fields` maps a field's name to its sentence."""

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
    """The person must sign in, or sign in again just now, before this can go on."""

    status = 401
    code = "sign-in"
    title = _("Sign in again")


class Unavailable(DomainError):
    """A part the portal depends on does not answer; nothing was half done."""

    status = 503
    code = "unavailable"
    title = _("The portal is temporarily unavailable")
    retry_after = 10
