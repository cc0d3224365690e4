"""Every page's address, by room."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from apps.web.common import gallery

ROOMS = [
    "home",
    "catalogue",
    "requests",
    "agreements",
    "access",
    "committee",
    "forms",
    "datasets",
    "institution",
    "oversight",
    "help",
    "account",
    "sign_in",
    "set_up",
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"apps.web.{room}.urls")) for room in ROOMS]
if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("components/", gallery.gallery, name="gallery"))
