"""Two windows on one draft: what each changed is merged, what both changed is asked, and nothing typed is lost."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.access_requests import commands as requests
from tests import stories
from tests.integration.web.test_request_forms import ALL, asked, names, sent

pytestmark = pytest.mark.django_db
EARLIER = "Recurrence after hormone therapy"


def opened(client: Client, case: stories.Case) -> dict[str, Any]:
    """What the page of the draft sends if nothing is typed in it."""
    page = client.get(reverse("request_edit", args=[case.request.pk]))
    form, text = page.context["form"], page.content.decode()
    base = re.search(r'name="base" value="([^"]*)"', text)
    assert base is not None
    filled = {name: value for name, value in form.initial.items() if value is not None and name in form.fields}
    return {**filled, "base": unescape(base[1]), "add_dataset": ""}


class Windows:
    """One draft in two windows of its applicant."""

    def __init__(self) -> None:
        self.case = stories.draft()
        self.client = stories.client_for(self.case.applicant)
        self.first, self.second = opened(self.client, self.case), opened(self.client, self.case)

    def save(self, window: dict[str, Any], **typed: Any) -> Any:
        return self.client.post(reverse("request_edit", args=[self.case.request.pk]), window | typed)

    def autosave(self, window: dict[str, Any], **typed: Any) -> Any:
        return self.client.post(reverse("request_autosave", args=[self.case.request.pk]), window | typed)

    @property
    def saved(self) -> Any:
        return self.case.reload().request


def test_fields_that_one_window_changed_are_merged_without_a_question() -> None:
    windows = Windows()
    assert windows.save(windows.first, title="From the first").status_code == 302
    assert windows.save(windows.second, public_summary="From the second").status_code == 302
    assert (windows.saved.title, windows.saved.public_summary) == ("From the first", "From the second")


def test_a_field_that_both_changed_is_compared_and_the_person_chooses() -> None:
    windows = Windows()
    windows.save(windows.first, title="From the first")
    refused = windows.save(windows.second, title="From the second", public_summary="From the second")
    assert refused.status_code == 409
    [one] = refused.context["conflicts"]
    assert (one.name, one.saved, one.typed) == ("title", "From the first", "From the second")
    assert (windows.saved.title, windows.saved.public_summary) == ("From the first", windows.second["public_summary"])
    page = refused.content.decode()
    assert 'value="From the second"' in page and "<del>" in page and page.count(f'name="{one.choice}"') == 2
    again = windows.second | {"base": refused.context["base"], "revision": windows.saved.revision}
    typed = {"title": "From the second", "public_summary": "From the second"}
    assert windows.save(again, **typed).status_code == 409, "without a choice it is asked again"
    assert windows.save(again, **typed, **{one.choice: f"mine-{one.digest}"}).status_code == 302
    assert (windows.saved.title, windows.saved.public_summary) == ("From the second", "From the second")


def test_keeping_the_saved_text_saves_everything_else() -> None:
    windows = Windows()
    windows.save(windows.first, title="From the first")
    typed = {"title": "From the second", "public_summary": "From the second"}
    refused = windows.save(windows.second, **typed)
    [one] = refused.context["conflicts"]
    choice = {one.choice: f"saved-{one.digest}"}
    assert windows.save(windows.second | {"base": refused.context["base"]}, **typed, **choice).status_code == 302
    assert (windows.saved.title, windows.saved.public_summary) == ("From the first", "From the second")


def test_a_choice_is_about_the_text_that_was_read_and_no_later_one() -> None:
    windows = Windows()
    windows.save(windows.first, title="From the first")
    [one] = windows.save(windows.second, title="From the second").context["conflicts"]
    requests.change(windows.saved, by=windows.case.applicant, title="Changed once more")
    late = windows.save(windows.second, title="From the second", **{one.choice: f"mine-{one.digest}"})
    assert late.status_code == 409 and late.context["conflicts"][0].saved == "Changed once more"


def test_a_page_that_does_not_say_what_it_began_with_is_asked_about_every_difference() -> None:
    windows = Windows()
    windows.save(windows.first, title="From the first")
    for base in ("", "[]", "no JSON"):
        answer = windows.save(windows.second, base=base, public_summary="From the second")
        assert answer.status_code == 409, base
        assert {one.name for one in answer.context["conflicts"]} == {"title", "public_summary"}


def test_autosave_saves_all_but_what_both_changed_and_names_it() -> None:
    windows = Windows()
    first = windows.autosave(windows.first, title="From the first").json()
    second = windows.autosave(windows.second, title="From the second", public_summary="From the second").json()
    assert len(second["conflicts"]) == 1 and second["merged"] == []
    assert (windows.saved.title, windows.saved.public_summary) == ("From the first", "From the second")
    later = windows.second | {"base": json.dumps(second["base"]), "revision": second["revision"]}
    once_more = windows.autosave(later, title="From the second", public_summary="And more").json()
    assert len(once_more["conflicts"]) == 1, "it stays a conflict until the person chooses"
    assert windows.saved.public_summary == "And more"
    merged = windows.first | {"base": json.dumps(first["base"]), "revision": first["revision"]}
    answer = windows.autosave(
        merged, title="From the first again", public_summary=windows.first["public_summary"]
    ).json()
    assert answer["conflicts"] == [] and len(answer["merged"]) == 1
    assert (windows.saved.title, windows.saved.public_summary) == ("From the first again", "And more")


def test_typing_on_after_a_save_is_never_a_conflict_with_oneself() -> None:
    windows = Windows()
    window = windows.first
    for about in ("Norway,Denmark", "denmark; Sweden"):
        answer = windows.autosave(window, about_processing=about, title=f"  {about} ").json()
        assert answer["conflicts"] == []
        window = window | {"base": json.dumps(answer["base"]), "revision": answer["revision"]}


def test_answers_to_forms_are_merged_one_by_one() -> None:
    request, [version], _datasets = asked(ALL)
    client, own = stories.client_for(request.applicant), names(request, ALL)
    page = client.get(reverse("request_edit", args=[request.pk]))
    base, where = page.context["base"], reverse("request_autosave", args=[request.pk])
    first = client.post(where, sent(request, ALL, a="yes", j="7") | {"base": base})
    assert first.status_code == 200 and first.json()["conflicts"] == []
    second = client.post(where, sent(request, ALL, a="no", i="Text") | {"base": base, "title": ""}).json()
    assert len(second["conflicts"]) == 1
    request.refresh_from_db()
    assert request.answers[str(version.pk)]["valid"] == {"a": "yes", "i": "Text", "j": 7}
    both = sent(request, ALL, a="no", i="Text") | {"base": json.dumps(second["base"])}
    compared = client.post(reverse("request_edit", args=[request.pk]), both)
    assert [one.name for one in compared.context["conflicts"]] == [own["a"]]
