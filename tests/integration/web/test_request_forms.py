"""The questions of committees' forms on the page of a request: shown, saved as typed, refused at their field."""

import time
from typing import Any

import pytest
from django.db import connection
from django.template.base import Template
from django.test.utils import CaptureQueriesContext, _TestState
from django.urls import reverse

from apps.access_requests import commands, form_answers
from apps.access_requests.models import AccessRequest
from apps.core import clock
from apps.forms.combined import names_of
from apps.forms.definition import Definition
from apps.forms.parsing import parse
from tests import stories
from tests.unit.access_requests.test_form_answers import FORM, asked
from tests.unit.forms import samples
from tests.unit.forms.samples import question, yes_no

pytestmark = pytest.mark.django_db
ALL = samples.read(
    yes_no("a", required=True),
    question("b", "choices", options=[{"key": "x", "label": {"en": "X"}}, {"key": "y", "label": {"en": "Y"}}]),
    question("c", "period"),
    question("d", "person", confidential=True),
    question("e", "table", columns=[question("f", required=True), yes_no("g"), question("h", "long_text")]),
    question("i", "long_text", readers="committee"),
    question("j", "number", readers="public", least=1),
    question("k", "header"),
    question("m", "label", help={"en": "Help"}),
    question("n", "country", visible_if={"question": "a", "is": "yes"}),
)


def names(request: AccessRequest, definition: Definition) -> dict[str, str]:
    """By key the name of its field; for a request that is not asked these questions, what it would be."""
    own = {key: name for (_version, key), name in names_of(form_answers.asked_forms(request)).items()}
    return {one.key: own.get(one.key, one.field_name) for one in definition.questions()}


def sent(request: AccessRequest, definition: Definition, **answers: Any) -> dict[str, Any]:
    """What the page sends: the fields of every request, a marker for each question, and these answers (`d.name`)."""
    own, dataset = names(request, definition), request.items.get().dataset
    marked = {f"{own[one.key]}.asked": "1" for one in definition.questions() if one.asks}
    given = {".".join([own[key.split("__")[0]], *key.split("__")[1:]]): value for key, value in answers.items()}
    days = {"starts_on": clock.today().isoformat(), "ends_on": clock.today().replace(month=12, day=31).isoformat()}
    whole = {"title": "A title", "purpose": stories.PURPOSE, "public_summary": stories.SUMMARY, "members": ""}
    return {"revision": request.revision, "datasets": [dataset.slug]} | whole | days | marked | given


def test_every_type_is_shown_and_saved_as_it_was_typed() -> None:
    request, [version], _datasets = asked(ALL)
    client = stories.client_for(request.applicant)
    address = reverse("request_edit", args=[request.pk])
    page = client.get(address)
    own = names(request, ALL)
    assert all(f'name="{own[key]}' in page.content.decode() for key in "abcdeijn")
    rows = {"e__0__f": "One", "e__0__g": "no", "e__1__f": "", "e__2__h": "no f"}
    body = sent(
        request, ALL, a="yes", b=["x", "y"], c__from="2026-02-30", d__name="Ann", d__marked="on", d__reason="Private",
        j="0", n="Denmark", i="Text", **rows,
    )  # fmt: skip
    assert client.post(address, body).status_code == 302
    request.refresh_from_db()
    stored = request.answers[str(version.pk)]
    assert stored["valid"] == {"a": "yes", "b": ["x", "y"], "d": {"name": "Ann"}, "i": "Text", "n": ["DK"]}
    assert set(stored["typed"]) == {"c", "e", "j"} and stored["confidential"] == {"d": "Private"}
    again = client.get(address).content.decode()
    assert "2026-02-30" in again and "no f" in again and again.count("field--error") == 3


