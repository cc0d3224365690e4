"""Who has which role through which claim of which provider; read here, changed at the command line only."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.committees.queries import member_claims
from apps.people.models import ClaimRule
from apps.people.queries import manual_platform_roles, platform_role_claims
from apps.people.rules import check_auditor_or_operator
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in


@require_safe
@signed_in
def claimed_roles(request: AuthenticatedRequest) -> HttpResponse:
    """For operators, who map claims, and for auditors, who watch them."""
    check_auditor_or_operator(request.actor)
    rows = [_row(one, str(one.get_role_display())) for one in platform_role_claims()]
    rows += [_row(one, _committee_role(one.is_chair), where=str(one.committee)) for one in member_claims()]
    return render(request, "oversight/roles.html", {"rows": rows, "by_hand": manual_platform_roles()})


def _committee_role(is_chair: bool) -> str:
    return _("Chair") if is_chair else _("Committee member")


def _row(rule: ClaimRule, role: str, where: str = "") -> dict[str, Any]:
    """One mapping, and everybody who has the role through it."""
    return {"rule": rule, "role": role, "where": where, "assigned": rule.assigned}  # type: ignore[attr-defined]
