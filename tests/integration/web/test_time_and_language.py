"""Cases 23, 28: times are in the reader's time zone, and the last day of access is one date for everybody."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from apps.core import zones
from apps.core.errors import Denied, Invalid
from apps.grants.explanations import moment
from apps.notifications.models import Notification
from apps.notifications.wording import written
from apps.people.commands.people import choose_time_zone
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
ZONES = ["Pacific/Pago_Pago", "America/New_York", "UTC", "Europe/Copenhagen", "Asia/Kolkata", "Pacific/Kiritimati"]


def in_zone(person: Person, name: str) -> Client:
    choose_time_zone(person, time_zone=name, by=person)
    person.refresh_from_db()
    return stories.client_for(person)


@pytest.mark.parametrize("name", ZONES)
def test_the_last_day_is_the_same_date_in_every_time_zone(name: str) -> None:
    """Case 28: from 11 hours before UTC to 14 hours after it, on every page about the access, and in the API."""
    access = stories.granted()
    client, last = in_zone(access.holder, name), access.grant.last_day
    shown = f"{last.day} {last:%b} {last.year}"
    for path in (f"/access/{access.grant.pk}/", "/access/"):
        text = client.get(path).content.decode()
        assert shown in text or f"{last.day} {last:%B} {last.year}" in text, path
    api = Client(headers={"Authorization": f"Bearer {stories.token(access.holder, 'read')}"})
    grants = api.get("/api/v1/grants").json()["items"]
    assert [one["ends_at"] for one in grants] == [access.grant.ends_at.isoformat().replace("+00:00", "Z")]
    agreement = client.get(f"/agreements/{access.agreement_setup.agreement.pk}/").content.decode()
    assert last.isoformat() in agreement or shown in agreement


@pytest.mark.parametrize(
    ("name", "hour"), [("Pacific/Pago_Pago", "01:00"), ("Europe/Copenhagen", "13:00"), ("Pacific/Kiritimati", "02:00")]
)
def test_a_time_is_shown_in_the_readers_time_zone(name: str, hour: str) -> None:
    """Case 28: on a page, and in the sentence of an explanation; the machine-readable time has its offset."""
    auditor = stories.auditor()
    client = in_zone(auditor, name)
    from django.utils import timezone

    with timezone.override(zones.zone(name)):
        assert hour in moment(datetime(2026, 1, 15, 12, 0, tzinfo=UTC))
    text = client.get("/oversight/events/").content.decode()
    assert f"in your time zone, {name}" in text
    times = re.findall(r'datetime="[^"]+T[^"]+([+-]\d\d:\d\d)"', text)
    assert set(times) == {f"{zone_offset(name)}"}


def zone_offset(name: str) -> str:
    offset = datetime.now(zones.zone(name)).strftime("%z")
    return f"{offset[:3]}:{offset[3:]}"


def test_without_a_choice_the_browser_says_the_time_zone_and_else_it_is_utc() -> None:
    client = stories.client_for(stories.person())
    assert client.get("/access/").context["time_zone"] == "UTC"
    client.cookies[zones.COOKIE] = "Asia/Tokyo"
    assert client.get("/access/").context["time_zone"] == "Asia/Tokyo"
    assert client.get("/account/").context["browser_zone"] == "Asia/Tokyo"
    for odd in ("Mars/Olympus", "../../etc/passwd", "", "localtime", "\x00"):
        client.cookies[zones.COOKIE] = odd
        assert client.get("/access/").context["time_zone"] == "UTC"


def test_a_time_zone_is_chosen_on_the_account_page() -> None:
    person = stories.person()
    client = stories.client_for(person)
    client.cookies[zones.COOKIE] = "Asia/Tokyo"
    assert client.post("/account/time-zone/", {"time_zone": "Europe/Copenhagen"}).status_code == 302
    assert client.get("/access/").context["time_zone"] == "Europe/Copenhagen"
    assert client.post("/account/time-zone/", {"time_zone": "Nowhere"}).status_code == 422
    with pytest.raises(Invalid):
        choose_time_zone(person, time_zone="", by=person)
    with pytest.raises(Denied):
        choose_time_zone(person, time_zone="UTC", by=stories.person())


def test_a_form_reads_a_time_in_the_readers_time_zone(published: Any = None) -> None:
    access = stories.granted()
    client = in_zone(access.holder, "Europe/Copenhagen")
    page = client.get(f"/datasets/{access.published_dataset.dataset.slug}/access/", {"at": "2026-01-15T12:00"})
    assert page.context["at"] == datetime(2026, 1, 15, 11, 0, tzinfo=UTC)
    assert "Europe/Copenhagen" in page.content.decode()


def test_an_email_has_times_in_its_readers_time_zone() -> None:
    """Case 28."""
    from django.utils import timezone

    when = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    with timezone.override(zones.zone("Asia/Tokyo")):
        _subject, body = written(("S", "%(when)s"), {"when": when}, reader="A", quoted="")
    assert "21:00 JST" in body
    case = stories.draft()
    choose_time_zone(case.applicant, time_zone="Asia/Tokyo", by=case.applicant)
    stories.submitted(case)
    stories.drain()
    assert Notification.objects.filter(reader=case.applicant).exists()


def test_pages_for_programs_stay_in_utc() -> None:
    access = stories.granted()
    choose_time_zone(access.holder, time_zone="Asia/Tokyo", by=access.holder)
    api = Client(headers={"Authorization": f"Bearer {stories.token(access.holder, 'read')}"})
    assert api.get("/api/v1/grants").json()["items"][0]["ends_at"].endswith("Z")
