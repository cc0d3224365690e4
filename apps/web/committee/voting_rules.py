"""The page on which a chair or an operator changes how a committee decides."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import commands
from apps.access_requests.review_queue import undecided_before
from apps.access_requests.rules import check_can_change_rules
from apps.committees.decisions import VotingRules
from apps.committees.models import Committee
from apps.core.editing import fingerprint
from apps.web.committee.manage import managed_committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import freshly_signed_in, must_sign_in_again

LARGEST = 100


class VotingRulesForm(forms.Form):
    """How the committee decides on what is submitted from now on."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    rule = forms.ChoiceField(
        label=gettext_lazy("Decision rule"),
        choices=[
            (
                Committee.Rule.MAJORITY,
                gettext_lazy("Majority – more than half of the eligible voters who do not abstain"),
            ),
            (
                Committee.Rule.K_OF_N,
                gettext_lazy("A fixed number of approvals – denied once that number can no longer be reached"),
            ),
            (
                Committee.Rule.UNANIMOUS,
                gettext_lazy("Unanimous – every eligible voter who does not abstain must approve"),
            ),
            (Committee.Rule.ANY_ONE, gettext_lazy("Any one – one vote decides")),
            (Committee.Rule.CHAIR, gettext_lazy("Chair – the chair’s vote decides; the other votes are advice")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a decision rule.")},
    )
    votes_needed = forms.IntegerField(
        label=gettext_lazy("Approvals needed"),
        help_text=gettext_lazy("Fill in only for a fixed number of approvals. Enter at most the quorum."),
        min_value=1,
        max_value=LARGEST,
        required=False,
    )
    quorum = forms.IntegerField(
        label=gettext_lazy("Quorum"),
        help_text=gettext_lazy("The smallest number of members who must vote. An abstention counts as a vote."),
        min_value=1,
        max_value=LARGEST,
        error_messages={"required": gettext_lazy("Enter a number.")},
    )
    veto = forms.BooleanField(
        label=gettext_lazy("One vote to deny is enough"),
        help_text=gettext_lazy("Once the quorum has voted, a single vote to deny decides."),
        required=False,
    )
    blind = forms.BooleanField(
        label=gettext_lazy("Hide votes until everyone has voted"),
        help_text=gettext_lazy(
            "Nobody, including the chair, sees the votes of others until every eligible voter has voted or the "
            "due date has passed. Nothing is decided before that. Then members see the votes and can change "
            "their own. All votes are counted the next time a member casts, changes or confirms a vote."
        ),
        required=False,
    )

    def wanted(self) -> VotingRules:
        """What was chosen; the number of approvals is kept for the rule that needs it."""
        said = self.cleaned_data
        needed = said["votes_needed"] or 0 if said["rule"] == Committee.Rule.K_OF_N else 1
        return VotingRules(said["rule"], said["quorum"], needed, said["veto"], said["blind"])


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def voting_rules(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Change rule, quorum, veto and hidden votes. Requests that are in review keep the rules they began with."""
    committee = managed_committee(request, slug)
    check_can_change_rules(request.actor, committee)
    now = asdict(committee.voting_rules)
    form = VotingRulesForm(request.POST or None, initial={**now, "seen": fingerprint(now)}, auto_id="rules-%s")
    if form.is_bound and form.is_valid():
        with FormRefusals(form):
            seen = form.cleaned_data["seen"]
            commands.change_voting_rules(committee, wanted=form.wanted(), seen=seen, by=request.actor)
            messages.success(request, _("Saved. The rules apply to requests submitted from now on."))
            return redirect("committee_manage", slug=committee.slug)
    found: dict[str, Any] = {"committee": committee, "form": form, "asks_again": must_sign_in_again(request)}
    found["open_requests"] = undecided_before(committee).values("request_id").distinct().order_by().count()
    return render(request, "committee/voting_rules.html", found, status=422 if form.errors else 200)
