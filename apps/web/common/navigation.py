"""What every page knows: where the person can go, and what waits for them there. One statement for all of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.committees.queries import committees_of
from apps.core.db import Prepared
from apps.datasets.queries import managed_by
from apps.notifications.queries import counted, unread_by
from apps.people.models import Person, PlatformRole
from apps.people.queries import institutions_signed_for, platform_roles_of, row_of
from apps.web.common.actor import PageRequest
from apps.web.common.auth import sign_in_address
from apps.web.common.saved_forms import page_of
from apps.web.common.site import site

Entry = dict[str, Any]
NOWHERE = dict.fromkeys(("institution_id", "reviews", "cares", "signs", "audits", "operates", "unread"), 0)
_CARERS_PAGES = {"grant_revoke", "grant_suspend"}  # below /access/, and yet not the visitor's own access


def portal(request: PageRequest) -> dict[str, Any]:
    """What base.html asks for: `nav`, the account menu, the foot, and where signing in and out happens."""
    # A page that failed before anyone was recognised is still a page.
    person = getattr(request, "actor", None)
    facts = _facts(person) if isinstance(person, Person) else {}
    # A refused form is shown at the address it was sent to, which may answer nothing else: its page is the way back.
    here = request.get_full_path() if request.method in {"GET", "HEAD"} else page_of(request)
    context: dict[str, Any] = site() | {
        "demo": settings.DEMO,
        "nav": _marked(request, _nav(facts)),
        "foot": _foot(),
        "time_zone": timezone.get_current_timezone_name(),
        "home_url": reverse("home"),
        "here": here,
        "sign_in_url": sign_in_address(here),
        "sign_out_url": reverse("oidc_logout"),
    }
    if isinstance(person, Person):
        context |= {
            "account_name": person.name,
            "account_note": str(person.institution or ""),
            "account_menu": _marked(request, _account_menu(facts)),
            "inbox_count": facts["unread"],
        }
    return context


def _flags(person: Person) -> Any:
    """The person's committees, signing, datasets and platform roles, and how many notifications they have not read."""
    roles = platform_roles_of(person)
    flags = {
        "reviews": Exists(committees_of(person)),
        "cares": Exists(managed_by(person)),
        "signs": Exists(institutions_signed_for(person)),
        "audits": Exists(roles.filter(kind=PlatformRole.Kind.AUDITOR)),
        "operates": Exists(roles.filter(kind=PlatformRole.Kind.OPERATOR)),
        "unread": counted(unread_by(person)),
    }
    return row_of(person).annotate(**flags).values("institution_id", *flags)


_asked = Prepared(lambda pk: _flags(Person(pk=pk)), UUID)


def _facts(person: Person) -> Mapping[str, Any]:
    return _asked.first(person.pk) or NOWHERE


def _nav(facts: Mapping[str, Any]) -> list[Entry]:
    entries = [_entry(_("Datasets"), "catalogue")]
    if not facts:
        return entries
    entries += [_entry(_("My requests"), "my_requests"), _entry(_("My access"), "my_access")]
    if facts["reviews"]:
        entries.append(_entry(_("Requests to review"), "review_queue"))
    if facts["cares"] or facts["institution_id"]:
        entries.append(_entry(_("My datasets"), "my_datasets"))
    if facts["signs"]:
        entries.append(_entry(_("Institution"), "institution_people"))
    if facts["audits"]:
        entries.append(_entry(_("Event log"), "events"))
    if facts["operates"]:
        entries.append(_entry(_("System status"), "system_status"))
    if facts["audits"] or facts["operates"]:
        entries.append(_entry(_("Roles"), "claimed_roles"))
    return entries


def _account_menu(facts: Mapping[str, Any]) -> list[Entry]:
    return [
        _entry(_("Notifications"), "notifications", icon="inbox", count=facts["unread"]),
        _entry(_("Agreements"), "agreements", icon="agreement"),
        _entry(_("Download links"), "my_links", icon="link"),
        _entry(_("Account"), "account", icon="person"),
        _entry(_("Access tokens"), "tokens", icon="key"),
        _entry(_("Terms of use"), "terms", icon="book"),
    ]


def _foot() -> list[Entry]:
    entries = [_entry(_("Browse datasets"), "catalogue")]
    entries += [_entry(_("API"), "help_page", args=["api"])]
    if settings.DEMO or settings.DEBUG:
        entries.append(_entry(_("Components"), "gallery"))
    return entries


def _entry(label: str, name: str, *, args: Sequence[str] = (), **more: Any) -> Entry:
    return {"label": label, "url": reverse(name, args=args), **more}


def _marked(request: HttpRequest, entries: list[Entry]) -> list[Entry]:
    """Mark where the person is now: the entry whose address is the longest beginning of this one."""
    name = request.resolver_match.url_name if request.resolver_match else None
    path = reverse("my_datasets") if name in _CARERS_PAGES else request.path
    inside = [entry["url"] for entry in entries if path.startswith(entry["url"])]
    here = max(inside, key=len, default="")
    return [{**entry, "current": entry["url"] == here} for entry in entries]
