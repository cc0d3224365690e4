"""The one way in which an approval rule is paused; the caller has made its checks."""

from uuid import UUID

from apps.access_requests.models import ApprovalRule, Item, RuleDecision
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor


def _lock_rule(pk: UUID) -> ApprovalRule:
    """The locked rule, after every lock on a request; whoever decides by it or pauses it waits here.

    Several are locked in the order of their ids.
    """
    rules = ApprovalRule.objects.select_for_update(of=["self"]).select_related("owner__person", "committee")
    return rules.get(pk=pk)


def _pause(rule: ApprovalRule, why: ApprovalRule.Pause, *, by: Actor) -> bool:
    """Pause the locked rule; False if it is not on."""
    if not rule.is_started:
        return False
    rule.paused_at, rule.pause = clock.now(), why
    rule.save(update_fields=["paused_at", "pause"])
    about = [rule.committee_id, rule.owner.person_id]
    record(Kind.APPROVAL_RULE_PAUSED, actor=by, subject=rule, about=about, why=why.value)
    return True


def _pause_after_undo(item: Item, *, by: Actor) -> None:
    """A decision of a rule was undone: somebody disagrees, so the rule is paused."""
    made = RuleDecision.objects.filter(item=item, round__closed_at__isnull=True).first()
    if made is not None:
        _pause(_lock_rule(made.rule_id), ApprovalRule.Pause.UNDONE, by=by)
