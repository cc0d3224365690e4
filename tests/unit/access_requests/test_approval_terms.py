"""What an approval rule covers: each fact that is missing, unknown or otherwise sends the case to people."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from apps.access_requests.approval_terms import MUST_BE_ANSWERED, Facts, Terms, Why, is_sampled, why_not
from apps.datasets.matching import Outcome, Purpose

TERMS = Terms(frozenset({"d"}), frozenset({"health", "methods"}), frozenset({"i", "j"}))
PURPOSE = Purpose(
    kind="health", methods=False, ancestry=False, genetic=False, sensitive=frozenset(), commercial=False,
    organisations=frozenset({"public"}), countries=frozenset({"DK"}), processing=frozenset({"DK"}), ai="no",
    reidentify=False, ethics="approved", ethics_until=date(2027, 6, 30),
)  # fmt: skip
FACTS = Facts(
    dataset="d", first_submission=True, purpose=PURPOSE, outcome=Outcome.MATCH, ends_on=date(2027, 6, 30),
    ethics_document=True, institutions=(frozenset({"i"}), frozenset({"j", "k"})), has_insider=False,
)  # fmt: skip


def said(**answers: Any) -> Facts:
    return replace(FACTS, purpose=replace(PURPOSE, **answers))


def test_a_case_of_which_everything_is_known_and_listed_is_covered() -> None:
    """Control of the test below: without a fault the rule approves."""
    assert why_not(TERMS, FACTS) == []
    assert why_not(TERMS, replace(FACTS, outcome=Outcome.OBLIGATIONS)) == []


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (replace(FACTS, dataset="other"), Why.DATASET),
        (replace(FACTS, first_submission=False), Why.ROUND),
        *((said(**{name: None}), Why.PURPOSE) for name in MUST_BE_ANSWERED),
        (said(kind=None), Why.KIND),
        (said(kind="population"), Why.KIND),
        (said(commercial=None), Why.COMMERCIAL),
        (said(commercial=True), Why.COMMERCIAL),
        (said(organisations=frozenset({"public", "company"})), Why.COMMERCIAL),
        (said(organisations=frozenset()), Why.COMMERCIAL),
        (said(reidentify=None), Why.REIDENTIFY),
        (said(reidentify=True), Why.REIDENTIFY),
        (said(sensitive=frozenset({"children"})), Why.SENSITIVE),
        (replace(FACTS, outcome=None), Why.MATCH),
        (replace(FACTS, outcome=Outcome.REVIEW), Why.MATCH),
        (replace(FACTS, outcome=Outcome.DENY), Why.MATCH),
        (said(ethics="pending"), Why.ETHICS),
        (said(ethics=None), Why.ETHICS),
        (said(ethics_until=None), Why.ETHICS),
        (said(ethics_until=date(2027, 6, 29)), Why.ETHICS),
        (replace(FACTS, ends_on=None), Why.ETHICS),
        (replace(FACTS, ethics_document=False), Why.DOCUMENT),
        (replace(FACTS, institutions=()), Why.INSTITUTION),
        (replace(FACTS, institutions=(frozenset({"i"}), frozenset())), Why.INSTITUTION),
        (replace(FACTS, institutions=(frozenset({"i"}), frozenset({"k"}))), Why.INSTITUTION),
        (replace(FACTS, has_insider=True), Why.INSIDER),
    ],
)
def test_one_fault_is_enough(facts: Facts, why: Why) -> None:
    assert why in why_not(TERMS, facts)


def test_terms_that_list_nothing_cover_nothing() -> None:
    for name in ("datasets", "kinds", "institutions"):
        assert why_not(replace(TERMS, **{name: frozenset()}), FACTS)
    assert Terms.read({}) == Terms(frozenset(), frozenset(), frozenset())
    assert Terms.read(TERMS.as_json()) == TERMS


def test_the_first_decision_and_each_nth_after_it_are_checked() -> None:
    assert [number for number in range(1, 32) if is_sampled(number, 10)] == [1, 11, 21, 31]
    assert all(is_sampled(number, 1) for number in range(1, 9))
