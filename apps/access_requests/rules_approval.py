"""Who may write an approval rule, agree to one, pause one and check what it decided."""

from django.utils.translation import gettext as _

from apps.access_requests import queries_approval
from apps.access_requests.approval_terms import Terms
from apps.access_requests.models import ApprovalRule, RuleDecision, ShadowRun
from apps.access_requests.rules import check_can_change_rules, check_declared, check_no_conflict
from apps.committees.models import Committee, CommitteeMember
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank
from apps.datasets.matching.purpose import KINDS
from apps.datasets.models import Dataset
from apps.people.models import Institution, Person
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass


def check_member(by: Person, committee: Committee) -> CommitteeMember:
    """A member of this committee now, not a deputy; returns the membership."""
    check_not_break_glass(by)
    found = CommitteeMember.objects.active().filter(committee=committee, person=by).first() if by.is_active else None
    if found is None:
        raise Denied(_("Only a member of this committee can do this."))
    return found


def check_can_write(by: Person, committee: Committee) -> CommitteeMember:
    """A member without an undecided request or a conflict of interest before this committee."""
    membership = check_member(by, committee)
    check_can_change_rules(by, committee)
    return membership


def check_rule(committee: Committee, title: str, terms: Terms, sample_every: int) -> None:
    """The rule has a name and lists datasets of the committee, kinds of research and institutions that exist."""
    fields: dict[str, str] = {}
    if is_blank(title):
        fields["title"] = _("Enter a name.")
    theirs = Dataset.objects.filter(committee=committee, access=Dataset.Access.CONTROLLED, pk__in=terms.datasets)
    if not terms.datasets or theirs.count() != len(terms.datasets):
        fields["datasets"] = _("Select at least one dataset with controlled access on which the committee decides.")
    if not terms.kinds or not terms.kinds <= set(KINDS) - {"care"}:
        fields["kinds"] = _("Select at least one kind of research.")
    known = Institution.objects.filter(pk__in=terms.institutions)
    if not terms.institutions or known.count() != len(terms.institutions):
        fields["institutions"] = _("Select at least one institution.")
    if not 1 <= sample_every <= ApprovalRule.MOST_SAMPLED:
        fields["sample_every"] = _("Enter a number from 1 to 100.")
    if fields:
        raise Invalid(_("The rule was not saved."), fields=fields)


def check_not_ended(rule: ApprovalRule) -> None:
    if rule.ended_at is not None:
        raise WrongState(_("This rule has ended."))


def check_can_agree(by: Person, run: ShadowRun, looked: bool) -> None:
    """A member who says that they looked at the newest run of this rule, made on what is so now and since the rule was
    paused; each once.
    """
    rule = run.rule
    check_can_write(by, rule.committee)
    check_not_ended(rule)
    if rule.is_started:
        raise WrongState(_("This rule is already on."))
    if not CommitteeMember.objects.active().filter(pk=rule.owner_id).exists():
        raise WrongState(_("The owner of this rule is no longer a committee member. Write a new rule."))
    if queries_approval.unchecked([rule]):
        raise WrongState(_("Some approvals by this rule are not checked yet. Check them before you agree."))
    before_pause = rule.paused_at is not None and run.run_at <= rule.paused_at
    is_newest = queries_approval.newest_run(rule) == run
    if before_pause or not is_newest or queries_approval.bases_of([rule])[rule.pk] != run.basis:
        raise WrongState(_("This shadow run is out of date. Start a new shadow run and look at it first."))
    if run.agreements.filter(person__in=accounts_of(by).values("pk")).exists():
        raise WrongState(_("You have already agreed."))
    if not looked:
        raise Invalid(_("You have not agreed yet."), fields={"looked": _("Confirm that you looked at the shadow run.")})


def check_can_end(by: Person, rule: ApprovalRule) -> None:
    """The owner of the rule or the chair of the committee."""
    membership = check_member(by, rule.committee)
    check_not_ended(rule)
    if not membership.is_chair and rule.owner.person_id != by.pk:
        raise Denied(_("Only the owner of the rule or the chair can end it."))


def check_can_check(by: Person, decision: RuleDecision, verdict: str, comment: str) -> None:
    """A member other than the owner of the rule, who declared no conflict of interest, once; a disagreement has a
    reason.
    """
    check_member(by, decision.rule.committee)
    check_no_conflict(by, decision.item.request)
    check_declared(by, decision.item.request)
    if accounts_of(by).filter(pk=decision.rule.owner.person_id).exists():
        raise Denied(_("You own this rule, so another member must check its decisions."))
    if not decision.is_sampled or decision.verdict:
        raise WrongState(_("This decision does not need to be checked."))
    fields = {}
    if verdict not in (RuleDecision.Verdict.AGREE, RuleDecision.Verdict.DISAGREE):
        fields["verdict"] = _("Choose an answer.")
    if verdict == RuleDecision.Verdict.DISAGREE and is_blank(comment):
        fields["comment"] = _("Enter a reason. The members of the committee can read it.")
    if fields:
        raise Invalid(_("Your answer was not saved."), fields=fields)
