"""The page on which a chair manages the committee."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.access_requests import commands as voters
from apps.access_requests.review_queue import undecided_before, waiting_votes
from apps.committees import commands, rules
from apps.committees.models import Committee
from apps.committees.queries import memberships_of, public
from apps.core import clock
from apps.core.errors import Invalid, NotFound
from apps.datasets.queries import open_proposals_to, proposals_to_answer
from apps.people.colleagues import find_colleague
from apps.people.models import Person, PlatformRole
from apps.people.queries import has_platform_role
from apps.web.committee.decision_settings import begun, set_after_decision
from apps.web.committee.forms import AcceptingForm, AddMemberForm, ContactForm
from apps.web.committee.presenters import why_committee_blocked
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.clock_rows import deadlines_of
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import freshly_signed_in


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def manage(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The chair opens and closes the committee for requests, adds members and sets the contact.

    A member is removed on a page of its own.
    """
    committee = managed_committee(request, slug)
    deeds = {"accepting": _set_accepting, "add": _add, "contact": _set_contact, "after": set_after_decision}
    forms: dict[str, Any] = {}
    if request.method == "POST":
        deed = deeds.get(request.POST.get("action", ""))
        if deed is None:
            raise Invalid(_("Choose what to change."))
        forms = deed(request, committee)
        if not forms:
            return redirect("committee_manage", slug=committee.slug)
    return _manage_page(request, committee, forms)


def managed_committee(request: AuthenticatedRequest, slug: str) -> Committee:
    """The committee with this short name, if the person may manage it."""
    committee = public().filter(slug=slug).first()
    if committee is None:
        raise NotFound(_("This committee does not exist."))
    rules.check_can_manage_committee(request.actor, committee)
    return committee


def _manage_page(request: AuthenticatedRequest, committee: Committee, refused: dict[str, Any]) -> HttpResponse:
    memberships = list(memberships_of(committee).select_related("person__institution"))
    waiting = waiting_votes(committee)
    state = "yes" if committee.accepting else "no"
    found = {
        "committee": committee,
        "proposals": open_proposals_to(committee),
        "memberships": [{"row": one, "waiting": waiting.get(one.person_id, 0)} for one in memberships],
        "to_answer": set(proposals_to_answer(request.actor).filter(committee=committee).values_list("pk", flat=True)),
        "is_operator": has_platform_role(request.actor, PlatformRole.Kind.OPERATOR),
        "has_chair": any(one.is_chair for one in memberships),
        "deadlines": deadlines_of(committee, clock.today()),
        "blocked": why_committee_blocked(committee, len(memberships)),
        "accepting_form": AcceptingForm(
            initial={
                "accepting": state,
                "closed_because": committee.closed_because,
                "closed_until": committee.closed_until,
            },
            auto_id="accepting-%s",
        ),  # fmt: skip
        "contact_form": ContactForm(initial={"contact": committee.contact}, auto_id="committee-%s"),
        "after_form": begun(committee),
        "member_form": AddMemberForm(auto_id="member-%s"),
    }
    return render(request, "committee/manage.html", found | refused, status=422 if refused else 200)


def _set_accepting(request: AuthenticatedRequest, committee: Committee) -> dict[str, Any]:
    form = AcceptingForm(request.POST, auto_id="accepting-%s")
    if form.is_valid():
        with FormRefusals(form):
            commands.set_accepting(committee, by=request.actor, **form.cleaned_data)
            messages.success(request, _("Saved. The committee page now shows whether requests are accepted."))
            return {}
    return {"accepting_form": form}


def _set_contact(request: AuthenticatedRequest, committee: Committee) -> dict[str, Any]:
    form = ContactForm(request.POST, auto_id="committee-%s")
    if form.is_valid():
        with FormRefusals(form):
            commands.set_contact(committee, by=request.actor, **form.cleaned_data)
            messages.success(request, _("The contact was saved."))
            return {}
    return {"contact_form": form}


def _added(person: Person, reviews: bool) -> str:
    """Who was added; where reviews are under way, that they vote only from the next round."""
    done = _("%(name)s is now a committee member.") % {"name": person}
    if not reviews:
        return done
    return f"{done} {_('They cannot vote in review rounds that have already started.')}"


def _add(request: AuthenticatedRequest, committee: Committee) -> dict[str, Any]:
    form = AddMemberForm(request.POST, auto_id="member-%s")
    if form.is_valid():
        with FormRefusals(form):
            person = find_colleague(form.cleaned_data["code"], by=request.actor, field="code")
            voters.add_committee_member(committee, person=person, by=request.actor)
            messages.success(request, _added(person, undecided_before(committee).exists()))
            return {}
    return {"member_form": form}
