"""Addresses of the forms of a committee."""

from django.urls import path

from apps.web.forms import builder, publishing, transfer

PREFIX = "committees/<slug:slug>/forms/"
urlpatterns = [
    path(PREFIX, builder.committee_forms, name="committee_forms"),
    path(f"{PREFIX}<uuid:pk>/", builder.form_builder, name="form_builder"),
    path(f"{PREFIX}<uuid:pk>/questions/<slug:key>/", builder.form_question, name="form_question"),
    path(f"{PREFIX}<uuid:pk>/preview/", builder.form_preview, name="form_preview"),
    path(f"{PREFIX}<uuid:pk>/publish/", publishing.form_publish, name="form_publish"),
    path(f"{PREFIX}<uuid:pk>/withdraw/", publishing.form_withdraw, name="form_withdraw"),
    path(f"{PREFIX}<uuid:pk>/discard/", publishing.form_discard, name="form_discard"),
    path(f"{PREFIX}<uuid:pk>/import/", transfer.form_import, name="form_import"),
    path(f"{PREFIX}<uuid:pk>/export/", transfer.form_export, name="form_export"),
]
