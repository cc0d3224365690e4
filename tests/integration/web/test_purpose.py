"""The research purpose on pages: the form keeps and explains it, and every reader sees the comparison."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.datasets.ontology import Term
from tests import stories

pytestmark = pytest.mark.django_db
ANSWERS = {
    "about_kind": "disease", "about_diseases": "breast carcinoma\nbreast", "about_methods": "no",
    "about_ancestry": "no", "about_sensitive": ["none"], "about_commercial": "", "about_organisations": ["public"],
    "about_countries": "Denmark, no", "about_processing": "", "about_ethics": "approved",
    "about_ethics_until": "2031-12-31",
}  # fmt: skip
SAID = {
    "version": 1, "kind": "disease", "methods": False, "ancestry": False, "sensitive": [], "organisations": ["public"],
    "countries": ["DK", "NO"], "ethics": "approved", "ethics_until": "2031-12-31",
    "diseases": [{"id": "MONDO:2", "label": "breast carcinoma"}, {"id": "", "label": "breast"}],
}  # fmt: skip


def typed(case: stories.Case, **more: Any) -> dict[str, Any]:
    case.request.refresh_from_db()
    slug = case.published_dataset.dataset.slug
    return {**stories.answers(), "members": "", "revision": case.request.revision, "datasets": slug, **more}


def described(case: stories.Case, *uses: Use) -> stories.Case:
    datasets.describe(case.published_dataset.dataset, by=case.published_dataset.owner, conditions=list(uses))
    return case


def url(name: str, case: stories.Case) -> str:
    return reverse(name, args=[case.request.pk])


def test_the_form_keeps_every_answer_and_shows_it_again() -> None:
    case = described(stories.draft(), Use("DUO:0000007", "MONDO:2"))
    datasets.load_ontology([Term("MONDO:2", "breast carcinoma")], by=CONSOLE)
    client = stories.client_for(case.applicant)
    assert client.post(url("request_edit", case), typed(case, **ANSWERS)).status_code == 302
    case.request.refresh_from_db()
    assert case.request.research_purpose == SAID
    page = client.get(url("request_edit", case))
    assert [row["match"]["badge"]["code"] for row in page.context["matches"]] == ["review"]
    assert page.context["unclear"] == [{"text": "breast", "found": ["breast carcinoma (MONDO:2)"]}]
    again = {name: page.context["form"][name].value() for name in ANSWERS}
    assert client.post(url("request_edit", case), typed(case, **again)).status_code == 302
    case.request.refresh_from_db()
    assert case.request.research_purpose == SAID
    assert client.post(url("request_edit", case), typed(case)).status_code == 302  # a page without the questions
    case.request.refresh_from_db()
    assert case.request.research_purpose == SAID


@pytest.mark.parametrize(
    "answer, value",
    [
        ("about_kind", "magic"), ("about_countries", "Denmark, Atlantis"), ("about_processing", "EU"),
        ("about_sensitive", ["none", "children"]), ("about_ethics_until", "yesterday"), ("about_diseases", "a\n" * 21),
        ("about_diseases", "a" * 201), ("about_project", "a\u202eb"),
    ],
)  # fmt: skip
def test_an_impossible_answer_is_refused_at_its_field_and_nothing_is_lost(answer: str, value: Any) -> None:
    case = stories.draft()
    lines = "\n".join(f"disease {n}" for n in range(21)) if value == "a\n" * 21 else value
    page = stories.client_for(case.applicant).post(url("request_edit", case), typed(case, **{answer: lines}))
    assert page.status_code == 422 and list(page.context["form"].errors) == [answer]
    assert page.context["form"][answer].value() == lines


def test_autosave_keeps_answers_and_the_comparison_follows() -> None:
    case = described(stories.draft(), Use("DUO:0000042"), Use("DUO:0000046"))
    client = stories.client_for(case.applicant)
    assert client.get(url("request_match", case)).context["has_purpose"] is False
    health = ANSWERS | {"about_kind": "health", "about_diseases": "", "about_commercial": "yes"}
    assert client.post(url("request_autosave", case), typed(case, **health)).status_code == 200
    (row,) = client.get(url("request_match", case)).context["matches"]
    assert row["match"]["badge"]["code"] == "deny" and len(row["match"]["changes"]) == 1
    answer = client.post(url("request_submit", case), typed(case, **health))
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["datasets"]
    fixed = health | {"about_commercial": "no"}
    assert client.post(url("request_submit", case), typed(case, **fixed)).status_code == 302
    case.request.refresh_from_db()
    assert case.request.state == "submitted"


def test_a_period_beyond_a_condition_is_refused_with_its_cause() -> None:
    last = clock.today() + timedelta(days=9)
    case = described(stories.draft(), Use("DUO:0000042"), Use("DUO:0000025", last.isoformat()))
    page = stories.client_for(case.applicant).post(
        url("request_edit", case), typed(case, **(ANSWERS | {"about_kind": "health", "about_diseases": ""}))
    )
    assert page.status_code == 422 and list(page.context["form"].errors) == ["ends_on"]


def test_the_committee_reads_the_answers_of_the_round_and_the_comparison() -> None:
    case = described(stories.draft(), Use("DUO:0000006"), Use("DUO:0000019"))
    chair = stories.client_for(case.committee_setup.chair)
    commands.change(case.request, by=case.applicant, research_purpose=SAID)
    commands.submit(case.request, by=case.applicant)
    stories.declare(case.request)
    page = chair.get(reverse("case", args=[case.request.pk]))
    (row,) = page.context["case_matches"]
    assert [line["outcome"] for line in row["match"]["lines"]] == ["match", "review"]
    assert {one["value"] for one in page.context["purpose_answers"]} >= {"Denmark, Norway", "31 Dec 2031"}
    mine = stories.client_for(case.applicant).get(reverse("request_page", args=[case.request.pk]))
    assert len(mine.context["purpose_rows"]) == len(SAID) - 1


def test_a_case_without_answers_says_so() -> None:
    case = stories.submitted()
    page = stories.client_for(case.committee_setup.chair).get(reverse("case", args=[case.request.pk]))
    assert page.context["case_matches"] == []


def test_answers_of_an_earlier_request_are_used_again() -> None:
    case = stories.draft()
    commands.change(case.request, by=case.applicant, research_purpose=SAID)
    new = stories.draft(applicant=case.applicant)
    client = stories.client_for(case.applicant)
    assert [one.pk for one in client.get(url("request_edit", new)).context["earlier_purposes"]] == [case.request.pk]
    assert client.post(url("request_reuse_purpose", new), {"from": str(case.request.pk)}).status_code == 302
    new.request.refresh_from_db()
    assert new.request.research_purpose == SAID
    for strange in (str(stories.draft().request.pk), "x"):
        assert client.post(url("request_reuse_purpose", new), {"from": strange}).status_code == 404


def test_the_dataset_page_compares_with_the_last_purpose() -> None:
    case = described(stories.draft(), Use("DUO:0000006"), Use("DUO:0000022", "NO"), Use("DUO:0000022", "DK"))
    place = reverse("dataset", args=[case.published_dataset.dataset.slug])
    client = stories.client_for(case.applicant)
    for reader in (client, stories.client_for(None)):
        page = reader.get(place)
        assert page.context["match"] is None and page.context["may_compare"]
    commands.change(case.request, by=case.applicant, research_purpose=SAID | {"processing": ["NO"]})
    page = client.get(place)
    assert page.context["match"]["badge"]["code"] == "match"
    assert [one["verdict"] is not None for one in page.context["conditions"]] == [True, False, True]
