"""The filter "Fits my purpose" of the catalogue: counted, chosen, and shown beside each dataset."""

from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.datasets.fit import Fit
from apps.datasets.matching import Outcome
from apps.datasets.models import SearchDocument, UseSet
from apps.datasets.search import key_documents
from tests import stories

pytestmark = pytest.mark.django_db
HEALTH = {"version": 1, "kind": "health", "methods": False, "ancestry": False, "sensitive": [], "commercial": True}
HMB, NCU, RTN = Use("DUO:0000006"), Use("DUO:0000046"), Use("DUO:0000029")


def published(*uses: Use) -> str:
    made = stories.published_dataset()
    datasets.describe(made.dataset, by=made.owner, conditions=list(uses))
    return str(made.dataset.slug)


def rows(page: Any) -> dict[str, str | None]:
    return {one["url"].split("/")[2]: one["fit"] and one["fit"]["code"] for one in page.context["results"]}


def test_each_dataset_says_whether_it_fits_and_the_filter_finds_it() -> None:
    case = stories.draft()
    fits, denied, asks = published(HMB), published(HMB, NCU), published(HMB, RTN)
    client, place = stories.client_for(case.applicant), reverse("catalogue")
    assert set(rows(client.get(place)).values()) == {None} and not client.get(place).context["has_purpose"]
    commands.change(case.request, by=case.applicant, research_purpose=HEALTH)
    page = client.get(place)
    assert rows(page) == {
        fits: "match", denied: "deny", asks: "review", case.published_dataset.dataset.slug: "match",
    }  # fmt: skip
    group = page.context["facets"][0]
    assert {one["value"]: one["count"] for one in group["first"]} == {"match": 2, "deny": 1, "review": 1}
    chosen = client.get(place, {"fit": ["match", "deny"]})
    assert set(rows(chosen)) == {fits, denied, case.published_dataset.dataset.slug}
    assert {one["value"]: one["count"] for one in chosen.context["facets"][0]["first"]} == {
        "match": 2, "deny": 1, "review": 1,
    }  # fmt: skip
    assert len(chosen.context["chips"]) == 2
    assert rows(client.get(place, {"fit": "obligations"})) == {}
    assert rows(stories.client_for(None).get(place, {"fit": "match"})).keys() == rows(page).keys()
    assert len(client.get(place, {"fit": "perhaps"}).context["problems"]) == 1


def test_datasets_with_the_same_conditions_share_a_set_and_a_change_is_another() -> None:
    one, other = stories.published_dataset(), stories.published_dataset()
    for made in (one, other):
        datasets.describe(made.dataset, by=made.owner, conditions=[HMB, NCU])

    def keys() -> set[str]:
        found = SearchDocument.objects.filter(dataset__in=[one.dataset, other.dataset])
        return set(found.values_list("uses_set", flat=True))

    (key,) = keys()
    assert UseSet.objects.get(pk=key).uses == [["DUO:0000006", ""], ["DUO:0000046", ""]]
    datasets.describe(one.dataset, by=one.owner, conditions=[HMB, NCU, RTN])
    assert len(keys()) == 2


def test_documents_from_before_an_upgrade_get_their_key() -> None:
    case = stories.draft()
    published(HMB)
    SearchDocument.objects.update(uses_set="")
    commands.change(case.request, by=case.applicant, research_purpose=HEALTH)
    client = stories.client_for(case.applicant)
    assert set(rows(client.get(reverse("catalogue"), {"fit": "review"})).values()) == {"review"}
    assert key_documents(most=1) == 2 and key_documents() == 0
    assert not SearchDocument.objects.filter(uses_set="").exists()


def test_a_set_that_is_not_known_goes_to_the_committee() -> None:
    fit = Fit({"a": Outcome.MATCH, "b": Outcome.DENY})
    assert fit.of("c") == fit.of("") == Outcome.REVIEW
    assert fit.keys([Outcome.MATCH]) == ["a"] and fit.keys([Outcome.REVIEW]) == [""]


def test_the_list_costs_the_same_however_many_datasets_there_are(django_assert_max_num_queries: Any) -> None:
    case = stories.draft()
    commands.change(case.request, by=case.applicant, research_purpose=HEALTH)
    client = stories.client_for(case.applicant)
    for _ in range(3):
        published(HMB)
    client.get(reverse("catalogue"))
    with django_assert_max_num_queries(40):
        client.get(reverse("catalogue"), {"fit": "match"})
