"""Verbs about checklists: choose a committee's criteria, give a verdict on one. Neither decides an item."""

from collections.abc import Sequence

from django.db import transaction

from apps.access_requests import queries, queries_checklists, rules, rules_checklists
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Round, Verdict
from apps.audit.record import Kind, record
from apps.committees import commands_checklist
from apps.committees.models import Committee
from apps.core.actors import Actor
from apps.core.text import typed
from apps.people.rules import check_person


@transaction.atomic
def give_verdict(
    request: AccessRequest, *, committee: Committee, number: int, says: str, reason: str, seen: Round, by: Actor
) -> Verdict:
    """A member's verdict on one criterion of the round `seen`; it takes the place of an earlier one."""
    by = check_person(by)
    request = _lock(request)
    current = queries.open_round(request)
    rules_checklists.check_can_give_verdict(by, request, committee, current, seen)
    reason = typed(reason, field="reason").strip()
    rules_checklists.check_verdict(seen, committee, number, says, reason)
    given = {"round": seen, "committee": committee, "number": number, "says": says, "reason": reason}
    earlier = queries_checklists.newest_verdicts(seen, [committee.pk]).get(committee.pk, {}).get(number)
    verdict = Verdict.objects.create(given_by=by, supersedes=earlier, **given)
    record(Kind.VERDICT_GIVEN, actor=by, subject=request, about=[committee], number=number, round=seen.number)
    return verdict


@transaction.atomic
def change_checklist(
    committee: Committee, *, criteria: Sequence[str], required: bool, seen: str = "", by: Actor
) -> None:
    """Choose the criteria of the rounds that begin from now on; nobody does so while it has an undecided request of
    theirs.
    """
    by = check_person(by)
    rules.check_can_change_rules(by, committee)
    commands_checklist.set_checklist(committee, criteria=criteria, required=required, seen=seen, by=by)
