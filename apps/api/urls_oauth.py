"""The addresses of the OAuth endpoints; the page on which people type the code is apps.web.account.devices."""

from django.urls import path

from apps.api import oauth

urlpatterns = [
    path("oauth/device/authorize", oauth.device_authorize, name="device_authorize"),
    path("oauth/token", oauth.token, name="oauth_token"),
    path("oauth/revoke", oauth.revoke, name="oauth_revoke"),
    path(".well-known/oauth-authorization-server", oauth.metadata, name="oauth_metadata"),
]
