"""Endpoints that authorise programs by a code, and the metadata that describes them; the page for people is
apps.web.account.devices.
"""

from django.urls import path

from apps.api import oauth

urlpatterns = [
    path("oauth/device/authorize", oauth.device_authorize, name="device_authorize"),
    path("oauth/token", oauth.token, name="oauth_token"),
    path("oauth/revoke", oauth.revoke, name="oauth_revoke"),
    path(".well-known/oauth-authorization-server", oauth.metadata, name="oauth_metadata"),
]
