"""What every page knows: where the person can go, and what waits for them there."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import Desk
from apps.accounts.queries import desks_of, institutions_signed_for
from apps.committees.queries import committees_of
from apps.datasets.queries import managed_by
from apps.notifications.queries import unread_by


def portal(request: HttpRequest) -> dict[str, Any]:
    """`nav` for the header, `unread` for the inbox mark, `demo` for the hint that nothing here is real."""
    context: dict[str, Any] = {"demo": settings.DEMO, "nav": _nav(request)}
    if request.user.is_authenticated:
        context["unread"] = unread_by(request.user).count()
    return context


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    entries = [(_("Datasets"), reverse("catalogue"))]
    person = request.user
    if person.is_authenticated:
        entries += [(_("My requests"), reverse("my_requests")), (_("My access"), reverse("my_grants"))]
        if committees_of(person).exists():
            entries.append((_("Committee desk"), reverse("desk")))
        if person.institution_id is not None or managed_by(person).exists():
            entries.append((_("My datasets"), reverse("steward_home")))
        entries += _desks(person)
    return [{"label": label, "url": url, "current": _current(request.path, url)} for label, url in entries]


def _desks(person: Any) -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    if institutions_signed_for(person).exists():
        entries.append((_("My institution"), reverse("institution_people")))
    held = set(desks_of(person).values_list("kind", flat=True))
    if Desk.Kind.AUDITOR in held:
        entries.append((_("Event log"), reverse("events")))
    if Desk.Kind.OPERATOR in held:
        entries.append((_("Operations"), reverse("operations")))
    return entries


def _current(path: str, url: str) -> bool:
    return path.startswith(url)
