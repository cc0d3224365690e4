"""Approval rules: which are on, on what they were agreed, and what the shadow run looks at."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from apps.access_requests import effect
from apps.access_requests.models import ApprovalRule, Item, RuleDecision, ShadowRun
from apps.access_requests.states import ItemState
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.actors import Viewer
from apps.datasets.models import Condition, Dataset

DECIDED = (ItemState.APPROVED, ItemState.CONDITIONAL, ItemState.DENIED)
Pause = ApprovalRule.Pause


def rules_of(committee: Committee) -> QuerySet[ApprovalRule]:
    """The rules of this committee, newest first; those that ended come last."""
    rows = ApprovalRule.objects.filter(committee=committee).select_related("owner__person", "committee")
    return rows.order_by("ended_at", "-written_at", "pk")


def started(committees: Collection[UUID] | None = None) -> QuerySet[ApprovalRule]:
    """The rules of these or all committees that are started, neither paused nor ended; in the order they are tried."""
    rows = ApprovalRule.objects.filter(started_at__isnull=False, paused_at__isnull=True, ended_at__isnull=True)
    wanted = rows if committees is None else rows.filter(committee__in=committees)
    return wanted.order_by("started_at", "pk")


def bases_of(rules: Iterable[ApprovalRule]) -> dict[UUID, str]:
    """The SHA-256 of what a rule depends on besides its terms, by the id of the rule; two statements.

    These are the use conditions, the committee and the kind of access of its datasets, and how its committee decides.
    """
    rules = list(rules)
    wanted = {pk for rule in rules for pk in rule.covers.datasets}
    conditions: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for pk, code, value in Condition.objects.filter(dataset__in=wanted).values_list("dataset_id", "code", "value"):
        conditions[str(pk)].append((code, value))
    datasets = {
        str(pk): [str(committee), access]
        for pk, committee, access in Dataset.objects.filter(pk__in=wanted).values_list("pk", "committee_id", "access")
    }
    found = {}
    for rule in rules:
        facts = [[pk, datasets.get(pk), sorted(conditions[pk])] for pk in sorted(rule.covers.datasets)]
        text = json.dumps([facts, list(vars(rule.committee.voting_rules).items())], separators=(",", ":"))
        found[rule.pk] = hashlib.sha256(text.encode()).hexdigest()
    return found


def must_pause(rules: Iterable[ApprovalRule]) -> dict[UUID, ApprovalRule.Pause]:
    """Why a started rule no longer approves, whether that was written down or not; empty for one that is on."""
    rules = [rule for rule in rules if rule.is_started]
    owners = CommitteeMember.objects.active().filter(pk__in=[rule.owner_id for rule in rules])
    active = set(owners.values_list("pk", flat=True))
    bases, late = bases_of(rules), unchecked(rules)
    return {rule.pk: _trouble(rule, rule.owner_id in active, bases[rule.pk], rule.pk in late) for rule in rules}


def _trouble(rule: ApprovalRule, has_owner: bool, basis: str, is_unchecked: bool) -> ApprovalRule.Pause:
    if not has_owner:
        return Pause.OWNER_LEFT
    if basis != rule.basis:
        return Pause.CHANGED
    return Pause.UNCHECKED if is_unchecked else Pause.NONE


def unchecked(rules: Iterable[ApprovalRule]) -> set[UUID]:
    """Those of these rules whose sampled approvals nobody checks: more than APPROVAL_RULE_MOST_UNCHECKED wait, or one
    has waited for more than APPROVAL_RULE_CHECK_DAYS days. One statement.
    """
    waiting = RuleDecision.objects.filter(rule__in=[rule.pk for rule in rules], is_sampled=True, verdict="")
    late = clock.now() - timedelta(days=settings.APPROVAL_RULE_CHECK_DAYS)
    counted = waiting.order_by().values("rule").annotate(number=Count("pk"), oldest=Min("decided_at"))
    found = counted.filter(Q(number__gt=settings.APPROVAL_RULE_MOST_UNCHECKED) | Q(oldest__lt=late))
    return set(found.values_list("rule", flat=True))


def newest_run(rule: ApprovalRule) -> ShadowRun | None:
    """The shadow run on which members can agree: the last one."""
    return rule.runs.order_by("-run_at", "-pk").first()


def past_cases(rule: ApprovalRule) -> QuerySet[Item]:
    """What members of the committee decided about the datasets of the rule, newest first."""
    by_rule = RuleDecision.objects.filter(item=OuterRef("pk"))
    decided = Item.objects.filter(
        ~Exists(by_rule), committee=rule.committee_id, state__in=DECIDED, dataset__in=rule.covers.datasets
    )
    return decided.exclude(effect.pending()).select_related("request", "dataset").order_by("-decided_at", "pk")


def decisions_to_check(committee: Committee) -> QuerySet[RuleDecision]:
    """The sampled decisions of the rules of this committee that nobody has checked, oldest first."""
    waiting = RuleDecision.objects.filter(rule__committee=committee, is_sampled=True, verdict="")
    return waiting.select_related("item__request", "item__dataset", "rule__owner__person").order_by("decided_at", "pk")


def visible_to(person: Viewer) -> QuerySet[ApprovalRule]:
    """The rules of the committees in which this person is a member now."""
    return ApprovalRule.objects.filter(committee__in=committees_of(person)).select_related("owner__person", "committee")
