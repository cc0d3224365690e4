"""Verbs that change how a committee decides, and what comes after a decision."""

from django.db import transaction

from apps.access_requests import rules
from apps.committees import commands as committees
from apps.committees.decisions import VotingRules
from apps.committees.models import Committee
from apps.core.actors import Actor
from apps.people.rules import check_person


@transaction.atomic
def change_voting_rules(committee: Committee, *, wanted: VotingRules, seen: str = "", by: Actor) -> None:
    """Change the committee's rules; nobody does so while it has an undecided request that they are part of, because
    its next round would follow the new rules.
    """
    by = check_person(by)
    rules.check_can_change_rules(by, committee)
    committees.change_voting_rules(committee, wanted=wanted, seen=seen, by=by)


@transaction.atomic
def set_after_decision(
    committee: Committee, *, undo_minutes: int, appeal_days: int, appeal_text: str = "", by: Actor
) -> None:
    """Change how long a decision can be undone and a denial appealed; nobody does so while the committee has an
    undecided request that they are part of, because its decision would follow them.
    """
    by = check_person(by)
    rules.check_can_change_rules(by, committee)
    committees.set_after_decision(
        committee, undo_minutes=undo_minutes, appeal_days=appeal_days, appeal_text=appeal_text, by=by
    )
