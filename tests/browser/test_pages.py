"""Every page, for each kind of person who is shown something different there.

A page is loaded once for each of them and checked in place: two themes, three widths (tests/browser/inspect_page.py).
`make test` looks at every state of every page as the first of its people, and as each kind of person at the home page,
whose head and navigation are those of all their pages; `make test-all` looks at each state as each of its people.

In Danish each page is loaded once more, for the first of its people, and only at 320 px: Danish has longer words and
compounds, and a narrow window is the only place where a longer word breaks a page. axe is not asked again, since the
translation of a template changes neither its elements nor its colours. `make test` loads the first state of each page,
`make test-all` every state, because the sentences of the states differ.
"""

from collections import defaultdict
from html import unescape
from re import DOTALL, search
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.browser.chromium import Watch
from tests.browser.conftest import Shared, Tab
from tests.browser.inspect_page import bones, look, look_narrow
from tests.browser.visits import NOT_PAGES, POST_ONLY, VISITS, Visit

pytestmark = pytest.mark.browser
NOBODY = "00000000-0000-4000-8000-000000000000"
LOOKS = [
    pytest.param(
        visit,
        key,
        id=f"{key or 'visitor'}-{visit.name}",
        marks=[] if key == visit.by[0] or visit.page == "home" else [pytest.mark.exhaustive],
    )
    for visit in VISITS
    for key in visit.by
]
DANISH = [
    pytest.param(visit, visit.by[0], id=f"{visit.by[0] or 'visitor'}-{visit.name}", marks=marks)
    for place, visit in enumerate(VISITS)
    for marks in [[pytest.mark.exhaustive] if visit.page in {one.page for one in VISITS[:place]} else []]
]


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
def test_what_is_said_to_take_forms_only_does(name: str, shared: Shared) -> None:
    parts = defaultdict(lambda: NOBODY, {"slug": "gbsg2", "number": 1})
    path = reverse(name, kwargs={part: parts[part] for part in _known(get_resolver())[name]})
    assert shared("owner").request.get(path, max_redirects=0).status == 405


@pytest.mark.parametrize(("visit", "key"), LOOKS)
def test_a_page_is_fit_for_everybody(visit: Visit, key: str, tab: Tab, demo: dict[str, Any]) -> None:
    """Case 32: no page scrolls sideways, at 200 % zoom of a small screen (640 pixels) or on a phone (320 pixels)."""
    with tab(key) as page, Watch(page, demo, expected=visit.status) as watch:
        page.goto(visit.path(demo))
        found = bones(page, "en") + look(page, f"{key or 'visitor'}/{visit.name}")
        assert watch.statuses[-1] == visit.status
        assert found + watch.complaints == []


@pytest.mark.parametrize(("visit", "key"), DANISH)
def test_a_page_is_fit_for_everybody_in_danish(visit: Visit, key: str, tab: Tab, demo: dict[str, Any]) -> None:
    with tab(key, "da-DK") as page, Watch(page, demo, expected=visit.status) as watch:
        page.goto(visit.path(demo))
        found = bones(page, "da") + look_narrow(page, f"{key or 'visitor'}/{visit.name}-da")
        assert found + watch.complaints == []


def test_no_two_pages_share_a_title(shared: Shared, demo: dict[str, Any]) -> None:
    """Every page has a title of its own, for tabs, history and bookmarks."""
    titles: dict[str, set[str]] = defaultdict(set)
    for visit in VISITS:
        body = shared(visit.by[0]).request.get(visit.path(demo)).text()
        said = search(r"<title>(.*?)</title>", body, DOTALL)
        assert said, f"{visit.name} has no title"
        titles[" ".join(unescape(said[1]).split())].add(visit.page)
    assert {title: pages for title, pages in titles.items() if len(pages) > 1} == {}
