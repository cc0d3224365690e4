"""The pages on which a chair builds, compares, publishes, imports and exports a form."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.access_requests import commands as requests
from apps.forms import commands, queries
from apps.forms.definition import Definition, to_json
from apps.forms.models import Form
from apps.forms.parsing import parse
from apps.forms.shipped_forms import SHIPPED, shipped
from apps.web.forms.question_form import QuestionEdit, flat_rules, from_rule, initial_of, is_flat
from tests import stories
from tests.unit.access_requests.test_form_answers import answer, asked, complete
from tests.unit.forms import samples
from tests.unit.forms.samples import filled, question, yes_no

pytestmark = pytest.mark.django_db
ONE = samples.read(yes_no("a"), question("b", "number"), question("c"))


class Builder:
    """A chair with a form of their committee."""

    def __init__(self, definition: Definition = ONE) -> None:
        self.setup = stories.committee_setup()
        self.client = stories.client_for(self.setup.chair)
        self.form = commands.create_form(self.setup.committee, definition=definition, by=self.setup.chair)

    def address(self, name: str, *more: Any) -> str:
        return reverse(
            name, args=[self.setup.committee.slug, *([] if name == "committee_forms" else [self.form.pk]), *more]
        )

    def get(self, name: str, *more: Any) -> Any:
        return self.client.get(self.address(name, *more))

    def act(self, act: str, **more: Any) -> Any:
        """The button `name:about` is pressed."""
        name, _colon, about = act.partition(":")
        return self.client.post(self.address("form_builder"), {name: about or "1", **more})

    def keys(self) -> list[str]:
        draft = queries.draft_of(self.form)
        assert draft is not None
        return [one.key for one in draft.read.questions()]


def test_a_form_begins_as_a_shipped_one_or_empty() -> None:
    builder = Builder()
    for begin in (SHIPPED[1], "empty"):
        assert builder.client.post(builder.address("committee_forms"), {"begin": begin}).status_code == 302
    assert Form.objects.count() == 3
    assert builder.client.post(builder.address("committee_forms"), {"begin": "x"}).status_code == 422
    assert builder.get("committee_forms").status_code == 200


def test_buttons_move_add_rename_and_delete() -> None:
    builder = Builder()
    for act, more in (
        ("up:c", {}), ("down:a", {}), ("add:one", {"label": "Where?", "type": "country"}), ("delete:b", {}),
        ("add-section:", {"title": "More"}), ("rename:one", {"title": "First", "title_da": "Først"}),
        ("name-form:", {"name": "A name", "name_da": "Et navn"}), ("section-up:more", {}), ("section-down:more", {}),
        ("delete-section:more", {}),
    ):  # fmt: skip
        assert builder.act(act, **more).status_code == 302, act
    assert builder.keys() == ["c", "a", "where"]
    draft = queries.draft_of(builder.form)
    assert draft is not None and draft.read.name == {"en": "A name", "da": "Et navn"} and draft.revision == 10
    for act, more in (("none:a", {}), ("add:one", {"label": " "}), ("add-section:", {"title": ""})):
        assert builder.act(act, **more).status_code == 422
    assert builder.act("up:a", revision=3).status_code == 409  # another window has changed it since
    assert builder.act("up:a", revision="x" * 20).status_code == 302


def edited(**changes: Any) -> dict[str, Any]:
    return {"label_en": "C", "type": "text", "readers": "committees", "joined": "all"} | changes


def test_a_question_is_edited_and_a_wrong_one_is_refused_at_its_field() -> None:
    builder = Builder()
    address = builder.address("form_question", "c")
    saved = builder.client.post(address, edited(
        label_da="Ø", help_en="Help", type="choices", required="on", options="x: X | Y\ny: Z", least="1",
        readers="committee", confidential="on", refers_to="EHDS 67(2)(a); GDPR 6", joined="any",
        rule0="a|is|yes", rule1="b|at_least|", number1="5", rule2="a|not|no",
    ))  # fmt: skip
    assert saved.status_code == 302
    stored = queries.draft_of(builder.form).read.question("c")  # type: ignore[union-attr]
    assert stored is not None and stored.visible_if == {"any": [
        {"question": "a", "is": "yes"}, {"question": "b", "at_least": 5}, {"not": {"question": "a", "is": "no"}},
    ]}  # fmt: skip
    assert [one.label for one in stored.options] == [{"en": "X", "da": "Y"}, {"en": "Z"}]
    page = builder.get("form_question", "c")
    assert page.context["edit"].initial["rule2"] == "a|not|no" and page.context["problems"] == []
    for changes, field in (
        ({"least": "5", "most": "1"}, "least"), ({"label_en": ""}, "label_en"), ({"type": "nothing"}, "type"),
        ({"type": "choices"}, "options"), ({"type": "table", "columns": "x: y"}, "columns"),
        ({"type": "choices", "options": "no colon"}, "options"), ({"type": "date", "earliest": "soon"}, "earliest"),
        ({"type": "file", "largest_mb": "5", "formats": "exe"}, "formats"),
    ):  # fmt: skip
        refused = builder.client.post(address, edited(**changes))
        assert refused.status_code == 422 and field in refused.context["edit"].errors, changes
    assert builder.get("form_question", "gone").status_code == 404


def test_a_new_type_begins_with_an_example_and_drops_what_it_does_not_have() -> None:
    builder = Builder(samples.read(question("c", most=5)))
    for kind in ("choice", "table", "date", "label"):
        sent = edited(type=kind, most="5")
        assert builder.client.post(builder.address("form_question", "c"), sent).status_code == 302, kind
        stored = queries.draft_of(builder.form).read.question("c")  # type: ignore[union-attr]
        assert stored is not None and (stored.type, stored.most) == (kind, 5 if kind == "table" else None)
        assert bool(stored.options) == (kind == "choice") and bool(stored.columns) == (kind == "table")
    fields = builder.get("form_question", "c").context["edit"].fields
    assert not {"required", "options", "least", "readers", "prefill"} & set(fields)


def test_every_type_can_be_opened_saved_and_stays_the_same() -> None:
    """What the page shows of a question is what it saves."""
    for name in SHIPPED:
        for one in shipped(name).questions():
            stored = initial_of(one).items()
            sent = {key: value for key, value in stored if value not in (None, "") and value is not False}
            edit = QuestionEdit(sent, form=shipped(name), question=one)
            assert edit.is_valid(), (one.key, edit.errors)
            assert edit.question == one


def test_flat_conditions_come_back() -> None:
    found = [one.visible_if for name in SHIPPED for one in shipped(name).questions() if one.visible_if]
    for condition in (one for one in found if is_flat(one)):
        parts = [from_rule(rule, number or 0) for rule, number in flat_rules(condition)]
        name = "any" if "any" in condition else "all"
        assert condition in (parts[0], {name: parts})
    assert [one for one in found if not is_flat(one)]  # control: some are nested, and the page leaves them alone


def test_publishing_shows_the_effect_and_freezes_the_version() -> None:
    request, [version], [dataset] = asked(ONE)
    answer(request, version, a="yes")
    builder = Builder()
    builder.setup, builder.form = dataset.committee_setup, version.form
    builder.client = stories.client_for(builder.setup.chair)
    assert builder.act("add:one", label="New", type="text").status_code == 302
    page = builder.get("form_publish")
    assert page.context["use"].drafts == 1 and [one["key"] for one in page.context["changes"]] == ["new"]
    assert page.context["changes"][0]["effect"]
    assert builder.client.post(builder.address("form_publish")).status_code == 302
    assert queries.published_version(builder.form).number == 2  # type: ignore[union-attr]
    for name in ("form_publish", "form_withdraw", "form_preview", "form_builder"):
        assert builder.get(name).status_code == 200
    assert builder.client.post(builder.address("form_publish")).status_code == 409
    applicant = stories.client_for(request.applicant)
    newest = queries.published_version(builder.form)
    assert newest is not None
    offer = reverse("request_form_version", args=[request.pk, newest.pk])
    assert offer in applicant.get(reverse("request_edit", args=[request.pk])).content.decode()
    assert [one["key"] for one in applicant.get(offer).context["changes"]] == ["new"]
    assert applicant.post(offer).status_code == 302
    assert applicant.get(offer).status_code == 404
    request.refresh_from_db()
    assert request.answers[str(newest.pk)]["valid"] == {"a": "yes"}


def test_a_form_with_a_problem_says_so_and_is_not_published() -> None:
    builder = Builder()
    builder.client.post(builder.address("form_question", "c"), edited(rule0="a|is|yes"))
    builder.act("up:c")
    builder.act("up:c")
    page = builder.get("form_builder")
    assert [one.key for one in page.context["problems"]] == ["c"]
    assert builder.client.post(builder.address("form_publish")).status_code == 422
    assert builder.client.post(builder.address("form_discard")).status_code == 302
    assert not Form.objects.filter(pk=builder.form.pk).exists()


def test_an_import_is_compared_first_and_then_confirmed() -> None:
    builder = Builder()
    other = json.dumps(to_json(samples.read(yes_no("a"), question("new"))))
    address = builder.address("form_import")
    compared = builder.client.post(address, {"definition": other})
    assert {one["key"] for one in compared.context["compared"]} == {"b", "c", "new"} and builder.keys() == [
        "a",
        "b",
        "c",
    ]
    file = SimpleUploadedFile("form.json", other.encode())
    assert builder.client.post(address, {"file": file}).context["compared"]
    assert builder.client.post(address, {"definition": compared.context["text"], "confirm": "1"}).status_code == 302
    assert builder.keys() == ["a", "new"]
    for wrong in ("", "{", "[]", json.dumps({"format": "other"})):
        assert builder.client.post(address, {"definition": wrong}).status_code == 422
    exported = builder.get("form_export")
    assert parse(json.loads(exported.content)) == parse(json.loads(other))
    assert builder.client.get(builder.address("form_export") + "?version=7").status_code == 404


def test_pages_cost_the_same_for_short_and_long_forms() -> None:
    counts = []
    for name in ("short", "ehds-access-application"):
        builder = Builder(shipped(name))
        builder.get("form_builder")
        with CaptureQueriesContext(connection) as statements:
            assert builder.get("form_builder").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_case_shows_private_answers_to_its_own_committee_only() -> None:
    form = samples.read(question("secret", readers="committee"), question("open"))
    request, versions, datasets = asked(form, samples.read(question("other")))
    complete(request)
    request = answer(request, versions[0], secret="HIDDEN-WORD", open="OPEN-WORD")
    requests.submit(request, by=request.applicant)
    stories.declare(request)
    readers: dict[str, Client] = {
        "own": stories.client_for(datasets[0].committee_setup.chair),
        "other": stories.client_for(datasets[1].committee_setup.chair),
        "owner": stories.client_for(datasets[0].owner),
        "applicant": stories.client_for(request.applicant),
    }
    seen = {}
    for who, client in readers.items():
        pages = [reverse("request_page", args=[request.pk])]
        pages += [reverse("case", args=[request.pk])] if who in ("own", "other") else []
        texts = [client.get(page).content.decode() for page in pages]
        assert all("OPEN-WORD" in text for text in texts), who
        seen[who] = ["HIDDEN-WORD" in text for text in texts]
    assert seen == {"own": [True, True], "other": [False, False], "owner": [False], "applicant": [True]}


@pytest.mark.parametrize("name", [SHIPPED[0]])
def test_a_shipped_form_is_exported_imported_filled_in_and_compared(name: str) -> None:
    """Must show 4 for one form; the others in tests/browser/test_forms.py."""
    builder = Builder(shipped(name))
    text = builder.get("form_export").content.decode()
    builder.act("delete:" + next(one.key for one in shipped(name).questions()))
    assert builder.client.post(builder.address("form_import"), {"definition": text, "confirm": "1"}).status_code == 302
    draft = queries.draft_of(builder.form)
    assert draft is not None and draft.read == shipped(name)
    assert filled(draft.read)
