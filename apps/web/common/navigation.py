"""What every page knows: where the person can go, and what waits for them there. One statement for all of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Exists, F, Func, IntegerField, QuerySet, Subquery, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access_requests.queries import of_person
from apps.access_requests.queries_cohorts import places_of
from apps.committees.queries import committees_of
from apps.committees.queries_deputies import memberships_kept_by
from apps.core.db import Prepared
from apps.datasets.queries import managed_by
from apps.grants.waiting import held_by
from apps.notifications.queries import counted, unread_by
from apps.people.models import Person, PlatformRole
from apps.people.queries import institutions_signed_for, platform_roles_of, row_of
from apps.web.common.actor import PageRequest
from apps.web.common.auth import sign_in_address
from apps.web.common.saved_forms import page_of
from apps.web.common.site import site
from apps.web.common.tasks import waiting_for

Entry = dict[str, Any]
ROOMS = ("reviews", "substitutes", "cares", "signs", "audits", "operates")
COUNTED = {
    "my_requests": "requests_waiting",
    "my_access": "access_waiting",
    "my_classes": "classes_waiting",
    "review_queue": "reviews_waiting",
    "vote_as_deputy": "deputy_votes_waiting",
    "my_datasets": "datasets_waiting",
    "institution_people": "affiliations_waiting",
    "system_status": "stops_waiting",
}
NOWHERE = dict.fromkeys(
    ("institution_id", "is_break_glass", "asks", "holds", "studies", *ROOMS, *COUNTED.values(), "unread"), 0
)
_CARERS_PAGES = {"grant_revoke", "grant_suspend"}  # below /access/, and yet not the visitor's own access


def portal(request: PageRequest) -> dict[str, Any]:
    """What base.html asks for: `nav`, the account menu, the foot, and where signing in and out happens."""
    # A page that failed before anyone was recognised is still a page.
    person = getattr(request, "actor", None)
    facts = facts_of(request)
    # A refused form is shown at the address it was sent to, which may answer nothing else: its page is the way back.
    here = request.get_full_path() if request.method in {"GET", "HEAD"} else page_of(request)
    context: dict[str, Any] = site() | {
        "demo": settings.DEMO,
        "nav": _marked(request, _nav(facts)),
        "nav_count": to_do(facts) if facts else 0,
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
    """What the person has (committees, datasets, requests, access, roles), and how much of each waits for them."""
    roles = platform_roles_of(person)
    waits = waiting_for(person)
    counts = {name: _number_of(waits[page]) for page, name in COUNTED.items()}
    signs, substitutes = Exists(institutions_signed_for(person)), Exists(memberships_kept_by(person))
    flags = {
        "asks": Exists(of_person(person)),
        "holds": Exists(held_by(person)),
        "studies": Exists(places_of(person)),
        "reviews": Exists(committees_of(person)),
        "substitutes": substitutes,
        "cares": Exists(managed_by(person)),
        "signs": signs,
        "audits": Exists(roles.filter(kind=PlatformRole.Kind.AUDITOR)),
        "operates": Exists(roles.filter(kind=PlatformRole.Kind.OPERATOR)),
        "unread": counted(unread_by(person)),
        **counts,
        # Looked for only if the person signs for an institution or is a deputy: the database skips what no CASE needs.
        "affiliations_waiting": Case(When(signs, then=counts["affiliations_waiting"]), default=Value(0)),
        "deputy_votes_waiting": Case(When(substitutes, then=counts["deputy_votes_waiting"]), default=Value(0)),
    }
    return row_of(person).annotate(**flags).values("institution_id", "is_break_glass", *flags)


def _number_of(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, as a part of a larger question."""
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))


_asked = Prepared(lambda pk: _flags(Person(pk=pk)), UUID)


def facts_of(request: HttpRequest) -> Mapping[str, Any]:
    """What the person of this request has and how much waits for them; asked once a request, empty for visitors."""
    person = getattr(request, "actor", None)
    if not isinstance(person, Person):
        return {}
    known: Mapping[str, Any] | None = getattr(request, "navigation_facts", None)
    if known is None:
        known = _asked.first(person.pk) or NOWHERE
        request.navigation_facts = known  # type: ignore[attr-defined]
    return known


def to_do(facts: Mapping[str, Any]) -> int:
    """How many items wait for the person: the sum of the counts in the navigation."""
    return sum(facts[name] for name in COUNTED.values())


def _nav(facts: Mapping[str, Any]) -> list[Entry]:
    """The pages on which the person has something; a new account has its requests, to begin with."""
    if not facts:
        return [_entry(_("Datasets"), "catalogue")]
    new = not any(facts[room] for room in ROOMS)
    pages = (
        (True, _("Home"), "home"),
        (True, _("Datasets"), "catalogue"),
        (facts["asks"] or new, _("My requests"), "my_requests"),
        (facts["holds"], _("My access"), "my_access"),
        (facts["studies"], _("Classes"), "my_classes"),
        (facts["reviews"], _("Requests to review"), "review_queue"),
        (facts["substitutes"], _("Votes as a deputy"), "vote_as_deputy"),
        (facts["cares"], _("My datasets"), "my_datasets"),
        (facts["signs"], _("Institution"), "institution_people"),
        (facts["audits"], _("Event log"), "events"),
        (facts["audits"], _("Access at a given time"), "access_at"),
        (facts["operates"], _("System status"), "system_status"),
        (facts["operates"] and not facts["is_break_glass"], _("Set up"), "set_up"),
        (facts["audits"] or facts["operates"], _("Roles"), "claimed_roles"),
    )
    return [_entry(label, name, count=facts.get(COUNTED.get(name, ""), 0)) for has, label, name in pages if has]


def _account_menu(facts: Mapping[str, Any]) -> list[Entry]:
    return [
        _entry(_("Notifications"), "notifications", icon="inbox", count=facts["unread"]),
        _entry(_("Agreements"), "agreements", icon="agreement"),
        _entry(_("Download links"), "my_links", icon="link"),
        *([] if facts["cares"] or not facts["institution_id"] else [_publishing()]),
        _entry(_("Account"), "account", icon="person"),
        _entry(_("Access tokens"), "tokens", icon="key"),
        _entry(_("Terms of use"), "terms", icon="book"),
    ]


def _publishing() -> Entry:
    """For those who manage no dataset yet and may create one."""
    return _entry(_("Create dataset"), "my_datasets", icon="dataset")


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
    home = reverse("home")
    inside = [
        one["url"] for one in entries if path == one["url"] or (one["url"] != home and path.startswith(one["url"]))
    ]
    here = max(inside, key=len, default="")
    return [{**entry, "current": entry["url"] == here} for entry in entries]
