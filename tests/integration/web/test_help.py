"""Case 35: help, contact, privacy notice and accessibility statement, and who runs the portal, on every page."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import Event
from apps.core.errors import Denied, Invalid
from apps.datasets.commands import describe
from apps.notifications.commands import post_due
from apps.notifications.models import Notification
from apps.people.commands.site_texts import publish_site_text
from apps.people.models import SiteText
from apps.web.help.guides import GUIDES, guide
from tests import stories

pytestmark = pytest.mark.django_db
PAGES = ["/help/", "/contact/", "/privacy/", "/accessibility/", *(f"/help/{slug}/" for slug in GUIDES)]


def links(text: str) -> set[str]:
    return set(re.findall(r'href="([^"]+)"', text))


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_read_the_help(client: Client, path: str) -> None:
    """Case 35: without signing in; with one h1, and without a query for a visitor beyond the newest text."""
    text = client.get(path).content.decode()
    assert text.count("<h1") == 1
    assert stories.client_for(stories.person()).get(path).status_code == 200


def test_every_guide_has_contents_and_every_link_of_it_leads_somewhere(client: Client) -> None:
    anchors = {}
    for slug in GUIDES:
        text = client.get(f"/help/{slug}/").content.decode()
        anchors[f"/help/{slug}/"] = set(re.findall(r' id="([^"]+)"', text))
        assert not re.search(r'href="[^"]*\.md|style=|<script>', text)
    for slug in GUIDES:
        found = guide(slug, "en")
        assert found is not None and found.sections
        for href in links(found.html):
            path, _hash, anchor = href.partition("#")
            assert path.startswith(("https://", "/help/")) or not path, href
            if anchor and not path.startswith("https://"):
                assert anchor in anchors[path or f"/help/{slug}/"], href
        for section in found.sections:
            assert section.anchor in anchors[f"/help/{slug}/"]
    assert client.get("/help/nothing/").status_code == 404


def test_a_guide_that_is_not_translated_says_its_language(client: Client) -> None:
    page = client.get("/help/applicants/", headers={"Accept-Language": "da"})
    assert page.context["in_english_only"] is True
    assert '<article class="guide stack" lang="en"' in page.content.decode()
    assert client.get("/help/applicants/").context["in_english_only"] is False


@pytest.mark.parametrize("path", ["/", "/datasets/", "/no-such-page/", "/oversight/events/"])
def test_every_page_leads_to_help_and_contact_and_says_who_runs_the_portal(path: str, settings: Any) -> None:
    """Case 35: error pages too."""
    settings.OPERATOR_NAME, settings.CONTACT_EMAIL = "Example Hospital", "help@example.org"
    text = stories.client_for(stories.person()).get(path).content.decode()
    assert {"/help/", "/contact/", "/privacy/", "/accessibility/"} <= links(text)
    assert "Example Hospital" in text
    assert "help@example.org" in stories.client_for(None).get("/contact/").content.decode()


def test_an_error_page_names_the_contact(settings: Any) -> None:
    settings.CONTACT_EMAIL = "help@example.org"
    for path, status in (("/no-such-page/", 404), ("/oversight/events/", 403)):
        page = stories.client_for(stories.person()).get(path)
        assert page.status_code == status
        assert "mailto:help@example.org" in links(page.content.decode())


def test_an_email_says_who_runs_the_portal(settings: Any, mailoutbox: list[Any]) -> None:
    settings.OPERATOR_NAME, settings.CONTACT_EMAIL = "Example Hospital", "help@example.org"
    stories.submitted()
    stories.drain()
    assert Notification.objects.exists()
    post_due(by=stories.SYSTEM)
    assert mailoutbox
    assert all("Example Hospital" in one.body and "help@example.org" in one.body for one in mailoutbox)


def test_until_a_text_is_written_a_general_one_is_shown_and_operators_see_that(client: Client) -> None:
    assert client.get("/privacy/").context["text"] is None
    page = stories.client_for(stories.operator()).get("/system-status/")
    missing = {(one["kind"], one["language"]) for one in page.context["texts"] if one["version"] is None}
    assert missing == {(kind, code) for kind in ("privacy", "accessibility") for code in ("en", "da")}


def test_an_operator_writes_a_text_and_each_version_is_kept(client: Client) -> None:
    boss = stories.operator()
    path = "/system-status/texts/privacy/en/"
    assert stories.client_for(boss).post(path, {"text": " "}).status_code == 422
    assert stories.client_for(boss).post(path, {"text": "# We\n\nWe store <b>names</b>."}).status_code == 302
    text = client.get("/privacy/").content.decode()
    assert "We store" in text and "<b>names" not in text
    publish_site_text("privacy", language="en", text="New text.", by=boss)
    publish_site_text("privacy", language="en", text="New text.", by=boss)
    assert list(SiteText.objects.values_list("version", flat=True)) == [2, 1]
    assert Event.objects.filter(kind="site_text.published").count() == 2
    assert client.get("/privacy/", headers={"Accept-Language": "da"}).context["text"].text == "New text."
    publish_site_text("privacy", language="da", text="Ny tekst.", by=boss)
    assert client.get("/privacy/", headers={"Accept-Language": "da"}).context["text"].text == "Ny tekst."
    assert stories.client_for(boss).get("/system-status/texts/privacy/xx/").status_code == 404


def test_only_operators_write_texts() -> None:
    for other in (stories.person(), stories.auditor()):
        with pytest.raises(Denied):
            publish_site_text("privacy", language="en", text="Mine.", by=other)
        assert stories.client_for(other).get("/system-status/texts/privacy/en/").status_code == 403
    with pytest.raises(Invalid):
        publish_site_text("news", language="en", text="Mine.", by=stories.operator())


def test_a_dataset_names_its_contact(client: Client) -> None:
    """Case 35: what the owner entered in the description is on the page that everybody can read."""
    world = stories.published_dataset()
    dataset = describe(
        world.dataset, by=world.owner, contact_name="Cancer data office", contact_email="office@example.org"
    )
    text = client.get(f"/datasets/{dataset.slug}/").content.decode()
    assert "Cancer data office" in text and "mailto:office@example.org" in links(text)


def test_the_glossary_of_the_help_pages_has_no_part_for_developers(db: None) -> None:
    page = Client().get("/help/glossary/").content.decode()
    assert 'id="data"' in page
    assert "Retired" not in page
    assert "lint" not in page
