"""What the access matrix needs of approval rules: a rule that the chair owns, and an approval of it to check."""

from typing import Any
from uuid import UUID

from apps.access_requests.models import ApprovalRule, RuleDecision
from tests import stories

APPROVAL_FORMS: dict[str, dict[str, Any]] = {
    "approval_rule_new": {"title": ""},
    "approval_rule": {"action": "run"},
    "approval_rule_check": {"verdict": "agree"},
}


def approval_things(case: stories.Case, nobody: UUID) -> dict[tuple[str, str], dict[str, Any]]:
    """The arguments of addresses by kind of thing and state."""
    setup, slug = case.committee_setup, case.committee_setup.committee.slug
    terms = {"datasets": [str(case.published_dataset.dataset.pk)], "kinds": ["health"], "institutions": []}
    rule = ApprovalRule.objects.create(
        committee=setup.committee, owner=setup.membership_of(setup.chair), title="A rule", terms=terms
    )
    decision = RuleDecision.objects.create(
        rule=rule, item=case.item, round=case.request.rounds.get(), number=1, is_sampled=True
    )
    return {
        ("approval rule", "on"): {"slug": slug, "pk": rule.pk},
        ("approval rule", "unknown"): {"slug": slug, "pk": nobody},
        ("approval", "sampled"): {"slug": slug, "pk": decision.pk},
        ("approval", "unknown"): {"slug": slug, "pk": nobody},
    }
