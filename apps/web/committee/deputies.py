"""The pages on which a deputy is named or ended, and the list of what a deputy can vote on."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests import commands
from apps.access_requests.queries import kept_for
from apps.access_requests.queries_conflicts import declared
from apps.access_requests.queries_deputy_votes import votes_waiting_for_deputy
from apps.committees import rules_deputies
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import public
from apps.committees.queries_deputies import deputies_in, memberships_kept_by
from apps.core import clock
from apps.core.errors import Denied, NotFound
from apps.core.identifiers import uuids
from apps.people.colleagues import find_colleague
from apps.web.committee.forms import PersonForm
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import freshly_signed_in, must_sign_in_again


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, entered as 2027-06-30 or in the calendar of the browser."""
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Enter a date."),
            "invalid": gettext_lazy("Enter a date, for example 2027-06-30."),
        },
        **options,
    )


class DeputyForm(PersonForm):
    """Who votes in a member's place, and in which days."""

    use_required_attribute = False

    first_day = day_field(gettext_lazy("First day"))
    last_day = day_field(gettext_lazy("Last day"))


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def deputies(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """A member, the chair or an operator names a deputy of this member, or ends one."""
    committee, membership = _membership(slug, pk)
    rules_deputies.check_can_name_deputy(request.actor, membership)
    theirs = deputies_in(committee).filter(membership=membership)
    if request.POST.get("action") == "end":
        deputy = theirs.filter(pk__in=uuids([request.POST.get("deputy", "")])).first()
        if deputy is None:
            raise NotFound(_("This deputy was removed, or their last day has passed."))
        commands.end_deputy(deputy, by=request.actor)
        messages.success(request, _("%(name)s is no longer a deputy.") % {"name": deputy.person})
        return redirect("member_deputies", slug=slug, pk=pk)
    form = DeputyForm(request.POST or None, initial={"first_day": clock.today()}, auto_id="deputy-%s")
    if form.is_bound and form.is_valid():
        with FormRefusals(form):
            said = form.cleaned_data
            person = find_colleague(said["code"], by=request.actor, field="code")
            days = {"first_day": said["first_day"], "last_day": said["last_day"]}
            commands.name_deputy(membership, person=person, **days, by=request.actor)
            messages.success(
                request, _("You named %(name)s as the deputy. The portal notified them.") % {"name": person}
            )
            return redirect("member_deputies", slug=slug, pk=pk)
    found = {"committee": committee, "membership": membership, "form": form, "deputies": theirs}
    found["asks_again"] = must_sign_in_again(request)
    return render(request, "committee/deputies.html", found, status=422 if form.errors else 200)


def _membership(slug: str, pk: UUID) -> tuple[Committee, CommitteeMember]:
    committee = public().filter(slug=slug).first()
    members = CommitteeMember.objects.active().select_related("person", "committee")
    membership = members.filter(committee=committee, pk=pk).first() if committee is not None else None
    if committee is None or membership is None:
        raise NotFound(_("This person is not a member of the committee."))
    return committee, membership


@require_safe
@signed_in
def to_vote_as_deputy(request: AuthenticatedRequest) -> HttpResponse:
    """The datasets on which this person may vote in the place of a member, oldest first."""
    members = list(memberships_kept_by(request.actor).select_related("person", "committee"))
    if not members:
        raise Denied(_("Only a deputy of a committee member can see this page."))
    items = kept_for(request.actor).select_related("request__applicant", "dataset", "committee")
    items = items.annotate(declared=declared(request.actor, "request_id"))
    waiting = set(votes_waiting_for_deputy(request.actor).values_list("pk", flat=True))
    found = {"members": members, "waiting": waiting, "items": items.order_by("request__submitted_at", "pk")[:200]}
    return render(request, "committee/to_vote_as_deputy.html", found)
