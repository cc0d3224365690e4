"""Addresses of the committee desk."""

from django.urls import path

from apps.web import committee, committee_case

urlpatterns = [
    path("desk/", committee.desk, name="desk"),
    path("desk/<uuid:pk>/", committee_case.case, name="case"),
    path("desk/<uuid:pk>/screen/", committee_case.screen, name="case_screen"),
    path("desk/<uuid:pk>/return/", committee_case.return_with_question, name="case_return"),
    path("desk/<uuid:pk>/step-aside/", committee_case.step_aside, name="case_step_aside"),
    path("desk/<uuid:pk>/items/<uuid:item>/vote/", committee_case.vote, name="vote"),
    path("committees/<slug:slug>/manage/", committee.manage, name="committee_manage"),
]
