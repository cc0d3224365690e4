"""Who may create datasets, and who has a platform role."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from apps.core.errors import NotFound
from apps.people.commands.people import end_platform_role, give_platform_role, set_institution
from apps.people.models import Person, PlatformRole
from apps.people.queries import manual_platform_roles, named_with, people_with_platform_role
from apps.people.rules import check_another_operator, check_can_set_up
from apps.people.set_up_queries import people_who_can_own
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Search
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.set_up.common import colleague, crumbs, saved
from apps.web.set_up.ending import ask_before_ending
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
        person, status = colleague(request, form), 422
        if person is not None:
            answer, status = saved(request, form, lambda: _belongs(request, person, form))
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
        person, status = colleague(request, form), 422
        if person is not None:
            answer, status = saved(request, form, lambda: _given(request, person, form))
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


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def platform_role_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """A page that says what ends with the role; then it ends. The last operator keeps it."""
    check_can_set_up(request.actor)
    role = manual_platform_roles().filter(pk=pk).first()
    if role is None:
        raise NotFound(_("This role has ended."))
    name, mine = {"name": role.person}, role.person == request.actor

    def end() -> tuple[str, str]:
        end_platform_role(role.person, kind=role.kind, by=request.actor)
        return _("The role of %(name)s has ended.") % name, reverse("home" if mine else "set_up_roles")

    operates = role.kind == PlatformRole.Kind.OPERATOR
    heading = _("End the operator role of %(name)s?") if operates else _("End the auditor role of %(name)s?")
    return ask_before_ending(
        request, end, check=(lambda: check_another_operator(role.person)) if operates else None,
        heading=heading % name, button=_("End role"), effects=_effects(role, mine=mine), back=reverse("set_up_roles"),
        crumbs=crumbs((_("Operators and auditors"), "set_up_roles"), (_("End role"), "")),
    )  # fmt: skip


def _effects(role: PlatformRole, *, mine: bool) -> list[str]:
    """What ends with the role, and who is left."""
    left = people_with_platform_role(role.kind).filter(is_break_glass=False).exclude(pk=role.person_id).count()
    name, number = {"name": role.person}, {"n": left}
    own = [_("This is your own role. Only another operator can assign it to you again.")] if mine else []
    if role.kind != PlatformRole.Kind.OPERATOR:
        remain = ngettext("%(n)s auditor remains.", "%(n)s auditors remain.", left) % number
        return [_("%(name)s can no longer read the event log.") % name, *own, remain]
    remain = ngettext("%(n)s operator remains.", "%(n)s operators remain.", left) % number
    alone = _("Two operators are needed to resume downloads after a stop. One operator alone cannot resume them.")
    said = [_("%(name)s can no longer set up or operate the portal.") % name, *own, remain]
    return [*said, alone] if left == 1 else said
