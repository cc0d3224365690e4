"""Finding one's institution, and the identities a person signs in with."""

from django.urls import path

from apps.web import break_glass, sign_in, step_up

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("break-glass/", break_glass.break_glass, name="break_glass"),
    path("sign-in/continue/", step_up.sign_in_continue, name="sign_in_continue"),
    path("account/identities/", sign_in.identities, name="identities"),
    path("account/identities/link/", sign_in.identity_link, name="identity_link"),
]
