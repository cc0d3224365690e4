"""Asking for data, signing for it, and what came of it."""

from django.urls import path

from apps.web import researcher, researcher_agreements, researcher_edit, researcher_grants

urlpatterns = [
    path("requests/", researcher.my_requests, name="my_requests"),
    path("requests/new/", researcher_edit.request_new, name="request_new"),
    path("requests/<uuid:pk>/", researcher.request_page, name="request_page"),
    path("requests/<uuid:pk>/edit/", researcher_edit.request_edit, name="request_edit"),
    path("requests/<uuid:pk>/datasets/", researcher_edit.request_add, name="request_add"),
    path("requests/<uuid:pk>/autosave/", researcher_edit.request_autosave, name="request_autosave"),
    path("requests/<uuid:pk>/submit/", researcher_edit.request_submit, name="request_submit"),
    path("requests/<uuid:pk>/withdraw/", researcher.request_withdraw, name="request_withdraw"),
    path("requests/<uuid:pk>/questions/<uuid:question>/answer/", researcher.request_answer, name="request_answer"),
    path("agreements/", researcher_agreements.agreements, name="agreements"),
    path("agreements/<uuid:pk>/", researcher_agreements.agreement_page, name="agreement_page"),
    path("agreements/<uuid:pk>/sign/", researcher_agreements.agreement_sign, name="agreement_sign"),
    path(
        "agreements/<uuid:pk>/countersign/", researcher_agreements.agreement_countersign, name="agreement_countersign"
    ),
    path("agreements/<uuid:pk>/terminate/", researcher_agreements.agreement_terminate, name="agreement_terminate"),
    path("agreements/<uuid:pk>/pdf/", researcher_agreements.agreement_pdf, name="agreement_pdf"),
    path("grants/", researcher_grants.my_grants, name="my_grants"),
    path("grants/<uuid:pk>/", researcher_grants.grant_page, name="grant_page"),
    path("grants/<uuid:pk>/give-back/", researcher_grants.grant_give_back, name="grant_give_back"),
]
