"""Acts for which a page asks for a new sign-in: they need a token from a sign-in of the last ten minutes."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.api.auth import caller
from apps.core.errors import Denied, NeedsSignIn
from apps.people.models import Person
from apps.people.rules import check_fresh
from apps.tokens.rules import check_votes_now


class NeedsFreshToken(Denied):
    """The token is valid, but the sign-in in which it was created is too long ago."""

    code = "fresh-sign-in"
    title = gettext_lazy("New sign-in required")


def acts_now(request: HttpRequest) -> Person:
    """The caller, who created the token in a sign-in of the last ten minutes."""
    try:
        check_fresh(check_votes_now(request.token))  # type: ignore[attr-defined]
    except NeedsSignIn:
        sentence = _(
            "This needs an access token from a sign-in in the last ten minutes. Sign in again and create a new "
            "access token."
        )
        raise NeedsFreshToken(sentence) from None
    person: Person = caller(request)
    return person
