"""Use conditions are rows of a dataset, each with a code and perhaps a value; every reader shows both."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.datasets import commands
from apps.datasets.conditions import Use, explained, in_order
from apps.datasets.models import Condition
from apps.datasets.queries import uses_of
from apps.datasets.rules import description_digest
from tests import stories

pytestmark = pytest.mark.django_db
LUNG, BREAST = Use("DUO:0000007", "MONDO:0008903"), Use("DUO:0000007", "MONDO:0007254")
ETHICS = Use("DUO:0000021")


def set_uses(published_dataset: stories.PublishedDataset, *uses: Use) -> None:
    commands.describe(published_dataset.dataset, by=published_dataset.owner, conditions=list(uses))


def test_a_code_can_have_several_values_and_each_is_one_row() -> None:
    published_dataset = stories.drafted_dataset()
    set_uses(published_dataset, ETHICS, LUNG, BREAST, LUNG)
    assert uses_of(published_dataset.dataset) == [BREAST, LUNG, ETHICS]
    set_uses(published_dataset, LUNG)
    assert uses_of(published_dataset.dataset) == [LUNG]


@pytest.mark.parametrize("row", [{"code": LUNG.code, "value": LUNG.value}, {"code": "", "value": "x"}])
def test_the_database_keeps_each_condition_once_and_with_a_code(row: dict[str, str]) -> None:
    published_dataset = stories.drafted_dataset()
    set_uses(published_dataset, LUNG)
    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.create(dataset=published_dataset.dataset, **row)


def test_conditions_are_shown_in_the_order_of_the_terms() -> None:
    assert [line["short"] for line in explained([Use("DUO:9999999"), ETHICS, LUNG])] == ["DS", "IRB", "?"]
    assert in_order([ETHICS, LUNG, ETHICS]) == [LUNG, ETHICS]


def test_a_change_of_a_value_is_noticed_by_whoever_had_the_form_open() -> None:
    published_dataset = stories.drafted_dataset()
    set_uses(published_dataset, LUNG)
    before = description_digest(published_dataset.dataset)
    set_uses(published_dataset, BREAST)
    assert description_digest(published_dataset.dataset) != before


def test_the_page_and_the_api_say_the_value() -> None:
    published_dataset = stories.published_dataset()
    set_uses(published_dataset, LUNG, ETHICS)
    client = stories.client_for(None)
    assert "MONDO:0008903" in client.get(f"/datasets/{published_dataset.dataset.slug}/").content.decode()
    said = client.get(f"/api/v1/datasets/{published_dataset.dataset.slug}").json()["conditions"]
    assert [(one["short"], one["value"]) for one in said] == [("DS", "MONDO:0008903"), ("IRB", "")]


def test_the_committee_reads_the_value() -> None:
    case = stories.submitted()
    set_uses(case.published_dataset, LUNG)
    assert (
        "MONDO:0008903"
        in stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/").content.decode()
    )


def test_the_form_stores_a_code_with_its_value_and_no_value_of_a_code_that_is_not_chosen() -> None:
    published_dataset = stories.drafted_dataset()
    set_uses(published_dataset, LUNG, ETHICS)
    dataset: Any = published_dataset.dataset
    form = {
        "title": dataset.title, "access": "controlled", "committee": str(dataset.committee_id),
        "longest_grant_days": "365", "summary": "s", "description": "d", "permission": "DUO:0000007",
        "value_DS": LUNG.value, "modifiers": ["DUO:0000019"], "value_GS": "not chosen",
    }  # fmt: skip
    answer = stories.client_for(published_dataset.owner).post(f"/my-datasets/{dataset.slug}/describe/", form)
    assert answer.status_code == 302
    assert uses_of(dataset) == [LUNG, Use("DUO:0000019")]


def test_a_country_is_stored_by_its_code_and_another_region_as_it_was_typed() -> None:
    published_dataset = stories.drafted_dataset()
    set_uses(published_dataset, *(Use("DUO:0000022", value) for value in ("norway", "EEA", "the Nordic countries")))
    assert [use.value for use in uses_of(published_dataset.dataset)] == ["EEA", "NO", "the Nordic countries"]
