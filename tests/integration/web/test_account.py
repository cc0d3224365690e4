"""A person's own corner of the portal."""

import uuid

import pytest
from django.test import Client

from apps.notifications.queries import notifications_of, unread_by
from apps.people.queries import has_accepted_terms
from apps.tokens.models import PersonalToken
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_account_page_shows_the_colleague_code_and_how_one_signs_in() -> None:
    person = stories.person()
    text = stories.client_for(person).get("/account/").content.decode()
    assert person.code in text
    assert person.identities.get().subject in text


def test_a_token_is_shown_once_and_made_once() -> None:
    person = stories.person()
    client = stories.client_for(person)
    form = {"name": "pipeline", "scopes": ["read"], "days": "30", "_once": str(uuid.uuid4())}
    answer = client.post("/account/tokens/", form)
    assert answer.status_code == 200
    assert answer.context["shown"] in answer.content.decode()
    assert client.post("/account/tokens/", form).status_code == 302
    assert answer.context["shown"] not in client.get("/account/tokens/").content.decode()
    assert PersonalToken.objects.filter(person=person).count() == 1


def test_a_refused_token_form_keeps_what_was_typed() -> None:
    client = stories.client_for(stories.person())
    for form in ({"name": "pipeline", "days": "30"}, {"name": "pipeline", "scopes": ["read"], "days": "many"}):
        answer = client.post("/account/tokens/", form)
        assert answer.status_code == 422
        assert 'value="pipeline"' in answer.content.decode()


def test_a_token_is_revoked_by_its_own_person() -> None:
    person = stories.person()
    stories.token(person)
    token = PersonalToken.objects.get(person=person)
    url = f"/account/tokens/{token.pk}/revoke/"
    assert stories.client_for(stories.person()).post(url).status_code == 404
    assert stories.client_for(person).post(url).status_code == 302
    assert "revoked" in stories.client_for(person).get("/account/tokens/").content.decode()


def test_the_terms_are_accepted_as_shown_and_the_person_goes_on_where_they_were() -> None:
    person, terms = stories.person(), stories.terms()
    client = stories.client_for(person)
    assert client.post("/account/terms/", {"version": terms.version}).status_code == 422
    accepted = {"version": terms.version, "accept": "on", "next": "/datasets/"}
    assert client.post("/account/terms/", accepted)["Location"] == "/datasets/"
    assert has_accepted_terms(person)
    stories.terms("New terms.")
    assert client.post("/account/terms/", accepted).status_code == 409


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "", "javascript:alert(1)"])
def test_accepting_never_leads_out_of_the_portal(target: str) -> None:
    terms = stories.terms()
    form = {"version": terms.version, "accept": "on", "next": target}
    assert stories.client_for(stories.person()).post("/account/terms/", form)["Location"] == "/account/terms/"


def test_the_terms_speak_danish_and_an_empty_page_says_so() -> None:
    client = stories.client_for(stories.person())
    assert "No terms of use are published yet" in client.get("/account/terms/").content.decode()
    assert client.post("/account/terms/", {}).status_code == 200
    stories.terms()
    assert "Brug data med omtanke" in client.get("/account/terms/", HTTP_ACCEPT_LANGUAGE="da").content.decode()


def test_notifications_are_read_one_by_one_or_all_at_once() -> None:
    case = stories.returned()
    client = stories.client_for(case.applicant)
    first = notifications_of(case.applicant)[0]
    assert first.subject in client.get("/notifications/").content.decode()
    assert first.body.split("\n")[0] in client.get(f"/notifications/{first.pk}/").content.decode()
    assert unread_by(case.applicant).filter(pk=first.pk).exists()
    assert client.post("/notifications/read/", {"notification": str(first.pk)}).status_code == 302
    assert not unread_by(case.applicant).filter(pk=first.pk).exists()
    client.post("/notifications/read/", {})
    assert not unread_by(case.applicant).exists()
    assert client.post("/notifications/read/", {"notification": "one"}).status_code == 404


def test_notifications_of_others_are_not_found() -> None:
    case = stories.returned()
    notification = notifications_of(case.applicant)[0]
    assert stories.client_for(stories.person()).get(f"/notifications/{notification.pk}/").status_code == 404
    client = stories.client_for(case.applicant)
    assert client.get(f"/notifications/?after=2020-01-01T00:00:00Z~{notification.event_id}").status_code == 200
    answer = client.get("/notifications/?after=soon")
    assert answer.status_code == 200
    assert len(answer.context["list"].problems) == 1


def test_notifications_are_filtered_by_read_topic_and_words() -> None:
    case = stories.returned()
    client, notification = stories.client_for(case.applicant), notifications_of(case.applicant)[0]
    for query, found in (("read=no", 1), ("read=yes", 0), ("topic=requests", 1), ("topic=access", 0), ("q=zzz", 0)):
        rows = client.get(f"/notifications/?{query}").context["list"].rows
        assert (notification in rows) is bool(found), query


def test_the_language_is_stored_for_notifications_too() -> None:
    person = stories.person()
    client = stories.client_for(person)
    client.post("/language/", {"language": "da", "next": "/account/"})
    person.refresh_from_db()
    assert person.language == "da"
    client.post("/language/", {"language": "xx", "next": "/account/"})
    person.refresh_from_db()
    assert person.language == "da"
    assert Client().post("/language/", {"language": "da", "next": "/"}).status_code == 302


def test_a_sign_in_that_failed_ends_on_a_plain_page_with_a_reference() -> None:
    answer = Client().get("/sign-in/refused/")
    assert answer.status_code == 403
    assert answer["X-Request-Reference"] in answer.content.decode()
