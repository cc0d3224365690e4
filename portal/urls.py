"""Every address of the portal, by surface."""

from django.urls import URLPattern, URLResolver, include, path

from apps.identity.oidc.logout import back_channel_logout
from apps.identity.oidc.silent_recheck import silent_recheck_view
from apps.identity.oidc.views import sign_in_callback, sign_in_start, sign_out
from apps.web.common import health
from apps.web.common.handlers import too_large

urlpatterns: list[URLPattern | URLResolver] = [
    path("oidc/authenticate/", sign_in_start, name="oidc_authentication_init"),
    path("oidc/callback/", sign_in_callback, name="oidc_authentication_callback"),
    path("oidc/roles/", silent_recheck_view, name="silent_recheck"),
    path("oidc/logout/", sign_out, name="oidc_logout"),
    path("oidc/back-channel/", back_channel_logout, name="back_channel_logout"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("too-large/", too_large, name="too_large"),
    path("api/v1/", include("apps.api.urls")),
    path("", include("apps.api.urls_oauth")),
    path("", include("apps.web.urls")),
]
handler400 = "apps.web.common.handlers.bad_request"
handler500 = "apps.web.common.handlers.server_error"
handler404 = "apps.web.common.handlers.not_found"
