"""Messages about approval rules: one was switched on or paused, and a decision of one to check."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import ApprovalRule, Recusal, RuleDecision
from apps.access_requests.queries import people_of
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.queries import memberships_of
from apps.notifications.recipients import Message, Note, Notes, subject_of


def _changed(event: Event) -> Notes:
    """The members of the committee, and the owner who has left it; not whoever did it."""
    rule = ApprovalRule.objects.select_related("committee", "owner__person").get(pk=subject_of(event))
    facts = {"rule": rule.title, "committee": rule.committee.name}
    page = reverse("approval_rule", args=[rule.committee.slug, rule.pk])
    name = "rule_paused.member" if event.kind == Kind.APPROVAL_RULE_PAUSED else "rule_started.member"
    for membership in memberships_of(rule.committee).select_related("person"):
        if membership.person_id != event.actor_id:
            yield Note(membership.person, name, page, facts)


def _to_check(event: Event) -> Notes:
    """For a sampled approval: the members without a part or a conflict of interest in it, but for the rule's owner."""
    made = RuleDecision.objects.select_related("item__request", "item__dataset", "rule__committee", "rule__owner")
    decision = made.filter(item=subject_of(event), number=event.facts.get("number"), pk__in=event.about).first()
    if decision is None or not decision.is_sampled:
        return
    rule = decision.rule
    facts = {"rule": rule.title, "reference": decision.item.request.reference, "dataset": decision.item.dataset.title}
    page = reverse("approval_rule_check", args=[rule.committee.slug, decision.pk])
    request = decision.item.request
    aside = {*people_of(request).values_list("pk", flat=True), rule.owner.person_id}
    aside |= set(Recusal.objects.filter(request=request).values_list("person_id", flat=True))
    for membership in memberships_of(rule.committee).select_related("person"):
        if membership.person_id not in aside:
            yield Note(membership.person, "rule_decision.member", page, facts)


MESSAGES: Mapping[Kind, Message] = {
    Kind.APPROVAL_RULE_STARTED: Message(
        _changed,
        {
            "rule_started.member": (
                _("The approval rule “%(rule)s” is on"),
                _(
                    "From now on, requests to “%(committee)s” that this rule covers are approved as soon as they "
                    "are submitted. You can pause the rule at any time."
                ),
            ),
        },
    ),
    Kind.APPROVAL_RULE_PAUSED: Message(
        _changed,
        {
            "rule_paused.member": (
                _("The approval rule “%(rule)s” is paused"),
                _(
                    "Requests to “%(committee)s” that the rule covered go to the members again. To switch the rule on, "
                    "start a new shadow run; the chair and another member must agree."
                ),
            ),
        },
    ),
    Kind.ITEM_APPROVED_BY_RULE: Message(
        _to_check,
        {
            "rule_decision.member": (
                _("Check an approval by a rule: %(reference)s"),
                _(
                    "The rule “%(rule)s” approved access to “%(dataset)s”. Say whether you would have approved it too. "
                    "If not, the rule is paused."
                ),
            ),
        },
    ),
}
