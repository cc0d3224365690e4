"""Nothing typed is lost when the session ends, or another tab signs in, before it is sent."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.identity.commands.sessions import begin_session, end_session_of_key
from apps.identity.models import PersonSession
from apps.people.models import Person
from tests import stories
from tests.identity.test_step_up import _form

pytestmark = pytest.mark.django_db
WORDS = "Age and grade, in three groups that were fixed beforehand."
OURS = {"Referer": "http://testserver/account/", "Origin": "http://testserver"}


def _ended(client: Client, person: Person) -> None:
    """The session of this browser ends without the person's action, as an idle one does."""
    key = str(client.session.session_key)
    end_session_of_key(key, because=PersonSession.Ended.REPLACED, by=person)


def _enter(client: Client, person: Person) -> None:
    """The same browser signs in, as the callback does: what its session kept goes with it under another key."""
    client.force_login(person, backend="apps.identity.oidc.backend.InstitutionalSignIn")
    session = client.session
    session.save()
    begin_session(person, key=str(session.session_key), sign_in=stories.fresh_sign_in(), by=person)


def _answer() -> tuple[Any, str, dict[str, str], Callable[[], str]]:
    case = stories.returned()
    question = case.question
    assert question is not None
    path = reverse("request_answers", args=[case.request.pk])

    def kept() -> str:
        question.refresh_from_db()
        return str(question.answer)

    return case, path, {f"answer_{question.pk.hex}": WORDS, "_once": str(uuid4())}, kept


def test_what_was_typed_in_a_session_that_ended_waits_for_the_person() -> None:
    case, path, fields, kept = _answer()
    client = stories.client_for(case.applicant)
    _ended(client, case.applicant)
    answer = client.post(path, fields, headers=OURS)
    assert answer.status_code == 302
    assert answer["Location"] == "/oidc/authenticate/?next=%2Fsign-in%2Fcontinue%2F"
    _enter(client, case.applicant)
    page = client.get(reverse("sign_in_continue"))
    assert WORDS in page.content.decode()
    assert kept() == ""  # coming back sends nothing
    assert client.post(path, _form(page, path)).status_code == 302
    assert kept() == WORDS
    assert client.get(reverse("sign_in_continue")).status_code == 302  # and it is kept no longer


def test_the_press_of_a_button_is_nothing_typed() -> None:
    case, _path, _fields, _kept = _answer()
    client = stories.client_for(case.applicant)
    _ended(client, case.applicant)
    answer = client.post(reverse("request_withdraw", args=[case.request.pk]), {"_once": str(uuid4())}, headers=OURS)
    assert answer["Location"] == "/oidc/authenticate/?next=%2Faccount%2F"


def test_nobody_else_at_the_same_browser_reads_what_was_typed() -> None:
    case, path, fields, kept = _answer()
    client = stories.client_for(case.applicant)
    _ended(client, case.applicant)
    client.post(path, fields, headers=OURS)
    _enter(client, case.committee_setup.chair)
    page = client.get(reverse("sign_in_continue"))
    assert page.status_code == 302
    assert kept() == ""


def test_a_visitor_without_a_session_leaves_nothing_behind() -> None:
    _case, path, fields, _kept = _answer()
    client = Client()
    answer = client.post(path, fields, headers=OURS)
    assert answer["Location"] == "/oidc/authenticate/?next=%2Faccount%2F"
    assert not client.session.keys()


def test_a_form_from_before_the_last_sign_in_waits_for_one_click() -> None:
    """A sign-in in another tab renews the token of all forms; the first tab's is refused, and what it holds is kept."""
    case, path, fields, kept = _answer()
    client = stories.client_for(case.applicant, enforce_csrf_checks=True)
    answer = client.post(path, fields | {"csrfmiddlewaretoken": "x" * 64}, headers=OURS)
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "one click" in text
    assert "CSRF verification" not in text
    page = client.get(reverse("sign_in_continue"))
    assert WORDS in page.content.decode()
    assert kept() == ""
    assert client.post(path, _form(page, path), headers=OURS).status_code == 302
    assert kept() == WORDS


@pytest.mark.parametrize("sent_from", [{}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}])
def test_what_another_site_sends_is_refused_and_not_kept(sent_from: dict[str, str]) -> None:
    case, path, fields, kept = _answer()
    client = stories.client_for(case.applicant, enforce_csrf_checks=True)
    answer = client.post(path, fields, headers=sent_from)
    assert answer.status_code == 403
    assert "one click" not in answer.content.decode()
    assert client.get(reverse("sign_in_continue")).status_code == 302
    assert kept() == ""


def test_a_script_gets_a_problem_document_when_the_page_is_old() -> None:
    case = stories.draft()
    client = stories.client_for(case.applicant, enforce_csrf_checks=True)
    answer = client.post(f"/requests/{case.request.pk}/autosave/", {}, headers=OURS | {"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert "Reload" in answer.json()["detail"]
