"""Every address of the portal, by surface."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("oidc/", include("mozilla_django_oidc.urls")),
]
