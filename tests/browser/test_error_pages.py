"""What goes wrong is said on a page like any other: why, and where to go from here."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch
from tests.browser.conftest import Enter
from tests.browser.inspect_page import bones, look
from tests.browser.visits import VISITS

pytestmark = pytest.mark.browser
SENTENCE = "The database is not responding. Try again shortly."
# A form that a person could have had open; the demo's own page lends it its token.
SEND = """([path, fields]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const form = Object.assign(document.createElement("form"), {method: "post", action: path});
  for (const [name, value] of Object.entries({csrfmiddlewaretoken: token, ...fields}))
    form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
  document.body.append(form);
  form.submit();
}"""


def _send(page: Page, path: str, **fields: str) -> None:
    page.goto("/account/")
    with page.expect_navigation():
        page.evaluate(SEND, [path, fields])


def _path(name: str, demo: dict[str, Any]) -> str:
    (visit,) = [visit for visit in VISITS if visit.name == name]
    return visit.path(demo)


def _judge(page: Page, watch: Watch, status: int) -> None:
    found = bones(page, "en") + look(page, f"errors/{status}")
    assert watch.statuses[-1] == status
    assert page.locator("main a").count() > 0, "leads nowhere"
    assert found + watch.complaints == []


@pytest.mark.parametrize(
    ("status", "key", "path"),
    [(403, "colleague", "/oversight/events/"), (404, "", "/no/such/page/"), (404, "applicant", "/datasets/none/")],
)
def test_a_page_one_may_not_see(status: int, key: str, path: str, enter: Enter, demo: dict[str, Any]) -> None:
    page = enter(key).new_page()
    watch = Watch(page, demo, expected=status)
    page.goto(path)
    _judge(page, watch, status)


def test_an_address_that_only_takes_forms(enter: Enter, demo: dict[str, Any]) -> None:
    page = enter("owner").new_page()
    watch = Watch(page, demo, expected=405)
    page.goto("/requests/new/")
    _judge(page, watch, 405)


def test_a_form_from_before_the_last_sign_in(enter: Enter, demo: dict[str, Any]) -> None:
    """The page that refuses it, and the one from which it is sent again."""
    page = enter("owner").new_page()
    watch = Watch(page, demo, expected=403)
    _send(page, "/my-datasets/new/", title="A title typed with care", csrfmiddlewaretoken="x" * 64)
    assert watch.statuses[-1] == 403
    found = bones(page, "en") + look(page, "errors/stale-form")
    page.get_by_role("link", name="Continue").click()
    expect(page.locator("main")).to_contain_text("A title typed with care")
    found += bones(page, "en") + look(page, "errors/sent-again")
    assert found + watch.complaints == []


def test_a_deed_that_comes_too_late(enter: Enter, demo: dict[str, Any]) -> None:
    page = enter("chair2").new_page()
    watch = Watch(page, demo, expected=409)
    _send(page, f"{_path('request_page-withdrawn', demo)}withdraw/")
    _judge(page, watch, 409)


def test_a_link_that_was_ended(enter: Enter, demo: dict[str, Any]) -> None:
    page = enter("colleague").new_page()
    watch = Watch(page, demo, expected=410)
    page.goto(_path("file_page-open", demo))
    page.get_by_role("button", name="Create download link").click()
    link = page.get_by_role("link", name="Download in this browser").get_attribute("href") or ""
    page.goto("/links/")
    page.get_by_role("button", name="End link").first.click()
    page.goto(link)
    _judge(page, watch, 410)


def test_a_form_that_lacks_something(enter: Enter, demo: dict[str, Any]) -> None:
    page = enter("owner").new_page()
    watch = Watch(page, demo, expected=422)
    page.goto("/my-datasets/new/")
    page.get_by_role("button", name="Create dataset").click()
    expect(page.locator(".field--error")).to_have_count(1)
    _judge(page, watch, 422)


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
def test_pages_for_troubles_that_a_sound_demo_does_not_have(status: int, enter: Enter, demo: dict[str, Any]) -> None:
    """Drawn here from the same template, and shown at the demo's own address with the demo's own style."""
    page = enter("").new_page()
    facts = {"title": "A pause", "sentence": SENTENCE, "reference": "7f3a91", "retry_after": 10}
    body = render_to_string(f"errors/{status}.html", facts)
    page.route("**/requests/", lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    watch = Watch(page, demo, expected=status)
    page.goto("/requests/")
    expect(page.locator("main")).to_contain_text(SENTENCE)
    _judge(page, watch, status)


def test_the_sign_in_page_of_the_demo_is_fit_for_everybody(enter: Enter, demo: dict[str, Any]) -> None:
    page = enter("").new_page()
    watch = Watch(page, demo)
    page.goto("/oidc/authenticate/?next=/requests/")
    assert page.url.startswith(demo["issuer"])
    found = bones(page, "en") + look(page, "visitor/identity-provider")
    assert found + watch.complaints == []
