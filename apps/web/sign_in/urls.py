"""Addresses for signing in, confirming a sign-in, and the identities of a person."""

from django.urls import path

from apps.web.sign_in import break_glass, step_up, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("break-glass/", break_glass.break_glass, name="break_glass"),
    path("sign-in/continue/", step_up.sign_in_continue, name="sign_in_continue"),
    path("account/identities/", views.identities, name="identities"),
    path("account/identities/link/", views.identity_link, name="identity_link"),
]
