"""The page of one's sessions at its edges: forms sent twice, sessions that ended meanwhile, browsers nobody knows."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import Denied
from apps.identity.commands.sessions import end_all_sessions, end_session
from apps.identity.models import PersonSession
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
LIST, ALL = "/account/sessions/", "/account/sessions/end-all/"


def session_in(client: Client) -> PersonSession:
    """The row behind this browser."""
    shown = client.get(LIST).context["rows"]
    found: PersonSession = next(row["session"] for row in shown if row["is_here"])
    return found


def end(client: Client, session: PersonSession, key: str = "") -> Any:
    return client.post(reverse("session_end", args=[session.pk]), {"_once": key or str(uuid.uuid4())})


def ended(person: Person) -> int:
    return Event.objects.filter(kind="session.ended", actor_id=person.pk).count()


def test_t27_the_same_form_sent_twice_ends_one_session_and_answers_alike() -> None:
    """T27."""
    person, key = stories.person(), str(uuid.uuid4())
    here, there = stories.client_for(person), stories.client_for(person)
    other = session_in(there)
    first, second = (end(here, other, key) for _turn in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, LIST)
    assert ended(person) == 1
    assert there.get(LIST).status_code == 302 and here.get(LIST).status_code == 200


def test_a_form_of_one_session_does_not_end_another_under_the_same_key() -> None:
    """What was said once about one session says nothing about the next."""
    person, key = stories.person(), str(uuid.uuid4())
    here, others = stories.client_for(person), [stories.client_for(person) for _ in range(2)]
    one, two = (session_in(client) for client in others)
    assert end(here, one, key).status_code == 302
    assert end(here, two, key).status_code == 422
    assert others[1].get(LIST).status_code == 200


def test_t27_ending_all_by_a_form_sent_twice_signs_out_once_and_leads_to_the_sign_in() -> None:
    """T27: the second sending comes from a browser that is signed out by then."""
    person, key = stories.person(), str(uuid.uuid4())
    here, there = stories.client_for(person), stories.client_for(person)
    first = here.post(ALL, {"_once": key})
    assert (first.status_code, first["Location"]) == (302, "/")
    second = here.post(ALL, {"_once": key})
    assert second.status_code == 302 and "/oidc/authenticate/" in second["Location"]
    assert ended(person) == 2
    assert there.get(LIST).status_code == 302


def test_a_key_of_before_does_not_keep_a_new_session_alive() -> None:
    """Whoever ended all, signed in and ends all again is out again: the new page has a new key."""
    person = stories.person()
    for _turn in range(2):
        client = stories.client_for(person)
        key = client.get(LIST).content.decode().split('name="_once" value="')[1][:36]
        assert client.post(ALL, {"_once": key}).status_code == 302
        assert client.get(LIST).status_code == 302
    assert not PersonSession.objects.alive().filter(person=person).exists()


def test_a_session_that_ended_meanwhile_is_gone_from_the_list_and_may_be_ended_again() -> None:
    person = stories.person()
    here, there = stories.client_for(person), stories.client_for(person)
    other = session_in(there)
    end_session(other, by=person)
    assert [row["is_here"] for row in here.get(LIST).context["rows"]] == [True]
    assert end(here, other).status_code == 302
    assert ended(person) == 1
    other.refresh_from_db()
    assert other.ended_because == PersonSession.Ended.BY_PERSON


def test_idle_sessions_are_not_listed_and_unknown_browsers_and_providers_have_a_word() -> None:
    person = stories.person()
    here, idle = stories.client_for(person), stories.client_for(person)
    old = session_in(idle)
    begun = clock.now() - timedelta(minutes=31)
    PersonSession.objects.filter(pk=old.pk).update(started_at=begun, seen_at=begun)
    page = here.get(LIST)
    assert len(page.context["rows"]) == 1
    assert "Unknown browser" in page.content.decode()


def test_ending_the_session_one_sits_in_is_signing_out_here() -> None:
    person = stories.person()
    here, there = stories.client_for(person), stories.client_for(person)
    answer = end(here, session_in(here))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "no-store" in answer["Cache-Control"]
    assert here.get(LIST).status_code == 302 and there.get(LIST).status_code == 200
    assert "You are signed out." in here.get("/").content.decode()


def test_the_list_costs_the_same_for_many_sessions() -> None:
    person, costs = stories.person(), []
    here = stories.client_for(person)
    for more in (0, 8):
        for _turn in range(more):
            stories.client_for(person)
        with CaptureQueriesContext(connection) as asked:
            assert len(here.get(LIST).context["rows"]) == 1 + more
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 12


def test_t27_nobody_ends_the_sessions_of_somebody_else() -> None:
    """T27: not by the command either, whatever page may call it one day."""
    person, other = stories.person(), stories.person()
    session = session_in(stories.client_for(person))
    with pytest.raises(Denied, match="belongs to another person"):
        end_session(session, by=other)
    with pytest.raises(Denied, match="your own account"):
        end_all_sessions(person, by=other)
    assert PersonSession.objects.alive().filter(person=person).exists()
