"""Who may create datasets, and who has a platform role."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST

from apps.core.errors import NotFound
from apps.people.commands.people import end_platform_role, give_platform_role, set_institution
from apps.people.models import Person
from apps.people.queries import manual_platform_roles, named_with
from apps.people.rules import check_can_set_up
from apps.people.set_up_queries import people_who_can_own
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Search
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.set_up.common import crumbs, saved_with_colleague
from apps.web.set_up.forms import HomeForm, PlatformRoleForm
from apps.web.sign_in.step_up import freshly_signed_in

OWNERS = ListSpec(
    ngettext_lazy("%(total)s person", "%(total)s people", "n"),
    [Sort("name", "", "name pk")],
    [Search(gettext_lazy("Name, e-mail address, ORCID iD or colleague code"), named_with)],
)
ROLES = ListSpec(ngettext_lazy("%(total)s role", "%(total)s roles", "n"), [Sort("ends", "", "ends_at pk")])


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def owners(request: AuthenticatedRequest) -> HttpResponse:
    """Everybody who belongs to an institution and so may create datasets for it; and a form that adds a person."""
    check_can_set_up(request.actor)
    form, status = HomeForm(request.POST or None), 200
    if request.method == "POST":
        answer, status = saved_with_colleague(request, form, lambda person: _belongs(request, person, form))
        if answer is not None:
            return answer
    page = list_page(request, OWNERS, people_who_can_own().select_related("institution"))
    context = {"list": page, "form": form, "crumbs": crumbs((_("Dataset owners"), ""))}
    return render(request, "set_up/owners.html", context, status=status)


def _belongs(request: AuthenticatedRequest, person: Person, form: HomeForm) -> tuple[str, str]:
    institution = form.cleaned_data["institution"]
    set_institution(person, institution=institution, by=request.actor)
    said = {"name": person, "institution": institution}
    return _("%(name)s can now create datasets for %(institution)s.") % said, reverse("set_up_owners")


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def platform_roles(request: AuthenticatedRequest) -> HttpResponse:
    """Operators and auditors that were appointed by hand; and a form that appoints one."""
    check_can_set_up(request.actor)
    form, status = PlatformRoleForm(request.POST or None), 200
    if request.method == "POST":
        answer, status = saved_with_colleague(request, form, lambda person: _given(request, person, form))
        if answer is not None:
            return answer
    page = list_page(request, ROLES, manual_platform_roles().filter(person__is_break_glass=False))
    context = {"list": page, "form": form, "crumbs": crumbs((_("Operators and auditors"), ""))}
    return render(request, "set_up/roles.html", context, status=status)


def _given(request: AuthenticatedRequest, person: Person, form: PlatformRoleForm) -> tuple[str, str]:
    said: dict[str, Any] = form.cleaned_data
    role = give_platform_role(person, kind=said["kind"], days=said["days"], by=request.actor)
    facts = {"name": person, "role": role.get_kind_display(), "day": date_format(role.ends_at, "j M Y")}
    return _("%(name)s has the role %(role)s until %(day)s.") % facts, reverse("set_up_roles")


@require_POST
@signed_in
@freshly_signed_in
@idempotent_form
def platform_role_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The role ends now. The last operator keeps it."""
    check_can_set_up(request.actor)
    role = manual_platform_roles().filter(pk=pk).first()
    if role is None:
        raise NotFound(_("This role has ended."))
    end_platform_role(role.person, kind=role.kind, by=request.actor)
    messages.success(request, _("The role of %(name)s has ended.") % {"name": role.person})
    return redirect("home" if role.person == request.actor else "set_up_roles")
