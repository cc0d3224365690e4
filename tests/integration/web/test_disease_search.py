"""Diseases in the request form: searched as data and as a page, obsolete ones refused, words kept as words."""

import pytest
from django.urls import reverse

from apps.core.actors import CONSOLE
from apps.datasets import commands as datasets
from apps.datasets.ontology import Term
from tests import stories
from tests.integration.web.test_requests import typed

pytestmark = pytest.mark.django_db
TERMS = [
    Term("MONDO:1", "breast carcinoma", synonyms=["mammary cancer"]), Term("MONDO:2", "breast disorder"),
    Term("MONDO:3", "obsolete breast tumour", obsolete=True, replaced_by="MONDO:1"),
    Term("MONDO:4", "obsolete breast lump", obsolete=True),
]  # fmt: skip


def test_diseases_are_found_by_name_synonym_or_id_and_obsolete_ones_are_not() -> None:
    datasets.load_ontology(TERMS, by=CONSOLE)
    client, url = stories.client_for(stories.person()), reverse("disease_search")

    def found(words: str) -> list[tuple[str, str]]:
        return [(one["id"], one["synonym"]) for one in client.get(url, {"q": words}).json()["found"]]

    assert {pk for pk, _synonym in found("breast")} == {"MONDO:1", "MONDO:2"}
    assert found("mammary canc") == [("MONDO:1", "mammary cancer")]
    assert found("mammary c") == [("MONDO:1", "mammary cancer")]
    assert found("mondo:2") == [("MONDO:2", "")] and found("MONDO:3") == found("") == found("a" * 5000) == []


def test_without_script_a_disease_is_searched_and_added_and_what_was_typed_is_kept() -> None:
    case = stories.draft(complete=False)
    client, pk = stories.client_for(case.applicant), case.request.pk
    form, url = reverse("request_edit", args=[pk]), reverse("request_diseases", args=[pk])
    assert client.get(url, {"q": "breast"}).context["loaded"] is False
    datasets.load_ontology(TERMS, by=CONSOLE)
    assert client.post(form, typed(case, about_diseases="a rare thing", **{"disease-search": "1"}))["Location"] == url
    assert [one["id"] for one in client.get(url, {"q": "breast ca"}).context["rows"]] == ["MONDO:1"]
    for wrong in ([], ["MONDO:3"], ["no id"]):
        assert client.post(f"{url}?q=breast", {"disease": wrong}).status_code == 422
    assert client.post(url, {"disease": ["MONDO:1"]})["Location"].endswith("?section=purpose#id_about_diseases")
    named = case.reload().request.research_purpose["diseases"]
    assert named == [{"id": "", "label": "a rare thing"}, {"id": "MONDO:1", "label": "breast carcinoma"}]


def test_an_obsolete_disease_is_refused_with_the_one_that_replaced_it() -> None:
    datasets.load_ontology(TERMS, by=CONSOLE)
    case = stories.draft(complete=False)
    client, form = stories.client_for(case.applicant), reverse("request_edit", args=[case.request.pk])
    page = client.post(form, typed(case, about_diseases="obsolete breast tumour (MONDO:3)\nMONDO:4"))
    (sentence,) = page.context["form"].errors["about_diseases"]
    assert page.status_code == 422 and "breast carcinoma (MONDO:1)" in sentence and "MONDO:4" in sentence
    assert client.post(form, typed(case, about_diseases="MONDO:1")).status_code == 302
