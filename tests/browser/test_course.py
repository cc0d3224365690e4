"""Issue 11, "Must show" 6: one request to two committees, by clicking, from the draft to the grants."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import course

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]


def test_two_committees_decide_on_one_request_and_an_appeal_succeeds(chromium: Browser, demo: dict[str, Any]) -> None:
    walked = course.Course(chromium, demo)
    try:
        for step in course.STEPS:
            step(walked)
    finally:
        walked.close()
