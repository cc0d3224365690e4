"""A person's own corner: who they are here, their tokens, letters, terms and institution."""

from django.urls import path

from apps.web import (
    account,
    account_devices,
    account_institution,
    account_letters,
    account_services,
    account_sessions,
    account_tokens,
)

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/tokens/", account_tokens.tokens, name="tokens"),
    path("account/tokens/<uuid:pk>/revoke/", account_tokens.token_revoke, name="token_revoke"),
    path("account/services/", account_services.service_accounts, name="service_accounts"),
    path("account/services/<uuid:pk>/", account_services.service_account, name="service_account"),
    path("account/services/<uuid:pk>/end/", account_services.service_account_end, name="service_account_end"),
    path("device/", account_devices.device, name="device"),
    path("device/<uuid:pk>/", account_devices.device_answer, name="device_answer"),
    path("account/sessions/", account_sessions.sessions, name="sessions"),
    path("account/sessions/end-all/", account_sessions.sessions_end_all, name="sessions_end_all"),
    path("account/sessions/<uuid:pk>/end/", account_sessions.session_end, name="session_end"),
    path("account/inbox/", account_letters.inbox, name="inbox"),
    path("account/inbox/read/", account_letters.letters_read, name="letters_read"),
    path("account/inbox/<uuid:pk>/", account_letters.letter, name="letter"),
    path("account/terms/", account.terms, name="terms"),
    path("terms/<int:version>/", account.terms_version, name="terms_version"),
    path("sign-in/refused/", account.sign_in_refused, name="sign_in_refused"),
    path("language/", account.set_language, name="set_language"),
    path("institution/", account_institution.institution_people, name="institution_people"),
    path(
        "institution/<uuid:institution>/people/<uuid:pk>/affirm/",
        account_institution.affiliation_affirm,
        name="affiliation_affirm",
    ),
    path(
        "institution/<uuid:institution>/people/<uuid:pk>/end/",
        account_institution.affiliation_end,
        name="affiliation_end",
    ),
]
