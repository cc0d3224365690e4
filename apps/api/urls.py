"""The addresses of the API; every view is wrapped in `check_call`.

They need no CSRF token because they use no cookies: a browser sends cookies by itself, but no `Authorization` header.
"""

from django.urls import URLPattern, path

from apps.api.api import api
from apps.api.validation import check_call, get_only

WRITES_ON_GET = {"content", "read_document", "read_review_document"}
TAKES_FILE = {"documents"}  # the address is shared: a GET of it lists them
_patterns, _app, _namespace = api.urls

for pattern in _patterns:
    assert isinstance(pattern, URLPattern)
    is_ninja_page = pattern.name in {"openapi-json", "api-root"}
    called = get_only(pattern.callback) if is_ninja_page else pattern.callback
    view = check_call(called, takes_file=pattern.name in TAKES_FILE)
    view.csrf_exempt = True  # type: ignore[attr-defined]
    view.writes_on_get = pattern.name in WRITES_ON_GET  # type: ignore[attr-defined]
    pattern.callback = view

urlpatterns = [path("", (_patterns, _app, _namespace))]
