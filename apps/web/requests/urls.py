"""Addresses of access requests, for applicants."""

from django.urls import path

from apps.web.requests import discard, edit, my_requests, thread, views

urlpatterns = [
    path("requests/", my_requests.my_requests, name="my_requests"),
    path("datasets/<slug:slug>/request/", edit.request_begin, name="request_begin"),
    path("requests/new/", edit.request_new, name="request_new"),
    path("requests/<uuid:pk>/", views.request_page, name="request_page"),
    path("requests/<uuid:pk>/edit/", edit.request_edit, name="request_edit"),
    path("requests/<uuid:pk>/copy/", edit.request_copy, name="request_copy"),
    path("requests/<uuid:pk>/datasets/", edit.request_add, name="request_add"),
    path("requests/<uuid:pk>/autosave/", edit.request_autosave, name="request_autosave"),
    path("requests/<uuid:pk>/submit/", edit.request_submit, name="request_submit"),
    path("requests/<uuid:pk>/discard/", discard.request_discard, name="request_discard"),
    path("requests/<uuid:pk>/withdraw/", views.request_withdraw, name="request_withdraw"),
    path("requests/<uuid:pk>/answers/", views.request_answers, name="request_answers"),
    path("requests/<uuid:pk>/messages/", thread.request_message, name="request_message"),
    path("requests/<uuid:pk>/messages/<uuid:message>/withdraw/", thread.message_withdraw, name="message_withdraw"),
]
