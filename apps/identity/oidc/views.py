"""Back from the institution: what comes back counts only together with what was sent out; and out of the portal."""

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCLogoutView

from apps.core import zones
from apps.core.addresses import absolute_where_visited
from apps.core.errors import DomainError
from apps.identity.commands.sessions import begin_session, end_session_of_key, rekey_session
from apps.identity.commands.sign_ins import record_sign_in, record_sign_out
from apps.identity.models import PersonSession
from apps.identity.oidc import discovery, interrupted, silent_recheck
from apps.identity.oidc.authorize import LINKING, LONGEST_ANSWER, LONGEST_SITTING, SESSION, STATES, SignInStart
from apps.identity.oidc.checks import Untrusted, answer_faults
from apps.identity.oidc.client_info import browser_family
from apps.identity.oidc.errors import refused
from apps.identity.oidc.provider_checks import report_success
from apps.people.commands.people import choose_language, choose_time_zone
from apps.people.models import Provider
from apps.people.queries import missing_details, providers
from apps.people.sign_in import SignIn


class SignInCallback(OIDCAuthenticationCallbackView):
    """Back from the institution."""

    provider: Provider | None = None
    entry: dict[str, Any]

    def get(self, request: HttpRequest) -> HttpResponse:
        self.entry = {"next": "/", "silent": ""}
        try:
            self._check(request)
            interrupted.note_begin(request, self.entry)
            answer: HttpResponse = super().get(request)
        except Untrusted as fault:
            return self._refused(fault.code)
        except SuspiciousOperation:  # the session ended while the provider was asked
            return self._refused("state")
        except DomainError:  # the account, the identity or the session at the provider ended meanwhile
            logout(request)
            self.request.actor = self.request.user  # the page of the refusal is a visitor's
            return self._refused("overtaken")
        return answer

    def _refused(self, code: str) -> HttpResponse:
        """A sign-in ends on its page; a silent question ends where the person was, and the roles rest."""
        if code == "state" and (start := interrupted.address_to_start_again(self.request)):
            return HttpResponseRedirect(start)
        interrupted.note_end(self.request)
        session = silent_recheck.session_of(self.request)
        if self.entry["silent"] and session is not None:
            if str(session.pk) == self.entry["silent"]:  # else somebody signed in again meanwhile, which says more
                silent_recheck.record_recheck(self.request, code)
            return HttpResponseRedirect(self.entry["next"])
        again = bool(self.entry.get("again")) and not self.entry.get("link")
        return refused(self.request, self.provider, code, next_path=self.entry["next"], again=again)

    def _check(self, request: HttpRequest) -> None:
        """The answer fits a question of this browser's, not too long ago, to a provider that still counts."""
        said = {name: request.GET.getlist(name) for name in LONGEST_ANSWER if name in request.GET}
        if any(len(values) != 1 or len(values[0]) > LONGEST_ANSWER[name] for name, values in said.items()):
            raise Untrusted("answer_form")
        one = {name: values[0] for name, values in said.items()}
        entry = request.session.get(STATES, {}).get(one.get("state", ""))
        if not isinstance(entry, dict):
            raise Untrusted("state")
        blank = {"next": "/", "again": False, "factor": False, "link": "", "silent": "", "asked_at": 0}
        self.entry = blank | entry
        try:
            self._check_entry(request, one)
        except Untrusted:  # an answer counts once, also one that is refused
            del request.session[STATES][one["state"]]
            request.session.modified = True
            raise
        request.sign_in_begun = (self.provider, self.entry)  # type: ignore[attr-defined]

    def _check_entry(self, request: HttpRequest, said: dict[str, str]) -> None:
        self.provider = providers().filter(slug=self.entry.get("provider", "")).first()
        if self.provider is None:
            raise Untrusted("provider")
        if not 0 <= time.time() - self.entry["added_on"] <= LONGEST_SITTING:
            raise Untrusted("expired_start")
        if self.entry.get("redirect_uri") != absolute_where_visited(request, request.path):
            raise Untrusted("redirect")
        promised = discovery.document_of(self.provider).get("authorization_response_iss_parameter_supported", False)
        faults = answer_faults(said, issuer=self.provider.issuer, promises_issuer=promised)
        if faults:
            raise Untrusted(faults[0])

    def login_success(self) -> HttpResponse:
        """The session gets a new key at every sign-in, also at one in the middle of a session.

        Adding an identity leaves the facts of the session's own sign-in as they are: what the other provider said is
        not the first one's word, and each is sent only the ID token that it signed itself.
        """
        request, facts = self.request, self.request.sign_in
        interrupted.note_end(request)
        old_key = request.session.session_key or ""
        if self.entry["silent"]:
            if silent_recheck.follow(request, request.person_session, said=request.sign_in_said):
                self._rekey(old_key)  # whoever may do more than before does it under a new key
            return HttpResponseRedirect(self.entry["next"])
        if self.entry["link"]:
            request.session.pop(LINKING, None)
            self._rekey(old_key)
        else:
            session = self._begin_session(old_key)
            silent_recheck.follow(request, session, said=request.sign_in_said)
            request.session[SESSION] = facts | {"factor_asked": self.entry["factor"]}
        assert self.provider is not None  # _check has found it
        report_success(self.provider)
        record_sign_in(self.user, issuer=facts["issuer"], acr=facts["acr"], by=self.user)
        answer = HttpResponseRedirect(self._next_page())
        self._keep_language_and_time_zone(answer)
        return answer

    def _keep_language_and_time_zone(self, answer: HttpResponse) -> None:
        """The first sign-in keeps the language that was shown, for e-mails too; later the account's language is shown
        where no other was chosen. A time zone that the browser says is kept until the person chooses one.
        """
        cookies, person = self.request.COOKIES, self.user
        if getattr(self.request, "sign_in_first", False):
            choose_language(person, language=get_language() or settings.LANGUAGE_CODE, by=person)
        elif settings.LANGUAGE_COOKIE_NAME not in cookies:
            _show_in(person.language, answer)
        if not person.time_zone and zones.is_known(cookies.get(zones.COOKIE, "")):
            choose_time_zone(person, time_zone=cookies[zones.COOKIE], by=person)

    def _next_page(self) -> str:
        """Where the person wanted to go; before that, who has no name is asked for it."""
        person = self.user
        if not person.name and not self.entry["link"]:
            return f"{reverse('account_name')}?{urlencode({'next': self.entry['next']})}"
        if getattr(self.request, "sign_in_first", False) and missing_details(person):
            messages.warning(
                self.request,
                _("Your institution did not send all details that Gatehouse needs. Your Account page lists them."),
            )
        return str(self.entry["next"])

    def _rekey(self, old_key: str) -> None:
        self.request.session.cycle_key()
        rekey_session(old_key, key=self.request.session.session_key or "", by=self.user)

    def _begin_session(self, old_key: str) -> PersonSession:
        """A sign-in begins a session under a key nobody has seen; one in the middle of a session replaces it."""
        request = self.request
        if request.user.is_authenticated:
            end_session_of_key(old_key, because=PersonSession.Ended.REPLACED, by=request.user)
        super().login_success()
        request.actor = request.user  # no cache keeps the answer that carries a person's new session
        request.session.set_expiry(None)
        request.session["oidc_id_token"] = request.sign_in_token
        request.session.cycle_key()
        return begin_session(
            self.user,
            key=request.session.session_key or "",
            sign_in=sign_in_of(request.sign_in),
            provider=self.provider,
            subject=request.sign_in_subject,
            sid=request.sign_in_sid,
            asked_at=datetime.fromtimestamp(self.entry["asked_at"], tz=UTC),
            issued_at=request.sign_in_issued,
            browser=browser_family(request),
            by=self.user,
        )

    def login_failure(self) -> HttpResponse:
        """Never reached with anything done: whatever failed is raised, written down once and shown."""
        raise Untrusted(getattr(self.request, "sign_in_fault", "refused"))


