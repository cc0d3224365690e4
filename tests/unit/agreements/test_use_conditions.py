"""Case 7: the agreement names the use conditions with their values."""

import pytest

from apps.datasets import commands as datasets
from apps.datasets.conditions import Use, in_words
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_agreement_names_each_use_condition_with_its_value() -> None:
    world = stories.drafted_dataset()
    uses = [Use("DUO:0000007", "breast carcinoma"), Use("DUO:0000007", "lung cancer"), Use("DUO:0000021")]
    datasets.describe(world.dataset, by=world.owner, conditions=uses)
    agreement = stories.offered(published_dataset=stories.published(world)).agreement
    assert "breast carcinoma, lung cancer" in agreement.text
    assert "$" not in agreement.text
    assert in_words(uses) in agreement.text


def test_control_a_dataset_without_conditions_says_none() -> None:
    world = stories.drafted_dataset()
    datasets.describe(world.dataset, by=world.owner, conditions=[])
    agreement = stories.offered(published_dataset=stories.published(world)).agreement
    assert "Use conditions: none." in agreement.text
