"""Every part of the access rule has its row of sentences; a part without one still gets an answer, in page and API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from django.db.models import Q

from apps.core import clock
from apps.grants import explanations, queries
from apps.grants.explanations import EXPLANATIONS, FURTHER, NEXT_ACTIONS, Explanation, explain
from apps.grants.models import AccessGrant
from apps.grants.queries import Fact
from tests import stories

pytestmark = pytest.mark.django_db
SPECIAL = [each for each in vars(explanations).values() if isinstance(each, Explanation)]


def parts_without_words(parts: Mapping[str, Any]) -> set[str]:
    """The parts of a rule that have no row, and the rows that are no part."""
    return set(parts) ^ set(EXPLANATIONS)


def parts() -> dict[str, Any]:
    return queries.rule(None) | AccessGrant.objects.parts()


def test_the_table_has_a_row_for_each_part_and_no_other() -> None:
    assert parts_without_words(parts()) == set()


def test_a_part_without_a_row_is_found() -> None:
    """The control of the test above."""
    assert parts_without_words(parts() | {"route": Q()}) == {"route"}


@pytest.mark.parametrize("row", [*EXPLANATIONS.values(), *SPECIAL])
def test_a_row_says_different_things_and_names_only_what_is_known(row: Explanation) -> None:
    said = {str(row.condition), str(row.met), str(row.not_met)}
    assert len(said) == 3
    assert all(words % {"when": "", "who": "", "reference": ""} for words in said)
    assert row.next_action in {"", *NEXT_ACTIONS}


@pytest.mark.parametrize("holds", [True, False])
def test_a_fact_whose_moment_is_unknown_is_still_answered(holds: bool) -> None:
    said = {explain(Fact(part, holds, moment)).sentence for part in EXPLANATIONS for moment in (None, clock.now())}
    assert all(said)
    assert not any("%(" in words for words in said)


def test_an_unknown_part_never_looks_met() -> None:
    said = explain(Fact("route", False, datetime.max))
    assert (said.holds, said.sentence, said.condition) == (False, str(FURTHER.not_met), str(FURTHER.condition))


@pytest.mark.parametrize("access", ["open", "registered", "controlled"])
def test_page_and_api_answer_for_a_part_without_words(access: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more part in the rule, which nobody gave words: both say so, and neither fails."""
    published_dataset, asker, rule = stories.published_dataset(access=access), stories.person(), queries.rule
    with clock.freeze(clock.now()):  # a frozen clock compiles each query again, so the planted part is in it
        monkeypatch.setattr(queries, "rule", lambda *given: rule(*given) | {"route": Q(pk__isnull=True)})
        page = stories.client_for(asker).get(f"/datasets/{published_dataset.dataset.slug}/access/")
        secret = stories.token(asker, "read")
        headers = {"Authorization": f"Bearer {secret}"}
        api = stories.client_for(None).get(f"/api/v1/datasets/{published_dataset.dataset.slug}/why", headers=headers)
    assert (page.status_code, api.status_code) == (200, 200)
    assert str(FURTHER.not_met) in page.content.decode()
    assert {"part": "route", "holds": False, "moment": None, "sentence": str(FURTHER.not_met)} in api.json()["facts"]


def test_page_and_api_read_the_same_sentences() -> None:
    access = stories.granted()
    slug = access.published_dataset.dataset.slug
    page = stories.client_for(access.holder).get(f"/datasets/{slug}/access/").content.decode()
    headers = {"Authorization": f"Bearer {stories.token(access.holder, 'read')}"}
    answer = stories.client_for(None).get(f"/api/v1/datasets/{slug}/why", headers=headers).json()
    said = [fact["sentence"] for fact in answer["facts"] + answer["grant_facts"]]
    assert len(said) == len(parts())
    assert [words for words in said if words not in page] == []
