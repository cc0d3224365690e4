"""Every page, by everybody who has business there: light and dark, wide and 320 pixels, English and Danish."""

from collections import defaultdict
from html import unescape
from re import search
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.browser.chromium import Watch
from tests.browser.conftest import Enter
from tests.browser.inspect_page import AS_ANOTHER, EVERY_SIGHT, IN_ANOTHER_LANGUAGE, bones, look
from tests.browser.visits import NOT_PAGES, POST_ONLY, VISITS, Visit

pytestmark = pytest.mark.browser
NOBODY = "00000000-0000-4000-8000-000000000000"
LOOKS = [pytest.param(visit, key, id=f"{key or 'visitor'}-{visit.name}") for visit in VISITS for key in visit.by]


def _known(resolver: URLResolver) -> dict[str, list[str]]:
    """The name of every address for people, with the names of its parts; the API is for programs."""
    found: dict[str, list[str]] = {}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found[str(entry.name)] = list(entry.pattern.converters)
        elif not str(entry.pattern).startswith("api/"):
            found |= _known(entry)
    return found


def test_every_address_is_visited_or_says_why_not() -> None:
    known = set(_known(get_resolver()))
    visited = {visit.page for visit in VISITS}
    assert known - visited - set(NOT_PAGES) == set()
    assert (visited | set(NOT_PAGES)) - known == set(), "there is a row for an address that is gone"
    assert visited & set(NOT_PAGES) == set()


@pytest.mark.parametrize("name", sorted(name for name, why in NOT_PAGES.items() if why == POST_ONLY))
def test_what_is_said_to_take_forms_only_does(name: str, enter: Enter) -> None:
    parts = {"pk": NOBODY, "item": NOBODY, "question": NOBODY, "slug": "gbsg2", "number": 1}
    path = reverse(name, kwargs={part: parts[part] for part in _known(get_resolver())[name]})
    assert enter("owner").request.get(path, max_redirects=0).status == 405


@pytest.mark.parametrize(("visit", "key"), LOOKS)
def test_a_page_is_fit_for_everybody(visit: Visit, key: str, enter: Enter, demo: dict[str, Any]) -> None:
    page = enter(key).new_page()
    watch = Watch(page, demo, expected=visit.status)
    page.goto(visit.path(demo))
    sights = EVERY_SIGHT if key == visit.by[0] else AS_ANOTHER
    found = bones(page, "en") + look(page, f"{key or 'visitor'}/{visit.name}", sights)
    assert watch.statuses[-1] == visit.status
    assert found + watch.complaints == []


@pytest.mark.parametrize(("visit", "key"), [look for look in LOOKS if look.values[1] == look.values[0].by[0]])
def test_a_page_is_fit_for_everybody_in_danish(visit: Visit, key: str, enter: Enter, demo: dict[str, Any]) -> None:
    page = enter(key, locale="da-DK").new_page()
    watch = Watch(page, demo, expected=visit.status)
    page.goto(visit.path(demo))
    found = bones(page, "da") + look(page, f"{key or 'visitor'}/{visit.name}-da", IN_ANOTHER_LANGUAGE)
    assert found + watch.complaints == []


def test_no_two_pages_share_a_title(enter: Enter, demo: dict[str, Any]) -> None:
    """Every page has a title of its own, for tabs, history and bookmarks."""
    titles: dict[str, set[str]] = defaultdict(set)
    contexts = {key: enter(key) for key in {visit.by[0] for visit in VISITS}}
    for visit in VISITS:
        body = contexts[visit.by[0]].request.get(visit.path(demo)).text()
        said = search(r"<title>(.*?)</title>", body)
        assert said, f"{visit.name} has no title"
        titles[unescape(said[1])].add(visit.page)
    assert {title: pages for title, pages in titles.items() if len(pages) > 1} == {}