def _show_in(language: str, answer: HttpResponse) -> None:
    """Later pages in this browser are in this language, as if it had been chosen in the menu."""
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


class SignOut(OIDCLogoutView):
    """Out of the portal, and on to the provider's own sign-out."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            key = request.session.session_key or ""
            end_session_of_key(key, because=PersonSession.Ended.SIGNED_OUT, by=request.user)
            record_sign_out(request.user, by=request.user)
        answer: HttpResponse = super().post(request)
        return answer


def signed_in(request: HttpRequest) -> SignIn:
    """The facts of the sign-in behind this session; without any, one that is too old for every purpose."""
    return sign_in_of(request.session.get(SESSION) or {})


def sign_in_of(kept: dict[str, Any]) -> SignIn:
    """The same, out of what a session keeps."""
    facts: dict[str, Any] = {"issuer": "", "acr": "", "auth_time": 0} | kept
    return SignIn(
        issuer=facts["issuer"],
        acr=facts["acr"],
        auth_time=datetime.fromtimestamp(facts["auth_time"], tz=UTC),
        amr=tuple(facts.get("amr", ())),
        assurance=tuple(facts.get("assurance", ())),
        second_factor=facts.get("second_factor") is True,
    )


sign_in_start = SignInStart.as_view()

sign_in_callback = SignInCallback.as_view()

sign_out = SignOut.as_view()

sign_in_callback.writes_on_get = True

sign_in_start.writes_on_get = True
