"""Messages about approval rules: one was switched on or paused, and a decision of one to check."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import ApprovalRule, Recusal, RuleDecision
from apps.access_requests.queries import people_of
from apps.access_requests.queries_conflicts import valid_declarations
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.queries import memberships_of
from apps.notifications.recipients import Message, Note, Notes, subject_of
from apps.people.models import Person


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
    """For a sampled approval: the members without a part or a conflict of interest in it, but for the rule's owner.

    Who has not declared hears only that there is a request: what happened to it is part of the case.
    """
    made = RuleDecision.objects.select_related("item__request", "item__dataset", "rule__committee", "rule__owner")
    decision = made.filter(item=subject_of(event), number=event.facts.get("number"), pk__in=event.about).first()
    if decision is None or not decision.is_sampled:
        return
    rule = decision.rule
    request = decision.item.request
    before = {"reference": request.reference, "committee": rule.committee.name}
    declared = set(valid_declarations().filter(request=request).values_list("person_id", flat=True))
    aside = {*people_of(request).values_list("pk", flat=True), rule.owner.person_id}
    aside |= set(Recusal.objects.filter(request=request).values_list("person_id", flat=True))
    for membership in memberships_of(rule.committee).select_related("person"):
        if membership.person_id in declared - aside:
            yield _note_to_check(membership.person, decision)
        elif membership.person_id not in aside:
            yield Note(membership.person, "rule_decision.undeclared", reverse("case", args=[request.pk]), before)


def _checks_now(event: Event) -> Notes:
    """A member declared that they have no conflict of interest: they can check what rules approved in the request."""
    waiting = RuleDecision.objects.filter(item__request=subject_of(event), is_sampled=True, verdict="")
    made = waiting.select_related("item__request", "item__dataset", "rule__committee", "rule__owner").order_by("pk")
    for decision in made:
        memberships = memberships_of(decision.rule.committee).filter(person=event.actor_id).select_related("person")
        for membership in memberships.exclude(pk=decision.rule.owner_id):
            yield _note_to_check(membership.person, decision)


def _note_to_check(reader: Person, decision: RuleDecision) -> Note:
    rule, item = decision.rule, decision.item
    page = reverse("approval_rule_check", args=[rule.committee.slug, decision.pk])
    facts = {"rule": rule.title, "reference": item.request.reference, "dataset": item.dataset.title}
    return Note(reader, "rule_decision.member", page, facts)


TO_CHECK = (
    _("Check an approval by a rule: %(reference)s"),
    _(
        "The rule “%(rule)s” approved access to “%(dataset)s”. Say whether you would have approved it too. If not, "
        "the rule is paused."
    ),
)


MESSAGES: Mapping[Kind, Message] = {
    Kind.APPROVAL_RULE_STARTED: Message(
        _changed,
        {
            "rule_started.member": (
                _("The approval rule “%(rule)s” is on"),
                _(
                    "“%(committee)s” now approves requests that this rule covers when they are submitted. You can "
                    "pause the rule at any time."
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
            "rule_decision.member": TO_CHECK,
            "rule_decision.undeclared": (
                _("Declare whether you have a conflict of interest: %(reference)s"),
                _(
                    "“%(committee)s” received request %(reference)s. Before you can read it, declare whether you have "
                    "a conflict of interest."
                ),
            ),
        },
    ),
    Kind.NO_CONFLICT_DECLARED: Message(_checks_now, {"rule_decision.member": TO_CHECK}),
}
