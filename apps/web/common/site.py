"""What every page says about the portal itself, also the pages that may ask no database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def site() -> dict[str, str]:
    """Who runs this portal and how to reach them, as the operator has set it."""
    return {
        "operator": settings.OPERATOR_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "contact_page": settings.CONTACT_PAGE,
    }


def plain_nav(request: HttpRequest) -> list[dict[str, Any]]:
    """The navigation without any query: what everybody with a session has."""
    entries = [(_("Datasets"), "catalogue")]
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        entries += [(_("My requests"), "my_requests"), (_("My access"), "my_access")]
    return [{"label": label, "url": reverse(name)} for label, name in entries]
