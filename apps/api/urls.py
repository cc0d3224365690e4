"""Every address of the API, each with its request body read and checked first.

None of them needs a CSRF token, because none of them looks at a cookie: a browser sends cookies by itself, but never
an `Authorization` header that it was not given.
"""

from django.urls import URLPattern, path

from apps.api.api import api
from apps.api.validation import checked, reading

WRITES_ON_GET = {"content"}
_patterns, _app, _namespace = api.urls

for pattern in _patterns:
    assert isinstance(pattern, URLPattern)
    known_to_ninja = pattern.name in {"openapi-json", "api-root"}
    view = checked(reading(pattern.callback) if known_to_ninja else pattern.callback)
    view.csrf_exempt = True  # type: ignore[attr-defined]
    view.writes_on_get = pattern.name in WRITES_ON_GET  # type: ignore[attr-defined]
    pattern.callback = view

urlpatterns = [path("", (_patterns, _app, _namespace))]
