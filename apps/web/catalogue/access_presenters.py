"""The access rule as rows of components/checklist.html; the sentences are those of `apps.grants.explanations`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.datasets.models import Dataset
from apps.grants.explanations import NEXT_ACTIONS, explain
from apps.grants.queries import Fact, Verdict


def checks(verdict: Verdict, links: Mapping[str, str]) -> list[dict[str, Any]]:
    """The verdict as rows; `links` says where each next action is done, without those that cannot help this person.

    A grant's own parts follow the row about the grant, which then says only that it was given.
    """
    rows: list[dict[str, Any]] = []
    for fact in verdict.facts:
        rows.append(row(fact, verdict, links))
        if fact.part == "entitled" and verdict.access == Dataset.Access.CONTROLLED and verdict.grant_facts:
            rows[-1] |= {"ok": True, "fact": explain(replace(fact, holds=True), verdict).sentence}
            rows += [row(one, links=links) for one in verdict.grant_facts]
    return rows


def row(fact: Fact, verdict: Verdict | None = None, links: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One part of the rule, with a link to what helps if there is one."""
    said = explain(fact, verdict)
    check = {"ok": said.holds, "sentence": said.condition, "fact": said.sentence}
    if href := (links or {}).get(said.next_action):
        check |= {"href": href, "action": NEXT_ACTIONS[said.next_action]}
    return check
