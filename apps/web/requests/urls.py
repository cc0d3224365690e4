"""Addresses of access requests, for applicants."""

from django.urls import path

from apps.web.requests import (
    appeals,
    attachments,
    conditions,
    discard,
    edit,
    files,
    form_versions,
    my_requests,
    purpose_views,
    thread,
    views,
)

urlpatterns = [
    path("requests/", my_requests.my_requests, name="my_requests"),
    path("datasets/<slug:slug>/request/", edit.request_begin, name="request_begin"),
    path("requests/new/", edit.request_new, name="request_new"),
    path("requests/import/", files.request_import, name="request_import"),
    path("requests/<uuid:pk>/rounds/<int:number>/request.<str:kind>", files.request_file, name="request_file"),
    path("requests/<uuid:pk>/", views.request_page, name="request_page"),
    path("requests/<uuid:pk>/edit/", edit.request_edit, name="request_edit"),
    path("requests/<uuid:pk>/copy/", edit.request_copy, name="request_copy"),
    path("requests/<uuid:pk>/revise/", appeals.request_revise, name="request_revise"),
    path("requests/<uuid:pk>/datasets/", edit.request_add, name="request_add"),
    path("requests/<uuid:pk>/autosave/", edit.request_autosave, name="request_autosave"),
    path("requests/<uuid:pk>/match/", purpose_views.request_match, name="request_match"),
    path("requests/<uuid:pk>/purpose/", purpose_views.request_reuse_purpose, name="request_reuse_purpose"),
    path("requests/<uuid:pk>/forms/<uuid:version>/", form_versions.request_form_version, name="request_form_version"),
    path("requests/<uuid:pk>/submit/", edit.request_submit, name="request_submit"),
    path("requests/<uuid:pk>/discard/", discard.request_discard, name="request_discard"),
    path("requests/<uuid:pk>/withdraw/", views.request_withdraw, name="request_withdraw"),
    path("requests/<uuid:pk>/items/<uuid:item>/appeal/", appeals.request_appeal, name="request_appeal"),
    path("requests/<uuid:pk>/items/<uuid:item>/appeal/withdraw/", appeals.appeal_withdraw, name="appeal_withdraw"),
    path("requests/<uuid:pk>/conditions/<uuid:condition>/", conditions.report_condition, name="condition_report"),
    path("requests/<uuid:pk>/answers/", views.request_answers, name="request_answers"),
    path("requests/<uuid:pk>/messages/", thread.request_message, name="request_message"),
    path("requests/<uuid:pk>/messages/<uuid:message>/withdraw/", thread.message_withdraw, name="message_withdraw"),
    path("requests/<uuid:pk>/documents/", attachments.request_documents, name="request_documents"),
    path("requests/<uuid:pk>/documents/<uuid:document>/", attachments.document_open, name="document_open"),
    path("requests/<uuid:pk>/documents/<uuid:document>/remove/", attachments.document_remove, name="document_remove"),
]
