"""Addresses of data use agreements."""

from django.urls import path

from apps.web.agreements import my_agreements, views

urlpatterns = [
    path("agreements/", my_agreements.my_agreements, name="agreements"),
    path("agreements/<uuid:pk>/", views.agreement_page, name="agreement_page"),
    path("agreements/<uuid:pk>/sign/", views.agreement_sign, name="agreement_sign"),
    path("agreements/<uuid:pk>/countersign/", views.agreement_countersign, name="agreement_countersign"),
    path("agreements/<uuid:pk>/terminate/", views.agreement_terminate, name="agreement_terminate"),
    path("agreements/<uuid:pk>/pdf/", views.agreement_pdf, name="agreement_pdf"),
]