def test_autosave_keeps_all_and_names_what_is_wrong() -> None:
    request, [version], _datasets = asked(ALL)
    client = stories.client_for(request.applicant)
    address = reverse("request_autosave", args=[request.pk])
    answer = client.post(address, sent(request, ALL, a="yes", j="many"))
    assert answer.status_code == 200 and list(answer.json()["wrong"]) == [names(request, ALL)["j"]]
    request.refresh_from_db()
    assert request.answers[str(version.pk)]["typed"] == {"j": "many"}
    stale = client.post(address, sent(request, ALL, a="no") | {"revision": 0})
    assert stale.status_code == 409
    request.refresh_from_db()
    assert request.answers[str(version.pk)]["valid"] == {"a": "yes"}


def test_autosave_takes_at_most_three_statements_more() -> None:
    """Forms add three at most; and the save itself (lock, time, change) is three, whatever is asked."""
    counts = []
    for definitions in ([], [ALL]):
        if definitions:
            request = asked(*definitions)[0]
        else:
            request = stories.draft().request
        client = stories.client_for(request.applicant)
        body = sent(request, ALL, a="yes")
        client.post(reverse("request_autosave", args=[request.pk]), body)
        with CaptureQueriesContext(connection) as statements:
            answer = client.post(
                reverse("request_autosave", args=[request.pk]), body | {"revision": request.revision + 1}
            )
        assert answer.status_code == 200
        counts.append(len(statements))
        asked_for = [one["sql"] for one in statements if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        begun = next(n for n, sql in enumerate(asked_for) if "FOR UPDATE" in sql)
        assert len(asked_for) - begun <= 3, asked_for[begun:]
    assert counts[1] - counts[0] <= 3


def test_a_submission_names_each_missing_answer_at_its_field() -> None:
    request, _versions, _datasets = asked(FORM)
    client = stories.client_for(request.applicant)
    address = reverse("request_submit", args=[request.pk])
    refused = client.post(address, sent(request, FORM, lead__name="Ann", leaves="yes", where="Atlantis"))
    assert refused.status_code == 422
    own = names(request, FORM)
    assert set(refused.context["form"].errors) == {own["where"]}
    assert f'href="#id_{own["where"]}"' in refused.content.decode()
    request.refresh_from_db()
    done = client.post(address, sent(request, FORM, lead__name="Ann", leaves="no"))
    assert done.status_code == 302
    assert request.rounds.get().snapshot["forms"][0]["answers"] == {"lead": {"name": "Ann"}, "leaves": "no"}


def test_a_page_without_the_questions_changes_no_answer() -> None:
    """A window from before the form was there."""
    request, [version], _datasets = asked(FORM)
    client = stories.client_for(request.applicant)
    client.post(reverse("request_edit", args=[request.pk]), sent(request, FORM, leaves="no"))
    request.refresh_from_db()
    body = {name: one for name, one in sent(request, FORM).items() if not name.endswith(".asked")}
    client.post(reverse("request_edit", args=[request.pk]), body)
    request.refresh_from_db()
    assert request.answers[str(version.pk)]["valid"]["leaves"] == "no"


@pytest.mark.exhaustive
def test_a_form_of_300_fields_opens_in_100_ms_of_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rendered as a server does: the test client would copy the context of each of 600 included templates."""
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)
    kinds = ("text", "long_text", "number", "date", "country", "email")
    big = parse(samples.form(*(question(f"q{n}", kinds[n % 6], help={"en": "Help"}) for n in range(300))))
    with_form, without = asked(big)[0], stories.draft().request
    took = {}
    for name, one in (("with", with_form), ("without", without)):
        client = stories.client_for(one.applicant)
        client.get(reverse("request_edit", args=[one.pk]))
        begun = time.process_time()
        for _again in range(5):
            client.get(reverse("request_edit", args=[one.pk]))
        took[name] = (time.process_time() - begun) / 5 * 1000
    print(f"300 fields: {took['with']:.0f} ms CPU, no form: {took['without']:.0f} ms")
    assert took["with"] <= 100


def test_the_revision_of_a_draft_is_counted_once() -> None:
    request, _versions, _datasets = asked(FORM)
    commands.change(request, by=request.applicant, title="x")
    assert AccessRequest.objects.get(pk=request.pk).revision == 1
