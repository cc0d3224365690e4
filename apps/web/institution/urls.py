"""Addresses for signing officials of an institution."""

from django.urls import path

from apps.web.institution import agreements, views

PERSON = "institution/<uuid:institution>/people/<uuid:pk>/"

urlpatterns = [
    path("institution/", views.institution_people, name="institution_people"),
    path("institution/agreements/", agreements.institution_agreements, name="institution_agreements"),
    path(f"{PERSON}confirm/", views.affiliation_confirm, name="affiliation_confirm"),
    path(f"{PERSON}end/", views.affiliation_end, name="affiliation_end"),
]
