"""Service accounts: pipelines that act for their owner, within the owner's rights, until one of four ends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.identity.commands.identities import deactivate
from apps.notifications.models import Notification
from apps.people.commands.affiliations import end_affiliation
from apps.people.models import Person
from apps.tokens.commands.tokens import end_service_account, make_service_account, make_service_token, revoke_token
from apps.tokens.models import PersonalToken, ServiceAccount
from apps.web.common.history import timeline
from tests import stories

pytestmark = pytest.mark.django_db
PURPOSE = "Runs every night on the analysis server."


def pipeline(owner: Person, *, days: int = 30) -> ServiceAccount:
    return make_service_account("Survival pipeline", purpose=PURPOSE, days=days, by=owner)


def token_of(account: ServiceAccount, *scopes: str, days: int = 7) -> str:
    wanted = list(scopes or ["read", "download"])
    made = make_service_token(account, name="server", scopes=wanted, days=days, by=account.owner)
    return made[1]


def status_of(secret: str, path: str = "/api/v1/me") -> int:
    return Client().get(path, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_it_reads_exactly_what_its_owner_may_and_its_events_say_so() -> None:
    """The access rule is unchanged; the events of the same call name the owner, the token and the account."""
    access = stories.granted()
    other = stories.published_dataset()
    account = pipeline(access.holder)
    secret = token_of(account)
    assert status_of(secret, f"/api/v1/files/{access.file.pk}/content") == 200
    assert status_of(secret, f"/api/v1/files/{other.file.pk}/content") == 403
    event = Event.objects.get(kind="download.started")
    assert event.actor_id == access.holder.pk
    assert event.facts["service_account"] == str(account.pk)
    assert event.facts["token"] == str(PersonalToken.objects.get().pk)
    refused = Event.objects.filter(kind="download.refused").latest("id")
    assert refused.facts["service_account"] == str(account.pk)
    words = timeline([event], names={}, datasets={}, viewer=access.holder.pk)
    assert words[0]["who"] == "you, through a service account"
    own = stories.token(access.holder, "download")
    assert status_of(own, f"/api/v1/files/{access.file.pk}/content") == 200
    latest = Event.objects.filter(kind="download.continued").latest("id")  # the same person and file
    assert "service_account" not in latest.facts
    browser = stories.client_for(access.holder)
    browser.post(f"/files/{access.file.pk}/")
    assert not {"token", "service_account"} & set(Event.objects.latest("id").facts)  # nothing of the call before stays


def ended(account: ServiceAccount) -> None:
    end_service_account(account, by=account.owner)


def over(account: ServiceAccount) -> None:
    ServiceAccount.objects.filter(pk=account.pk).update(
        made_at=clock.now() - timedelta(days=2), ends_at=clock.now() - timedelta(seconds=1)
    )


def owner_out(account: ServiceAccount) -> None:
    deactivate(account.owner, by=stories.operator())


def owner_away(account: ServiceAccount) -> None:
    Person.objects.filter(pk=account.owner_id).update(signed_out_at=clock.now())


def revoked(account: ServiceAccount) -> None:
    token = PersonalToken.objects.get(service=account)
    revoke_token(token, by=account.owner)


@pytest.mark.parametrize("deed", [ended, over, owner_out, owner_away, revoked])
def test_whatever_ends_first_ends_its_tokens_at_the_next_request(deed: Callable[[ServiceAccount], None]) -> None:
    """T26, T48: its own end, its last day, the owner's account, the owner's sign-out at home, the token itself."""
    account = pipeline(stories.person())
    secret = token_of(account)
    assert status_of(secret) == 200
    deed(account)
    assert status_of(secret) == 401


def test_the_owners_lapsed_affiliation_closes_the_data_to_it() -> None:
    access = stories.granted()
    secret, path = token_of(pipeline(access.holder)), f"/api/v1/files/{access.file.pk}/content"
    assert status_of(secret, path) == 200
    home = access.holder.institution
    assert home is not None
    official = stories.signing_official(home)
    end_affiliation(access.holder, institution=home, reason="She has left us.", by=official)
    assert status_of(secret, path) == 403


def test_no_token_of_it_outlives_it() -> None:
    account = pipeline(stories.person(), days=10)
    with pytest.raises(Invalid) as refused:
        token_of(account, days=11)
    assert set(refused.value.fields) == {"days"}
    token_of(account, days=9)
    ended(account)
    with pytest.raises(WrongState):
        token_of(account, days=1)


def test_nobody_else_makes_its_tokens_or_ends_it() -> None:
    account, other = pipeline(stories.person()), stories.person()
    with pytest.raises(Denied):
        make_service_token(account, name="x", scopes=["read"], days=1, by=other)
    with pytest.raises(Denied):
        end_service_account(account, by=other)
    with pytest.raises(Denied):
        make_service_account("x", purpose=PURPOSE, days=1, by=stories.deactivated())
    assert not PersonalToken.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [({"name": " "}, {"name"}), ({"purpose": "work"}, {"purpose"}), ({"days": 0}, {"days"}), ({"days": 366}, {"days"})],
)
def test_it_needs_a_name_a_purpose_and_an_end_within_a_year(wrong: dict[str, Any], fields: set[str]) -> None:
    asked: dict[str, Any] = {"name": "n", "purpose": PURPOSE, "days": 30, **wrong}
    with pytest.raises(Invalid) as refused:
        make_service_account(asked["name"], purpose=asked["purpose"], days=asked["days"], by=stories.person())
    assert set(refused.value.fields) == fields


def test_the_database_holds_what_must_hold() -> None:
    """A token of a service account has one, no other has; and no account lasts longer than a year."""
    account = pipeline(stories.person())
    token_of(account)
    for wrong in ({"kind": "personal"}, {"service": None}, {"kind": "device"}, {"client_id": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PersonalToken.objects.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceAccount.objects.update(ends_at=clock.now() + timedelta(days=400))


def test_the_pages_make_list_show_once_and_end_it() -> None:
    """T29, T48: the whole life of a service account in the browser."""
    owner = stories.person()
    client = stories.client_for(owner)
    assert "You have no service accounts" in client.get(reverse("service_accounts")).content.decode()
    form = {"name": "Survival pipeline", "purpose": PURPOSE, "days": 90}
    assert client.post(reverse("service_accounts"), form | {"days": 900}).status_code == 422
    page = client.post(reverse("service_accounts"), form)["Location"]
    made = client.post(page, {"name": "server", "scopes": ["read"], "days": 30})
    secret = made.context["shown"]
    assert secret.startswith("ghs_")
    assert status_of(secret) == 200
    assert secret not in client.get(page).content.decode()
    listed = client.get(reverse("tokens")).content.decode()
    assert "service account “Survival pipeline”" in listed
    stories.drain()
    assert Notification.objects.filter(reader=owner, path=page).count() == 1
    for days in (91, "soon"):
        assert client.post(page, {"name": "server", "scopes": ["read"], "days": days}).status_code == 422
    account = ServiceAccount.objects.get()
    stranger = stories.client_for(stories.person())
    assert stranger.get(page).status_code == 404
    assert stranger.post(reverse("service_account_end", args=[account.pk])).status_code == 404
    token = PersonalToken.objects.get()
    assert client.post(reverse("token_revoke", args=[token.pk]))["Location"] == page
    assert client.post(reverse("service_account_end", args=[account.pk])).status_code == 302
    assert client.post(reverse("service_account_end", args=[account.pk])).status_code == 302
    assert Event.objects.filter(kind="service_account.ended").count() == 1
    assert "was ended" in client.get(page).content.decode()
    assert "Ended" in client.get(reverse("service_accounts")).content.decode()


def test_a_stale_sign_in_makes_and_ends_nothing() -> None:
    """T29."""
    owner = stories.person()
    account, stale = pipeline(owner), stories.client_for(owner, fresh=False)
    page = reverse("service_account", args=[account.pk])
    assert stale.post(reverse("service_accounts"), {"name": "n", "purpose": PURPOSE, "days": 1}).status_code == 401
    assert stale.post(page, {"name": "n", "scopes": ["read"], "days": 1}).status_code == 401
    assert stale.post(reverse("service_account_end", args=[account.pk])).status_code == 401
    assert ServiceAccount.objects.get().ended_at is None
    assert not PersonalToken.objects.exists()
