"""What people do with windows: two of one form, a double click, a large file, light and dark, another language."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Watch, new_draft
from tests.browser.conftest import Enter
from tests.browser.visits import VISITS

pytestmark = pytest.mark.browser


def test_the_older_of_two_windows_is_refused_and_keeps_its_text(enter: Enter) -> None:
    context = enter("member3", java_script_enabled=False)
    older, newer = context.new_page(), context.new_page()
    form = new_draft(older)
    newer.goto(form)
    newer.locator("[name=title]").fill("Written in the newer window")
    newer.get_by_role("button", name="Save changes").click()
    expect(newer.locator("[name=title]")).to_have_value("Written in the newer window")
    older.locator("[name=title]").fill("Written in the older window")
    with older.expect_response(lambda answer: answer.request.method == "POST") as coming:
        older.get_by_role("button", name="Save changes").click()
    assert coming.value.status in {409, 422}
    expect(older.locator("[name=title]")).to_have_value("Written in the older window")
    expect(older.locator(".error-summary, .notice--danger, .notice--warning, .field__error").first).to_be_visible()
    newer.reload()
    expect(newer.locator("[name=title]")).to_have_value("Written in the newer window")


def test_what_is_typed_is_kept_while_it_is_typed(enter: Enter) -> None:
    context = enter("member3")
    page = context.new_page()
    form = new_draft(page)
    with page.expect_response("**/autosave/") as coming:
        page.locator("[name=purpose]").fill("We want to compare")
    assert coming.value.status == 200
    expect(page.locator("[data-save-note]")).to_contain_text("Saved")
    again = context.new_page()
    again.goto(form)
    expect(again.locator("[name=purpose]")).to_have_value("We want to compare")


def test_a_double_click_begins_one_dataset(enter: Enter) -> None:
    context = enter("owner", java_script_enabled=False)
    page, title = context.new_page(), f"Twice {secrets.token_hex(3)}"
    page.goto("/my-datasets/new/")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Create dataset").dblclick()
    page.wait_for_url("**/describe/")
    page.goto("/my-datasets/")
    assert page.get_by_role("link", name=title, exact=True).count() == 1


def test_a_double_click_still_shows_what_is_shown_once(enter: Enter) -> None:
    page = enter("applicant").new_page()
    page.goto("/datasets/anatomical-brain-volume/")
    page.goto(str(page.locator("a[href^='/files/']").first.get_attribute("href")))
    page.locator("main form[method=post] button").first.dblclick()
    expect(page.locator("#line-curl")).to_contain_text("/d/")


def test_an_upload_shows_how_far_it_is_and_what_came(enter: Enter, demo: dict[str, Any], tmp_path: Path) -> None:
    large = tmp_path / f"scan-{secrets.token_hex(3)}.bin"
    large.write_bytes(secrets.token_bytes(6_000_000))
    page = enter("owner").new_page()
    watch = Watch(page, demo)
    page.goto("/my-datasets/new/")
    page.get_by_label("Title").fill(f"Scans {large.stem}")
    page.get_by_role("button", name="Create dataset").click()
    page.wait_for_url("**/describe/")
    page.goto(page.url.replace("/describe/", "/"))
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 4_000_000},
    )
    page.set_input_files("input[type=file]", large)
    if page.locator("[data-upload-send] button").is_visible():
        page.get_by_role("button", name="Upload").click()
    expect(page.locator("progress")).to_be_visible()
    page.wait_for_function("() => { const bar = document.querySelector('progress'); return bar && bar.value > 5; }")
    expect(page.locator("#files")).to_contain_text(large.name, timeout=60_000)
    expect(page.locator("#files .mono").first).to_be_visible(timeout=60_000)  # the worker has read it once more
    assert watch.complaints == []


def test_the_theme_sticks(enter: Enter) -> None:
    page = enter("").new_page()
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.locator("[data-theme-menu] summary").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    page.goto("/datasets/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.mark.parametrize("scripted", [True, False])
def test_the_language_sticks_and_the_page_stays(scripted: bool, enter: Enter) -> None:
    page = enter("", java_script_enabled=scripted).new_page()
    page.goto("/datasets/?q=cancer")
    page.locator("details.menu summary").filter(has_text="English").click()
    page.get_by_role("button", name="Dansk").click()
    page.wait_for_url("**/datasets/?q=cancer")
    assert page.locator("html").get_attribute("lang") == "da"
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "da"


def test_the_agreement_is_a_pdf_for_those_it_concerns(enter: Enter, demo: dict[str, Any]) -> None:
    (executed,) = [visit for visit in VISITS if visit.name == "agreement_page-executed"]
    path = f"{executed.path(demo)}pdf/"
    answer = enter("applicant").request.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert enter("colleague").request.get(path).status == 404


def test_nine_files_at_once_and_one_of_them_empty(enter: Enter, tmp_path: Path) -> None:
    """Case 13: without a reload, eight rows arrive, the empty one says why, and the checklist is true."""
    page = enter("owner").new_page()
    page.goto("/my-datasets/new/")
    page.get_by_label("Title").fill(f"Nine files {secrets.token_hex(3)}")
    page.get_by_role("button", name="Create dataset").click()
    page.wait_for_url("**/describe/")
    page.goto(page.url.replace("describe/", ""))
    files = [tmp_path / f"part-{number}.csv" for number in range(9)]
    for number, file in enumerate(files):
        file.write_bytes(b"a,b\n1,2\n" if number != 4 else b"")
    before = page.locator("#publication li").count()
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator("#files tbody tr")).to_have_count(8)
    refused = page.locator(".upload__item")
    expect(refused).to_have_count(1)
    assert refused.get_attribute("data-state") == "refused"
    expect(refused).to_contain_text("part-4.csv")
    expect(page.locator("#files [data-poll], #files .icon--spinner")).to_have_count(0)
    expect(page.locator("#publication li")).to_have_count(before - 1)
    for name in ("CON", "a;b.csv."):
        odd = tmp_path / name
        odd.write_bytes(b"1\n")
        page.locator("input[type=file]").set_input_files(odd)
    expect(refused).to_have_count(3)
    expect(page.locator("#files tbody tr")).to_have_count(8)
