"""Every page's address, by persona."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from apps.web import gallery

PERSONAS = ["discover", "researcher", "downloads", "committee", "steward", "account", "oversight", "sign_in"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"apps.web.urls_{name}")) for name in PERSONAS if find_spec(f"apps.web.urls_{name}")
]
if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("components/", gallery.gallery, name="gallery"))
