"""Addresses of a person's account: tokens, devices, sessions, notifications, terms."""

from django.urls import path

from apps.web.account import (
    calendar,
    details,
    devices,
    mail_choice,
    notifications,
    service_accounts,
    sessions,
    tokens,
    views,
)

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/name/", details.account_name, name="account_name"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<uuid:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("account/calendar/", calendar.calendar_feed, name="calendar_feed"),
    path("calendar.ics", calendar.calendar_file, name="calendar_file"),
    path("account/services/", service_accounts.service_accounts, name="service_accounts"),
    path("account/services/<uuid:pk>/", service_accounts.service_account, name="service_account"),
    path("account/services/<uuid:pk>/end/", service_accounts.service_account_end, name="service_account_end"),
    path("device/", devices.device, name="device"),
    path("device/<uuid:pk>/", devices.device_answer, name="device_answer"),
    path("account/sessions/", sessions.sessions, name="sessions"),
    path("account/sessions/end-all/", sessions.sessions_end_all, name="sessions_end_all"),
    path("account/sessions/<uuid:pk>/end/", sessions.session_end, name="session_end"),
    path("notifications/", notifications.inbox, name="notifications"),
    path("notifications/read/", notifications.notifications_read, name="notifications_read"),
    path("notifications/settings/", mail_choice.mail_choice, name="mail_choice"),
    path("notifications/<uuid:pk>/", notifications.notification, name="notification"),
    path("account/terms/", views.terms, name="terms"),
    path("terms/<int:version>/", views.terms_version, name="terms_version"),
    path("sign-in/refused/", views.sign_in_refused, name="sign_in_refused"),
    path("account/time-zone/", views.set_time_zone, name="set_time_zone"),
    path("language/", views.set_language, name="set_language"),
]
