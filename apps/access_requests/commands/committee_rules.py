"""The verb that changes how a committee decides, from the next round on."""

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
