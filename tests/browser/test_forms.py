"""Must show 4: each form that comes with the portal is exported, imported, filled in in a browser, and compared."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from apps.forms.definition import Definition, Question, to_json
from apps.forms.kinds import Type
from apps.forms.parsing import from_text
from apps.forms.shipped_forms import SHIPPED, shipped
from apps.forms.visibility import shown_keys
from tests.unit.forms.samples import filled

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]
COMMITTEE, DATASET, CHAIR = "breast-cancer", "gbsg2", "chair"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_form_is_exported_imported_filled_in_and_compared(
    enter: Callable[..., BrowserContext], name: str
) -> None:
    chair, applicant = enter(CHAIR).new_page(), enter("applicant").new_page()
    address = created(chair, name)
    imported(chair, address, exported(chair, address))
    press(chair, f"{address}publish/")
    edit = begun(applicant)
    press(chair, f"{address}withdraw/")  # nobody else is asked it
    fill(applicant, shipped(name))
    press_save(applicant)
    assert applicant.locator(".field--error").count() == 0
    stays(applicant, shipped(name))
    applicant.goto(edit.replace("/edit/", "/discard/"))
    applicant.locator("main form button").last.click()


def created(page: Page, name: str) -> str:
    """The address of the builder with a new draft of this form."""
    page.goto(f"/committees/{COMMITTEE}/forms/")
    page.check(f"#begin-{name}")
    page.locator("main form button.button--primary").click()
    page.wait_for_url("**/forms/*-*/**")
    return page.url.split("#")[0]


def exported(page: Page, address: str) -> str:
    text = page.context.request.get(f"{address}export/").text()
    assert to_json(from_text(text)) == json.loads(text)
    return text


def imported(page: Page, address: str, text: str) -> None:
    """A changed form is compared with the draft; then the exported one is taken."""
    changed = json.loads(text)
    first = changed["sections"][0]["questions"][0]
    first["label"]["en"] = "Another text"
    page.goto(f"{address}import/")
    page.fill("#id_definition", json.dumps(changed))
    page.locator("main form button.button--primary").click()
    assert page.locator("main ins", has_text="Another text").count() == 1
    page.goto(f"{address}import/")
    page.fill("#id_definition", text)
    page.locator("main form button.button--primary").click()
    assert page.locator("main ins").count() == 0
    page.locator("main form button.button--primary").click()
    page.wait_for_url(f"{address}*")


def press(page: Page, address: str) -> None:
    """The one button of a page that asks once more."""
    page.goto(address)
    page.locator("main form .form__actions button").first.click()
    page.wait_for_load_state()


def begun(page: Page) -> str:
    page.goto(f"/datasets/{DATASET}/request/")
    page.locator("main form button").first.click()
    page.wait_for_url("**/edit/")
    edit = page.url
    page.goto(f"{edit}?section=all")
    return edit


def fill(page: Page, definition: Definition) -> None:
    """Every question that the page shows, in its order; hidden ones appear as they are wanted."""
    answers = filled(definition)
    for one in definition.questions():
        box = page.locator(f'[data-question^="{one.field_name}"]')  # what one committee reads ends with its form
        expected = one.key in shown_keys(definition, answers)
        if not one.asks:
            continue
        assert box.is_visible() == expected, one.key
        if expected:
            answer(box, one, answers[one.key])


def answer(box: Any, one: Question, value: Any) -> None:
    """Type or choose one answer; tables are filled in by their cells."""
    name = box.get_attribute("data-question")
    if one.type in (Type.CHOICE, Type.CHOICES):
        for key in value if isinstance(value, list) else [value]:
            box.locator(f'input[value="{key}"]').check()
    elif one.type == Type.FILE:
        file = {"name": value[0]["name"], "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}
        box.locator('input[type="file"]').set_input_files(file)
    elif isinstance(value, dict):
        for part, text in value.items():
            box.locator(f'[name="{name}.{part}"]').fill(text)
    elif one.type == Type.TABLE:
        for column in one.columns:
            cell = box.locator(f'[name="{name}.0.{column.key}"]')
            text = plain(value[0][column.key])
            cell.select_option(text) if column.type == Type.CHOICE else cell.fill(text)
    else:
        box.locator(f'[name="{name}"]').fill(plain(value))


def plain(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def press_save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form .form__actions button").first.click()


def stays(page: Page, definition: Definition) -> None:
    """After saving, the page shows every answer again."""
    answers = filled(definition)
    for one in definition.questions():
        if one.type in (Type.TEXT, Type.LONG_TEXT) and one.key in shown_keys(definition, answers):
            name = page.locator(f'[data-question^="{one.field_name}"]').get_attribute("data-question")
            assert page.locator(f'[name="{name}"]').input_value().strip() == answers[one.key].strip()
