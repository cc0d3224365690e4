"""The access rule as rows of components/checklist.html; the sentences are those of `apps.grants.explanations`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.datasets.models import Dataset
from apps.grants.access_state import AccessState, State
from apps.grants.access_state.places import href_of
from apps.grants.access_state.words import said
from apps.grants.explanations import NEXT_ACTIONS, explain
from apps.grants.queries import FOLLOWS, Fact, Verdict

OFFERS = (State.NONE, State.SIGN_IN_NEEDED, State.NOT_ACCEPTING)


def checks(verdict: Verdict, links: Mapping[str, str], state: AccessState | None) -> list[dict[str, Any]]:
    """The verdict as rows; `links` says where each next action is done, without those that cannot help this person.

    A grant's own parts follow the row about the grant, which then says only that it was given. Without a grant that row
    says what the reader's own `state` says; None for somebody else or another moment.
    """
    rows: list[dict[str, Any]] = []
    for fact in verdict.facts:
        rows.append(row(fact, verdict, links))
        if fact.part == "entitled" and verdict.access == Dataset.Access.CONTROLLED and verdict.grant_facts:
            rows[-1] |= {"ok": True, "fact": explain(replace(fact, holds=True), verdict).sentence}
            rows += [row(one, links=links) for one in verdict.grant_facts]
        elif fact.part == "entitled" and verdict.access == Dataset.Access.CONTROLLED and state is not None:
            rows[-1] |= _without_grant(state) if not fact.holds else {}
    return rows


def _without_grant(state: AccessState) -> dict[str, Any]:
    """How far the request is and what comes next; nothing where another row says what prevents a download."""
    if state.request is None and state.state not in OFFERS:
        return {}
    words = said(state)
    found: dict[str, Any] = {"fact": " ".join(words.sentences) or words.badge}
    if href := href_of(state.action):
        found |= {"href": href, "action": words.button}
    return found


def row(fact: Fact, verdict: Verdict | None = None, links: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One part of the rule, with a link to what helps if there is one."""
    found = explain(fact, verdict)
    check: dict[str, Any] = {
        "ok": found.holds,
        "sentence": found.condition,
        "fact": found.sentence,
        "follows": fact.cause == FOLLOWS,
    }
    if href := (links or {}).get(found.next_action):
        check |= {"href": href, "action": NEXT_ACTIONS[found.next_action]}
    return check
