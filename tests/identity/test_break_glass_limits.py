"""Break-glass accounts reach no data, auditors hear of each use, and the command line alone makes and ends them."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from apps.agreements import commands as agreements
from apps.committees import commands as committees
from apps.committees.models import CommitteeMember
from apps.core import clock, roles
from apps.core.actors import ANONYMOUS, CONSOLE
from apps.core.errors import Denied, Invalid
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from apps.grants.queries import downloadable_by, may_download, why
from apps.identity.commands.break_glass import disable_break_glass, try_break_glass
from apps.identity.commands.identities import link_identity, merge_people
from apps.identity.oidc.authorize import SESSION
from apps.identity.oidc.views import sign_in_of
from apps.notifications.models import Notification
from apps.people.commands.people import accept_terms
from apps.people.commands.providers import provider_from_settings
from apps.people.models import Person
from apps.people.queries import colleagues_by_code
from apps.tokens.commands.tokens import make_token
from tests import stories
from tests.identity.break_glass import PAGE, made, signed_in, typed, whys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    settings.BREAK_GLASS = True


# ---------------------------------------------------------------------------------------------- auditors are notified
def test_all_auditors_are_notified_of_every_use_and_every_wrong_try() -> None:
    auditors = [stories.auditor(), stories.auditor()]
    account = made()
    Client().post(PAGE, typed(account, password="wrong"))
    Client().post(PAGE, typed(account, handle="glass-nobody99"))
    Client().post(PAGE, typed(account))
    disable_break_glass(account.account, by=CONSOLE)
    stories.drain()
    kinds = ["break_glass.made", "break_glass.refused", "break_glass.refused", "break_glass.used"]
    for auditor in auditors:
        notifications = Notification.objects.filter(reader=auditor, kind__startswith="break_glass.").order_by(
            "event_id"
        )
        assert [one.kind for one in notifications] == [*kinds, "break_glass.disabled"]
    said = Notification.objects.get(reader=auditors[0], kind="break_glass.used")
    assert account.account.handle in said.body
    assert said.path.startswith("/oversight/events/")


def test_a_flood_of_wrong_tries_sends_few_notifications_and_records_every_event() -> None:
    auditor = stories.auditor()
    for _turn in range(12):
        try_break_glass("nobody", password="x", code="1", by=ANONYMOUS)
    stories.drain()
    assert len(whys()) == 12
    assert Notification.objects.filter(reader=auditor, kind="break_glass.refused").count() == 6


# -------------------------------------------------------------------------------------------------------- never data
def test_it_downloads_open_data_and_nothing_else() -> None:
    """T10, T15: with terms accepted, an affiliation, an own grant planted: the access rule itself says no."""
    person = made().account.person
    access = stories.granted()
    Person.objects.filter(pk=access.holder.pk).update(is_break_glass=True)
    access.holder.refresh_from_db()
    for published_dataset, opened in (
        (access.published_dataset, False),
        (stories.published_dataset(access="open"), True),
    ):
        assert downloadable_by(access.holder).filter(pk=published_dataset.file.pk).exists() is opened
        assert may_download(access.holder, published_dataset.file.pk) is opened
        assert may_download(person, published_dataset.file.pk) is opened
    failing = [fact.part for fact in why(access.holder, access.published_dataset.version).facts if not fact.holds]
    assert failing == ["not_break_glass"]
    Person.objects.filter(pk=access.holder.pk).update(is_break_glass=False)
    assert may_download(access.holder, access.published_dataset.file.pk)  # control: it was the account alone


def test_registered_data_stay_closed_to_it_too() -> None:
    listed, terms, person = stories.published_dataset(access="registered"), stories.terms(), stories.person()
    accept_terms(terms, by=person)
    assert may_download(person, listed.file.pk)
    Person.objects.filter(pk=person.pk).update(is_break_glass=True)
    assert not may_download(person, listed.file.pk)


def test_it_neither_asks_nor_votes_nor_signs_nor_publishes() -> None:
    """Even with memberships and roles planted behind the commands' back."""
    person = made().account.person
    committee_setup, published_dataset = stories.committee_setup(), stories.published_dataset()
    roles.assign(person, Dataset.OWNER, published_dataset.dataset)
    signed = stories.signed(published_dataset=published_dataset)
    case = stories.in_review(published_dataset=published_dataset)
    CommitteeMember.objects.create(committee=case.committee_setup.committee, person=person)
    refused = [
        lambda: stories.requests.vote(
            case.item,
            choice="approve",
            reason="Good.",
            seen=case.round,
            signed_in=stories.fresh_sign_in(),
            by=person,
        ),  # fmt: skip
        lambda: agreements.countersign(
            signed.agreement,
            typed_name=person.name,
            seen_sha256=signed.agreement.sha256,
            signed_in=stories.fresh_sign_in(),
            by=person,
        ),
        lambda: committees.add_member(committee_setup.committee, person=person, by=committee_setup.chair),
        lambda: committees.add_member(committee_setup.committee, person=stories.person(), by=person),
        lambda: datasets.draft("Another", by=person),
        lambda: datasets.start_version(published_dataset.dataset, by=person),
        lambda: stories.requests.draft([published_dataset.dataset], by=person),
        lambda: make_token("t", scopes=["read"], days=1, by=person),
        lambda: accept_terms(stories.terms(), by=person),
        lambda: link_identity(person, provider=provider_from_settings(by=CONSOLE), subject="x", claims={}, by=person),
    ]
    for one in refused:
        with pytest.raises(Denied, match="emergency account"):
            one()


