"""Decorators of views, always in this order from the top; each may be left out (`manage.py lint --only views`).

1. `sensitive_post_parameters`, `writes`  what reports and the read-only transaction must know
2. `require_safe` (a page), `require_POST` (an act) or `require_page_or_form` (a page whose form is sent to itself)
3. `signed_in`                            who does not sign in is sent to sign in and comes back
4. `freshly_signed_in`                    a form counts only after a sign-in of the last ten minutes
5. `idempotent_form`                        the same form, sent twice, happens once
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.views.decorators.http import require_http_methods

View = TypeVar("View", bound=Callable[..., Any])

require_page_or_form = require_http_methods(["GET", "HEAD", "POST"])


def writes(view: View) -> View:
    """This view writes although it answers GET: a download writes its event before the first byte."""
    view.writes_on_get = True  # type: ignore[attr-defined]
    return view
