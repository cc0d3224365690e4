"""Addresses of the help, of the contact, and of the texts that the operator writes."""

from django.urls import path

from apps.web.help import views

urlpatterns = [
    path("help/", views.help_start, name="help"),
    path("help/<slug:slug>/", views.help_page, name="help_page"),
    path("contact/", views.contact, name="contact"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("system-status/texts/<str:kind>/<str:language>/", views.site_text_edit, name="site_text_edit"),
]