def test_it_stops_downloads_but_never_lets_them_run_again() -> None:
    """R21: resuming downloads needs two people, and an account that is nobody's own is none of them."""
    client, person = signed_in()
    client.post("/system-status/downloads/stop/", {"reason": "An incident."})
    stop = grants.queries.current_download_stop()
    assert stop is not None
    with pytest.raises(Denied):
        grants.propose_resume(stop, by=person)
    grants.propose_resume(stop, by=stories.operator())
    with pytest.raises(Denied):
        grants.resume_downloads(stop, by=person)


def test_nobody_finds_it_as_a_colleague() -> None:
    person = made().account.person
    assert not colleagues_by_code([person.code]).exists()
    with pytest.raises(Denied):
        merge_people(person, into=stories.person(), by=stories.operator(), reason="They are one person.")


# ------------------------------------------------------------------------------------------------- the command line
def run(*words: str) -> str:
    out = StringIO()
    call_command("break_glass", *words, stdout=out)
    return out.getvalue()


def test_the_command_makes_lists_and_disables() -> None:
    shown = run("create", "--days", "10")
    handle = re.search(r"^Name +(glass-\w{8})$", shown, re.M)
    password = re.search(r"^Password +(\S{47})$", shown, re.M)
    otpauth = re.search(r"otpauth://totp/\S+secret=(\w{32})\S*", shown)
    assert handle and password and otpauth
    code = pyotp.parse_uri(otpauth[0]).now()  # type: ignore[union-attr]
    assert f"{handle[1]}  usable until" in run("list")
    client = Client()
    assert client.post(PAGE, {"handle": handle[1], "password": password[1], "code": code}).status_code == 302
    assert "Nobody can sign in with" in run("disable", handle[1])
    assert "/oidc/authenticate/" in client.get("/system-status/")["Location"]
    assert "disabled on" in run("list")
    assert password[1] not in run("list")


def test_the_command_says_what_does_not_fit(settings: Any) -> None:
    with pytest.raises(CommandError, match="There is no break-glass account"):
        run("disable", "glass-nobody99")
    with pytest.raises(CommandError, match="1 to 366 days"):
        run("create", "--days", "999")
    with pytest.raises(Invalid):
        made(days=0)
    settings.BREAK_GLASS = False
    assert "BREAK_GLASS is off" in run("list")


def test_nobody_signs_in_with_an_account_past_its_end(frozen: Any) -> None:
    account = made(days=1)
    with clock.freeze(clock.now() + timedelta(days=1, seconds=1)):
        assert Client().post(PAGE, typed(account)).status_code == 422
        assert whys() == ["ended"]
        assert "ended on" in run("list")


def test_the_sign_in_is_fresh_and_of_two_factors() -> None:
    client, _person = signed_in()
    facts = sign_in_of(client.session[SESSION])
    assert facts.amr == ("pwd", "otp")
    assert clock.now() - facts.auth_time < timedelta(seconds=5)
    assert settings.BREAK_GLASS
