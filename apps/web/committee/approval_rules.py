"""The pages on which a committee writes approval rules, tries them on past cases, agrees to them and checks them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests import commands, queries_approval, rules_approval
from apps.access_requests.approval_terms import Terms, Why
from apps.access_requests.models import ApprovalRule, Item, RuleDecision, ShadowRun
from apps.access_requests.queries import before_committees_of, for_committees_of
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import public
from apps.core.errors import Invalid, NotFound
from apps.core.identifiers import uuids
from apps.datasets.matching.questions import QUESTIONS
from apps.datasets.models import Dataset
from apps.people.models import Institution
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import freshly_signed_in, must_sign_in_again

KINDS = [(code, label) for code, label in QUESTIONS[0].choices if code != "care"]
MOST_DATASETS = 1000  # on one form
MOST_SHOWN = 100  # cases of a shadow run, decisions of a rule


class RuleForm(forms.Form):
    """What a rule covers. The rest is the same for every rule and stands beside the form."""

    use_required_attribute = False

    title = CleanTextField(
        label=gettext_lazy("Name of the rule"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter a name.")},
    )
    datasets = forms.MultipleChoiceField(
        label=gettext_lazy("Datasets"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Select at least one dataset.")},
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of research"),
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Select at least one kind of research.")},
    )
    institutions = CleanTextField(
        label=gettext_lazy("Institutions"),
        help_text=gettext_lazy(
            "One on each line: the name or the ROR id. Everyone in the request must be affiliated with one of them."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        error_messages={"required": gettext_lazy("Enter at least one institution.")},
    )
    sample_every = forms.IntegerField(
        label=gettext_lazy("How many approvals to check"),
        help_text=gettext_lazy(
            "A member checks the first approval. Enter 10 to also have every tenth approval after it checked."
        ),
        min_value=1,
        max_value=ApprovalRule.MOST_SAMPLED,
        initial=10,
        error_messages={"required": gettext_lazy("Enter a number from 1 to 100.")},
    )

    def __init__(self, committee: Committee, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="rule-%s", initial=initial)
        theirs = Dataset.objects.filter(committee=committee, access=Dataset.Access.CONTROLLED).order_by("title", "pk")
        field = self.fields["datasets"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(one.pk), one.title) for one in theirs.only("title")[:MOST_DATASETS]]

    def clean_institutions(self) -> list[str]:
        """The ids of the institutions, with a sentence for each line that names none or several."""
        found, wrong = [], []
        for line in dict.fromkeys(map(str.strip, self.cleaned_data["institutions"].splitlines())):
            named = list(Institution.objects.filter(Q(name__iexact=line) | Q(ror=line))[:2]) if line else []
            found += [str(one.pk) for one in named]
            if line and len(named) != 1:
                wrong.append(_("“%(line)s” is not the name or ROR id of one institution.") % {"line": line})
        if wrong:
            raise forms.ValidationError(wrong[:20])
        return found

    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(*(frozenset(said[name]) for name in ("datasets", "kinds", "institutions")))


class AgreeForm(forms.Form):
    """That the member has looked at the shadow run."""

    use_required_attribute = False

    looked = forms.BooleanField(
        label=gettext_lazy("I looked at the cases of this shadow run, and the rule can be switched on"), required=False
    )


class CheckForm(forms.Form):
    """Whether a member would have approved it too."""

    use_required_attribute = False

    verdict = forms.ChoiceField(
        label=gettext_lazy("Would you have approved this request?"),
        choices=[one for one in RuleDecision.Verdict.choices if one[0]],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    comment = CleanTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Required if you would have decided differently. The members of the committee can read it."
        ),
        required=False,
        depends=True,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _committee(request: AuthenticatedRequest, slug: str) -> tuple[Committee, CommitteeMember]:
    committee = public().filter(slug=slug).first()
    if committee is None:
        raise NotFound(_("This committee does not exist."))
    return committee, rules_approval.check_member(request.actor, committee)


def _rule(request: AuthenticatedRequest, slug: str, pk: UUID) -> ApprovalRule:
    committee, _membership = _committee(request, slug)
    rule = queries_approval.rules_of(committee).filter(pk=pk).first()
    if rule is None:
        raise NotFound(_("This rule does not exist."))
    return rule


@require_safe
@signed_in
def approval_rules(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The rules of a committee and the approvals that a member has to check."""
    committee, _membership = _committee(request, slug)
    rules = list(queries_approval.rules_of(committee)[:MOST_SHOWN])
    pauses = queries_approval.must_pause(rules)
    found = {
        "committee": committee,
        "rules": [{"rule": rule, **_status(rule, pauses.get(rule.pk, ""))} for rule in rules],
        "to_check": _readable(request, queries_approval.decisions_to_check(committee))[:MOST_SHOWN],
    }
    return render(request, "committee/approval_rules.html", found)


