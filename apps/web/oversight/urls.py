"""Addresses for auditors and operators."""

from django.urls import path

from apps.web.oversight import access_at, closing, events, people_search, person_record, roles, system_status

urlpatterns = [
    path("oversight/events/", events.events, name="events"),
    path("oversight/events/<int:number>/", events.event, name="event"),
    path("oversight/access/", access_at.access_at, name="access_at"),
    path("people/", people_search.people_search, name="people_search"),
    path("people/<str:code>/", person_record.person_record, name="person_record"),
    path("people/<str:code>/close/", closing.person_close, name="person_close"),
    path("people/<str:code>/end-access/<str:reach>/", person_record.person_end_access, name="person_end_access"),
    path("oversight/roles/", roles.claimed_roles, name="claimed_roles"),
    path("system-status/", system_status.operations, name="system_status"),
    path("system-status/downloads/stop/", system_status.freeze, name="downloads_stop"),
    path("system-status/downloads/propose-resume/", system_status.propose_resume, name="resume_propose"),
    path("system-status/downloads/confirm-resume/", system_status.confirm_resume, name="resume_confirm"),
]
