"""Cases 23, 28: the first sign-in keeps the language that was shown and the time zone that the browser says."""

import pytest
from django.conf import settings
from django.test import Client

from apps.core import zones
from apps.people.commands.people import choose_language, choose_time_zone
from tests.identity import browser
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db


def test_the_first_sign_in_keeps_the_language_and_the_time_zone_of_the_browser(provider: Provider) -> None:
    """Case 23: pages in Danish and e-mails in English until the language menu was used."""
    browser.row(provider)
    client = Client(headers={"Accept-Language": "da-DK,da;q=0.9"})
    client.cookies[zones.COOKIE] = "Europe/Copenhagen"
    browser.sign_in(client, provider)
    person = browser.person_in(client)
    assert person is not None
    assert (person.language, person.time_zone) == ("da", "Europe/Copenhagen")


def test_a_later_sign_in_changes_neither_and_shows_the_language_of_the_account(provider: Provider) -> None:
    browser.row(provider)
    first = Client(headers={"Accept-Language": "da"})
    browser.sign_in(first, provider)
    person = browser.person_in(first)
    assert person is not None
    assert person.time_zone == ""
    choose_time_zone(person, time_zone="Asia/Tokyo", by=person)
    elsewhere = Client(headers={"Accept-Language": "en"})
    elsewhere.cookies[zones.COOKIE] = "America/New_York"
    browser.sign_in(elsewhere, provider)
    person.refresh_from_db()
    assert (person.language, person.time_zone) == ("da", "Asia/Tokyo")
    assert elsewhere.cookies[settings.LANGUAGE_COOKIE_NAME].value == "da"


def test_a_language_chosen_in_this_browser_is_left_as_it_is(provider: Provider) -> None:
    browser.row(provider)
    client = Client()
    browser.sign_in(client, provider)
    person = browser.person_in(client)
    assert person is not None
    choose_language(person, language="da", by=person)
    other = Client()
    other.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    browser.sign_in(other, provider)
    assert other.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
