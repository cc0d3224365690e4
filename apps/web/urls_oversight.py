"""Addresses of those who watch over the portal."""

from django.urls import path

from apps.web import oversight, oversight_operations, oversight_roles

urlpatterns = [
    path("oversight/events/", oversight.events, name="events"),
    path("oversight/roles/", oversight_roles.claimed_roles, name="claimed_roles"),
    path("operations/", oversight_operations.operations, name="operations"),
    path("operations/downloads/freeze/", oversight_operations.freeze, name="downloads_freeze"),
    path("operations/downloads/propose-thaw/", oversight_operations.propose_thaw, name="thaw_propose"),
    path("operations/downloads/confirm-thaw/", oversight_operations.confirm_thaw, name="thaw_confirm"),
]
