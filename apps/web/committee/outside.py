"""Outside reviewers of a case: invited and ended by the chair, and their recommendation."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands, rules_outside
from apps.access_requests.models import AccessRequest, OutsideReviewer
from apps.access_requests.queries_outside import outside_reviews_of
from apps.committees.models import Committee
from apps.committees.queries import committees_of
from apps.core.errors import Denied, Invalid, NotFound, WrongState
from apps.core.identifiers import uuids
from apps.people.colleagues import find_colleague
from apps.web.committee import case, reviewers
from apps.web.committee.outside_presenters import InviteForm, RecommendationForm, reviews_shown
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import freshly_signed_in


@require_POST
@signed_in
@freshly_signed_in
@idempotent_form
def outside(request: AuthenticatedRequest, pk: UUID, slug: str) -> HttpResponse:
    """The chair invites an outside reviewer, or ends one."""
    asked = case.find(request, pk)
    committee = committees_of(request.actor).filter(items__request=asked, slug=slug).first()
    if committee is None:
        raise NotFound(_("This committee does not exist."))
    if request.POST.get("act") == "end":
        return _end(request, asked, committee)
    if request.POST.get("act") != "invite":
        raise Invalid(_("Choose what to change."))
    form = InviteForm(request.POST, auto_id=f"outside-{slug}-%s")
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            said = form.cleaned_data
            rules_outside.check_can_invite(request.actor, asked, committee)
            person = find_colleague(said["code"], by=request.actor, field="code")
            invited = {"person": person, "reason": said["reason"], "last_day": said["last_day"]}
            commands.invite_outside_reviewer(asked, committee=committee, **invited, by=request.actor)
            messages.success(request, _("%(name)s is invited to review this request.") % {"name": person})
            return redirect("case_reviewers", pk=pk)
    return reviewers.page(request, asked, outside_forms={committee.pk: form}, status=refusals.status)


def _end(request: AuthenticatedRequest, asked: AccessRequest, committee: Committee) -> HttpResponse:
    wanted = uuids([request.POST.get("reviewer", "")])
    reviewer = OutsideReviewer.objects.filter(request=asked, committee=committee, pk__in=wanted).first()
    if reviewer is None:
        raise NotFound(_("This outside reviewer does not exist."))
    commands.end_outside_reviewer(reviewer, by=request.actor)
    messages.success(request, _("%(name)s can no longer read this request.") % {"name": reviewer.person})
    return redirect("case_reviewers", pk=asked.pk)


@require_POST
@signed_in
@idempotent_form
def recommend(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """An outside reviewer recommends something to the committee."""
    asked = case.find(request, pk)
    reviewer = outside_reviews_of(request.actor).filter(request=asked).first()
    if reviewer is None:
        raise Denied(_("Only an outside reviewer of this request can do this."))
    form = RecommendationForm(request.POST, auto_id="recommendation-%s")
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            said = form.cleaned_data
            seen = asked.rounds.filter(pk__in=[said["seen"]]).first()
            if seen is None:
                raise WrongState(_("The request has changed since you opened it. Read the new version first."))
            commands.recommend(reviewer, says=said["says"], text=said["text"], seen=seen, by=request.actor)
            messages.success(request, _("Your recommendation is sent to the committee."))
            return redirect(f"{reverse('case', args=[pk])}#recommendations")
    return case.page(request, asked, recommendation_form=form, status=refusals.status)


@require_safe
@signed_in
def my_reviews(request: AuthenticatedRequest) -> HttpResponse:
    """The requests that the person reviews from outside their committees now, the first to end first."""
    return render(request, "committee/outside_reviews.html", {"reviews": reviews_shown(request.actor)})
