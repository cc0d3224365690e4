"""The few addresses that an OpenID provider needs."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path, re_path
from oauth2_provider import views as provider

from deploy.demo.identity_provider import views

protocol = [
    path("authorize/", provider.AuthorizationView.as_view(), name="authorize"),
    path("token/", provider.TokenView.as_view(), name="token"),
    path("revoke/", provider.RevokeTokenView.as_view(), name="revoke-token"),
    path("userinfo/", provider.UserInfoView.as_view(), name="user-info"),
    path("logout/", provider.RPInitiatedLogoutView.as_view(), name="rp-initiated-logout"),
    path(".well-known/jwks.json", provider.JwksInfoView.as_view(), name="jwks-info"),
    re_path(
        r"^\.well-known/openid-configuration$",
        provider.ConnectDiscoveryInfoView.as_view(),
        name="oidc-connect-discovery-info",
    ),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.SignIn.as_view(), name="sign-in"),
    path("leave/", LogoutView.as_view(next_page="/login/"), name="leave"),
    path("favicon.ico", views.no_icon, name="no-icon"),
    path("visas/jwks.json", views.visa_keys, name="visa-keys"),
    path("", include((protocol, "oauth2_provider"))),
]
