"""Verbs about approval rules: write, try on past cases, agree, pause, end, decide, check. A rule never denies."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access_requests import queries, queries_approval, rules_approval
from apps.access_requests.approval_facts import facts_of
from apps.access_requests.approval_terms import Facts, Terms, is_sampled, why_not
from apps.access_requests.commands.approval_pauses import _lock_rule, _pause
from apps.access_requests.commands.decide import _effect_of, _take_effect
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import (
    AccessRequest,
    ApprovalRule,
    Item,
    Recusal,
    Round,
    RuleAgreement,
    RuleDecision,
    ShadowRun,
)
from apps.access_requests.states import ItemState, RequestState
from apps.audit.record import Kind, record
from apps.committees.decisions import Outcome
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.text import typed
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_named, check_person

MOST_CASES = 1000  # of a shadow run


@transaction.atomic
def write_approval_rule(
    committee: Committee,
    *,
    title: str,
    terms: Terms,
    sample_every: int,
    replaces: ApprovalRule | None = None,
    by: Actor,
) -> ApprovalRule:
    """Write a rule, owned by the member who writes it. It is off; a rule that it replaces stays on until it is on."""
    by = check_person(by)
    owner = rules_approval.check_can_write(by, committee)
    if replaces is not None:
        rules_approval.check_not_ended(_lock_rule(replaces.pk))
    title = typed(title, field="title").strip()
    rules_approval.check_rule(committee, title, terms, sample_every)
    rule = ApprovalRule.objects.create(
        committee=committee, owner=owner, title=title, terms=terms.as_json(), sample_every=sample_every,
        replaces=replaces,
    )  # fmt: skip
    record(Kind.APPROVAL_RULE_WRITTEN, actor=by, subject=rule, about=[committee.pk])
    return rule


@transaction.atomic
def run_on_past_cases(rule: ApprovalRule, *, by: Actor) -> ShadowRun:
    """What the rule would have approved of the newest decided cases, and where the committee decided otherwise.

    Approved after a question or an appeal counts as otherwise: the rule would have approved the first submission.
    """
    by = check_person(by)
    rule = _lock_rule(rule.pk)
    rules_approval.check_member(by, rule.committee)
    rules_approval.check_not_ended(rule)
    cases = list(queries_approval.past_cases(rule).select_related("decided_in", "request")[: MOST_CASES + 1])
    looked_at = cases[:MOST_CASES]
    facts, reasons = facts_of(looked_at), Counter[str]()
    approved: list[Item] = []
    for item in looked_at:
        found = why_not(rule.covers, facts[item.pk]) if item.pk in facts else []
        reasons.update(why.value for why in found)
        approved += [item] if item.pk in facts and not found else []
    differed = [str(item.pk) for item in approved if not _as_the_committee(item)]
    run = ShadowRun.objects.create(
        rule=rule, basis=queries_approval.bases_of([rule])[rule.pk], looked_at=len(looked_at),
        is_cut=len(cases) > MOST_CASES, approved=[str(item.pk) for item in approved], differed=differed,
        reasons=dict(reasons), run_by=by,
    )  # fmt: skip
    counts = {"looked_at": run.looked_at, "approved": len(approved), "differed": len(differed)}
    record(Kind.APPROVAL_RULE_TRIED, actor=by, subject=rule, about=[rule.committee_id, run.pk], **counts)
    return run


def _as_the_committee(item: Item) -> bool:
    """Whether the committee approved the first submission too, without conditions."""
    return item.state == ItemState.APPROVED and item.decided_in is not None and item.decided_in.number == 1


@transaction.atomic
def agree_to_rule(run: ShadowRun, *, looked: bool, by: Actor) -> bool:
    """Agree that the rule is switched on; with the chair and another member it is. Whether it is on now."""
    by = check_person(by)
    run.rule = rule = _lock_rule(run.rule_id)
    rules_approval.check_can_agree(by, run, looked)
    RuleAgreement.objects.create(run=run, person=by)
    record(Kind.APPROVAL_RULE_AGREED, actor=by, subject=rule, about=[rule.committee_id, run.pk])
    active = CommitteeMember.objects.active().filter(committee=rule.committee)
    chairs = list(active.filter(person__in=run.agreements.values("person")).values_list("is_chair", flat=True))
    if not any(chairs) or all(chairs):
        return False
    rule.started_at, rule.basis, rule.paused_at, rule.pause = clock.now(), run.basis, None, ""
    rule.save(update_fields=["started_at", "basis", "paused_at", "pause"])
    record(Kind.APPROVAL_RULE_STARTED, actor=by, subject=rule, about=[rule.committee_id, rule.owner.person_id])
    if rule.replaces is not None:
        _end(_lock_rule(rule.replaces.pk), by=by)
    return True


@transaction.atomic
def pause_approval_rule(rule: ApprovalRule, *, by: Actor) -> None:
    """Any member can pause a rule at once; it needs a new shadow run and new agreement to be on again."""
    by = check_person(by)
    rule = _lock_rule(rule.pk)
    rules_approval.check_member(by, rule.committee)
    _pause(rule, ApprovalRule.Pause.MEMBER, by=by)


@transaction.atomic
def end_approval_rule(rule: ApprovalRule, *, by: Actor) -> None:
    """End a rule for good; what it has approved stays approved."""
    by = check_person(by)
    rule = _lock_rule(rule.pk)
    rules_approval.check_can_end(by, rule)
    _end(rule, by=by)


def _end(rule: ApprovalRule, *, by: Actor) -> None:
    if rule.ended_at is None:
        rule.ended_at = clock.now()
        rule.save(update_fields=["ended_at"])
        record(Kind.APPROVAL_RULE_ENDED, actor=by, subject=rule, about=[rule.committee_id, rule.owner.person_id])


@transaction.atomic
def keep_approval_rule(rule: ApprovalRule, *, by: Actor) -> None:
    """Write down that the rule is paused by what has changed. What is true does not depend on when this runs."""
    check_named(by, SYSTEM)
    locked = _lock_rule(rule.pk)
    why = queries_approval.must_pause([locked]).get(locked.pk)
    if why:
        _pause(locked, why, by=by)


@transaction.atomic
def decide_by_rules(request: AccessRequest, *, by: Actor) -> list[RuleDecision]:
    """Approve what a rule covers, in the round that was submitted first and that nobody has taken up yet.

    The same path as a decision by votes: time to undo, effect, events. What no rule covers is left to people.
    """
    check_named(by, SYSTEM)
    request = _lock(request)
    current = queries.open_round(request)
    if request.state != RequestState.SUBMITTED or current is None or not request.applicant.is_active:
        return []
    items = request.items.select_for_update(of=["self"]).filter(state=ItemState.OPEN, rule_decisions__isnull=True)
    waiting = list(items.select_related("committee", "dataset").order_by("pk"))
    rules = list(queries_approval.started({item.committee_id for item in waiting}))
    facts = facts_of(waiting, at=clock.now()) if rules else {}
    covering = {
        item: [rule.pk for rule in rules if _covers(rule, item, facts) and _was_on(rule, current)] for item in waiting
    }
    locked = {pk: _lock_rule(pk) for pk in sorted({pk for found in covering.values() for pk in found})}
    made = []
    for item, found in covering.items():
        item.request = request
        decided = next(filter(None, (_decide(locked[pk], item, current) for pk in found)), None)
        made += [decided] if decided is not None else []
    return made


def _covers(rule: ApprovalRule, item: Item, facts: Mapping[UUID, Facts]) -> bool:
    return rule.committee_id == item.committee_id and item.pk in facts and not why_not(rule.covers, facts[item.pk])


def _was_on(rule: ApprovalRule, current: Round) -> bool:
    """Whether the rule was on when the request was submitted: a rule decides nothing that waited before it."""
    return rule.started_at is not None and rule.started_at <= current.opened_at


def _decide(rule: ApprovalRule, item: Item, current: Round) -> RuleDecision | None:
    """Approve the locked item by this locked rule, unless it is off by now or its owner has a conflict of interest."""
    if not rule.is_started:
        return None
    if why := queries_approval.must_pause([rule])[rule.pk]:
        _pause(rule, why, by=SYSTEM)
        return None
    owner = rule.owner.person
    if Recusal.objects.filter(request=item.request, person__in=accounts_of(owner).values("pk")).exists():
        return None
    number = rule.decisions.count() + 1
    decision = RuleDecision.objects.create(
        rule=rule, item=item, round=current, number=number, is_sampled=is_sampled(number, rule.sample_every)
    )
    _approve(item, current, rule, owner, decision)
    return decision


def _approve(item: Item, current: Round, rule: ApprovalRule, owner: Person, decision: RuleDecision) -> None:
    now = clock.now()
    reason = _("Approved by a rule of the committee: %(title)s.") % {"title": rule.title}
    facts = {"decided_at": now, "decided_in": current, "reason": reason, **_effect_of(item, Outcome.APPROVE, [], now)}
    item.move("approve", **facts)
    about = [item.request_id, item.dataset_id, rule.pk, decision.pk]
    record(
        Kind.ITEM_APPROVED_BY_RULE, actor=owner, subject=item, about=about, number=decision.number,
        sampled=decision.is_sampled, takes_effect_at=item.takes_effect_at,
    )  # fmt: skip
    if item.takes_effect_at is None:
        _take_effect(item)


@transaction.atomic
def check_rule_decision(decision: RuleDecision, *, verdict: str, comment: str, by: Actor) -> None:
    """A member says whether they would have approved it too. If not, the rule is paused; the decision stays."""
    by = check_person(by)
    rule = _lock_rule(decision.rule_id)
    decision = RuleDecision.objects.select_for_update(of=["self"]).select_related("item__request").get(pk=decision.pk)
    decision.rule = rule
    comment = typed(comment, field="comment").strip()
    rules_approval.check_can_check(by, decision, verdict, comment)
    said = {"verdict": verdict, "comment": comment, "checked_by": by, "checked_at": clock.now()}
    RuleDecision.objects.filter(pk=decision.pk).update(**said)
    about = [decision.item.request_id, decision.item.dataset_id, rule.committee_id]
    record(Kind.RULE_DECISION_CHECKED, actor=by, subject=rule, about=about, verdict=verdict)
    if verdict == RuleDecision.Verdict.DISAGREE:
        _pause(rule, ApprovalRule.Pause.DISAGREED, by=by)
