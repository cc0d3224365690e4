"""The form for emergencies, which no demo offers: this portal's own answer, looked at with the demo's styles."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from playwright.sync_api import Route

from tests.browser.chromium import Watch
from tests.browser.conftest import Enter
from tests.browser.inspect_page import bones, look, look_narrow

pytestmark = pytest.mark.browser
WRONG = {"handle": "glass-1", "password": "not the password", "code": "000000"}
FORMS: dict[str, Callable[[Client], Any]] = {
    "asked": lambda client: client.get("/break-glass/"),
    "empty": lambda client: client.post("/break-glass/", {}),
    "wrong": lambda client: client.post("/break-glass/", WRONG),
}


def answered(ask: Callable[[Client], Any], language: str) -> HttpResponse:
    """In a thread and a transaction of its own: the browser's event loop runs in this one, and Django minds."""

    def work() -> Any:
        try:
            with override_settings(BREAK_GLASS=True), transaction.atomic():
                answer = ask(Client(headers={"Accept-Language": language}))
                transaction.set_rollback(True)
                return answer
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        answer: HttpResponse = pool.submit(work).result()
    return answer


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("form", FORMS)
def test_the_form_for_emergencies_is_fit_for_everybody(
    form: str, language: str, enter: Enter, demo: dict[str, Any], django_db_setup: None, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        answer = answered(FORMS[form], language)
    page = enter("").new_page()
    watch = Watch(page, demo, expected=answer.status_code)

    def fulfil(route: Route) -> None:
        route.fulfill(status=answer.status_code, headers=dict(answer.items()), body=answer.content)

    page.route("**/break-glass/", fulfil)
    page.goto("/break-glass/")
    assert page.locator("input[name=code]").count() == 1
    checked = look if language == "en" else look_narrow
    found = bones(page, language) + checked(page, f"visitor/break_glass-{form}-{language}")
    assert found + watch.complaints == []
