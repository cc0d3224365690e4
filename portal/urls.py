"""Every address of the portal, by surface."""

from django.urls import URLPattern, URLResolver, include, path

from apps.accounts import oidc
from apps.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("oidc/authenticate/", oidc.sign_in_start, name="oidc_authentication_init"),
    path("oidc/callback/", oidc.sign_in_callback, name="oidc_authentication_callback"),
    path("oidc/roles/", oidc.roles_asked, name="roles_asked"),
    path("oidc/logout/", oidc.sign_out, name="oidc_logout"),
    path("oidc/back-channel/", oidc.back_channel_logout, name="back_channel_logout"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", include("apps.api.urls")),
    path("", include("apps.api.urls_oauth")),
    path("", include("apps.web.urls")),
]
handler500 = "apps.web.crash.server_error"
handler404 = "apps.web.crash.not_found"