def _status(rule: ApprovalRule, must_pause: str) -> dict[str, Any]:
    """What the rule does now, as a state with a label, and why it is paused."""
    if rule.ended_at is not None:
        return {"state": "closed", "label": _("Ended"), "why": ""}
    if rule.paused_at is not None or must_pause:
        why = ApprovalRule.Pause(rule.pause or must_pause)
        return {"state": "suspended", "label": _("Paused"), "why": why.label}
    if rule.started_at is None:
        return {"state": "draft", "label": _("Not switched on"), "why": ""}
    return {"state": "active", "label": _("On"), "why": ""}


@require_page_or_form
@signed_in
@idempotent_form
def approval_rule_new(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Write a rule; `?from=` starts with what another rule says, which the new one then replaces."""
    committee, _membership = _committee(request, slug)
    rules_approval.check_can_write(request.actor, committee)
    earlier = _earlier(committee, request.GET.get("from", ""))
    form = RuleForm(committee, request.POST or None, initial=_initial(earlier) if earlier else None)
    if form.is_bound and form.is_valid():
        with FormRefusals(form):
            said = {"title": form.cleaned_data["title"], "sample_every": form.cleaned_data["sample_every"]}
            rule = commands.write_approval_rule(
                committee, **said, terms=form.terms(), replaces=earlier, by=request.actor
            )
            messages.success(request, _("The rule was saved. It is not on yet: start a shadow run."))
            return redirect("approval_rule", slug=slug, pk=rule.pk)
    found = {"committee": committee, "form": form, "earlier": earlier}
    return render(request, "committee/approval_rule_new.html", found, status=422 if form.errors else 200)


def _earlier(committee: Committee, sent: str) -> ApprovalRule | None:
    """The rule that is replaced; none if the address names none of this committee."""
    return queries_approval.rules_of(committee).filter(pk__in=uuids([sent]), ended_at__isnull=True).first()


def _initial(rule: ApprovalRule) -> dict[str, Any]:
    names = Institution.objects.filter(pk__in=rule.covers.institutions).order_by("name").values_list("name", flat=True)
    return {
        "title": rule.title,
        "datasets": sorted(rule.covers.datasets),
        "kinds": sorted(rule.covers.kinds),
        "institutions": "\n".join(names),
        "sample_every": rule.sample_every,
    }


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def approval_rule(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """One rule: what it covers, its shadow run, who agreed, what it approved; and what can be done with it."""
    rule = _rule(request, slug, pk)
    form = AgreeForm(auto_id="agree-%s")
    act = request.POST.get("action", "")
    if request.method == "POST":
        if act == "agree":
            form = AgreeForm(request.POST, auto_id="agree-%s")
            with FormRefusals(form):
                _agree(request, rule, looked=form.is_valid() and form.cleaned_data["looked"])
        else:
            _carry_out(request, rule, act)
        if not form.errors:
            return redirect("approval_rule", slug=slug, pk=pk)
    found = _rule_page(request, rule) | {"agree_form": form, "asks_again": must_sign_in_again(request)}
    return render(request, "committee/approval_rule.html", found, status=422 if form.errors else 200)


def _agree(request: AuthenticatedRequest, rule: ApprovalRule, *, looked: bool) -> None:
    run = (
        ShadowRun.objects.filter(rule=rule, pk__in=uuids([request.POST.get("run", "")])).select_related("rule").first()
    )
    if run is None:
        raise NotFound(_("This shadow run does not exist."))
    on = commands.agree_to_rule(run, looked=looked, by=request.actor)
    said = (
        _("The rule is on.") if on else _("You agreed. The rule is on when the chair and another member have agreed.")
    )
    messages.success(request, said)


def _carry_out(request: AuthenticatedRequest, rule: ApprovalRule, act: str) -> None:
    if act == "run":
        commands.run_on_past_cases(rule, by=request.actor)
        messages.success(request, _("The shadow run is done. It has approved nothing."))
    elif act == "pause":
        commands.pause_approval_rule(rule, by=request.actor)
        messages.success(request, _("The rule is paused."))
    elif act == "end":
        commands.end_approval_rule(rule, by=request.actor)
        messages.success(request, _("The rule has ended. What it approved stays approved."))
    else:
        raise Invalid(_("This action does not exist."))


def _rule_page(request: AuthenticatedRequest, rule: ApprovalRule) -> dict[str, Any]:
    run = queries_approval.newest_run(rule)
    must_pause = queries_approval.must_pause([rule]).get(rule.pk, "")
    labels = dict(KINDS)
    found: dict[str, Any] = {
        "committee": rule.committee,
        "rule": rule,
        "status": _status(rule, must_pause),
        "datasets": Dataset.objects.filter(pk__in=rule.covers.datasets).order_by("title", "pk"),
        "kinds": [labels[kind] for kind in sorted(rule.covers.kinds) if kind in labels],
        "institutions": Institution.objects.filter(pk__in=rule.covers.institutions).order_by("name"),
        "run": run,
        "can_end": refusal_of(lambda: rules_approval.check_can_end(request.actor, rule)) is None,
        "decisions": _readable(request, rule.decisions.select_related("item__request", "item__dataset", "checked_by"))[
            :MOST_SHOWN
        ],
        "decided": rule.decisions.count(),
    }
    return found | (_run_facts(request, run) if run is not None else {})


def _readable(request: AuthenticatedRequest, decisions: QuerySet[RuleDecision]) -> QuerySet[RuleDecision]:
    """Those in cases that the member may read: without a conflict of interest, and declared."""
    return decisions.filter(item__request__in=before_committees_of(request.actor))


def _run_facts(request: AuthenticatedRequest, run: ShadowRun) -> dict[str, Any]:
    """The counts of a run, the cases in which the committee decided otherwise first, and why others are not covered."""
    differed = set(run.differed)
    wanted = [*run.differed, *(pk for pk in run.approved if pk not in differed)][:MOST_SHOWN]
    readable = Item.objects.filter(request__in=before_committees_of(request.actor))
    items = readable.select_related("request", "dataset", "decided_in").in_bulk(wanted)
    listed = [items[UUID(pk)] for pk in wanted if UUID(pk) in items]
    reasons = sorted(((count, Why(code)) for code, count in run.reasons.items()), key=lambda one: (-one[0], one[1]))
    cannot = refusal_of(lambda: rules_approval.check_can_agree(request.actor, run, looked=True))
    return {
        "cases": [
            {
                "item": item,
                "differs": str(item.pk) in differed,
                "asked": item.decided_in is not None and item.decided_in.number > 1,
            }
            for item in listed
        ],
        "approved": len(run.approved),
        "differed": len(run.differed),
        "shown_cases": len(wanted),
        "not_readable": len(wanted) - len(listed),
        "reasons": [{"count": count, "label": why.label} for count, why in reasons],
        "agreements": run.agreements.select_related("person"),
        "cannot_agree": cannot.sentence if cannot is not None else "",
    }


@require_page_or_form
@signed_in
@idempotent_form
def approval_rule_check(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """A member checks an approval by a rule; if they disagree, the rule is paused."""
    committee, _membership = _committee(request, slug)
    made = RuleDecision.objects.filter(rule__committee=committee, pk=pk)
    decision = made.select_related("item__request", "item__dataset", "rule__owner__person", "rule__committee").first()
    if decision is None or not for_committees_of(request.actor).filter(pk=decision.item.request_id).exists():
        raise NotFound(_("This approval does not exist."))
    if not before_committees_of(request.actor).filter(pk=decision.item.request_id).exists():
        return redirect("case", pk=decision.item.request_id)
    form = CheckForm(request.POST or None, auto_id="check-%s")
    if form.is_bound and form.is_valid():
        with FormRefusals(form):
            commands.check_rule_decision(decision, **form.cleaned_data, by=request.actor)
            messages.success(request, _("Your answer was saved."))
            return redirect("approval_rules", slug=slug)
    refused = refusal_of(lambda: rules_approval.check_can_check(request.actor, decision, "agree", ""))
    found = {"committee": committee, "decision": decision, "form": form}
    found["refused"] = refused.sentence if refused is not None else ""
    return render(request, "committee/approval_rule_check.html", found, status=422 if form.errors else 200)
