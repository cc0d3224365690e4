"""Addresses of the review queue, the cases and the committee's own page."""

from django.urls import path

from apps.web.committee import case, manage, queue

urlpatterns = [
    path("review/", queue.review_queue, name="review_queue"),
    path("review/<uuid:pk>/", case.case, name="case"),
    path("review/<uuid:pk>/accept/", case.accept_for_review, name="case_accept"),
    path("review/<uuid:pk>/request-changes/", case.request_changes, name="case_request_changes"),
    path("review/<uuid:pk>/recuse/", case.recuse, name="case_recuse"),
    path("review/<uuid:pk>/items/<uuid:item>/vote/", case.vote, name="vote"),
    path("committees/<slug:slug>/manage/", manage.manage, name="committee_manage"),
]
