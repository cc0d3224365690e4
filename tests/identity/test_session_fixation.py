"""What an intruder would leave behind: a session that never idles, a token, a second way in, rows without end."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.core import clock
from apps.core.errors import WrongState
from apps.identity.commands.identities import deactivate, merge_people, reactivate, split_identity
from apps.identity.models import PersonSession
from apps.notifications.models import Notification
from apps.people.models import Identity, Person
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider
from tests.identity.test_back_channel import is_in

pytestmark = pytest.mark.django_db
REASON = "The second identity belongs to somebody else."


@pytest.mark.parametrize(("asks", "minutes"), [({"X-Poll": "1"}, 20), ({}, 0)])
def test_a_page_that_looks_for_news_by_itself_keeps_no_session_alive(asks: dict[str, str], minutes: int) -> None:
    """T25: a page left open asks every two seconds; only what a person does is use (the second case, the control)."""
    client = stories.client_for(stories.person())
    now = clock.now()
    PersonSession.objects.update(started_at=now - timedelta(hours=1), seen_at=now - timedelta(minutes=20))
    assert client.get("/account/", headers=asks).status_code == 200
    age = clock.now() - PersonSession.objects.get().seen_at
    assert round(age.total_seconds() / 60) == minutes


def test_a_split_leaves_the_other_one_no_token_and_no_link(provider: Provider) -> None:
    """Made while the identity was wrongly theirs, by whoever had it: only the first person's next sign-in goes on."""
    access = stories.linked()
    Identity.objects.create(person=access.holder, issuer=provider.issuer, subject="ann", provider=browser.row(provider))
    intruder = Identity.objects.create(person=access.holder, issuer="https://other.example", subject="x")
    call = {"headers": {"Authorization": f"Bearer {stories.token(access.holder)}"}}
    assert Client().get("/api/v1/me", **call).status_code == 200
    assert Client().get(f"/d/{access.token}/x").status_code == 200
    split_identity(intruder, by=stories.operator(), reason=REASON)
    assert Client().get("/api/v1/me", **call).status_code == 401
    assert Client().get(f"/d/{access.token}/x").status_code == 410
    client = Client()
    browser.sign_in(client, provider)
    assert browser.person_in(client) == access.holder
    assert Client().get("/api/v1/me", **call).status_code == 401
    again = {"headers": {"Authorization": f"Bearer {stories.token(access.holder)}"}}
    assert Client().get("/api/v1/me", **again).status_code == 200  # the control: a new one works


def test_a_merged_account_does_not_come_back_with_its_tokens() -> None:
    """Its identities lead elsewhere, and so do its person's votes: opened again it would be a second person."""
    gone, kept, operator = stories.person(), stories.person(), stories.operator()
    call = {"headers": {"Authorization": f"Bearer {stories.token(gone)}"}}
    merge_people(gone, into=kept, by=operator, reason=REASON)
    with pytest.raises(WrongState, match="cannot be reopened"):
        reactivate(gone, by=operator)
    assert Client().get("/api/v1/me", **call).status_code == 401
    deactivate(kept, by=operator)
    reactivate(kept, by=operator)  # the control
    assert Person.objects.get(pk=kept.pk).is_active


def test_a_second_identity_is_notified_to_the_address_of_the_first(
    provider: Provider, second: Provider, client: Client
) -> None:
    """Somebody at an open browser, within ten minutes of the sign-in, adds an identity of their own."""
    browser.sign_in(client, provider, provider="nordvik")
    client.post(reverse("identity_link"))
    second.person |= {"sub": "intruder", "email": "intruder@saarela.example"}
    browser.sign_in(client, second, provider="saarela", link="1")
    stories.drain()
    notification = Notification.objects.get(kind="identity.linked")
    assert notification.reader == Person.objects.get()
    assert notification.reader.email == "ann@nordvik.example"
    assert "Saarela Institute" in notification.body


def test_who_sets_out_and_never_comes_back_leaves_a_row_for_a_quarter_of_an_hour(
    provider: Provider, client: Client
) -> None:
    """A flood of starts is swept up with the next tidying; a person's own session is not cut by it."""
    answer = browser.start(client)
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 15 * 60
    row = Session.objects.get()
    assert row.expire_date - clock.now() <= timedelta(minutes=15)
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    call_command("clearsessions")
    assert not Session.objects.exists()
    answer = browser.sign_in(client, provider)
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
    assert Session.objects.get().expire_date - clock.now() > timedelta(hours=11)
    assert is_in(client)
