"""What the access state reads, without a database: rows that are saved nowhere, and the facts about them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from apps.access_requests.models import AccessRequest, Item
from apps.agreements.models import Agreement
from apps.committees.models import Committee
from apps.datasets.models import Dataset, Version
from apps.grants.access_state.facts import DatasetFacts, Facts, GrantFacts, Who
from apps.grants.access_state.grants import RULE_PARTS
from apps.grants.models import AccessGrant, Suspension
from apps.people.models import Institution, Person

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GRANT_PARTS = (
    "begun", "not_ended", "not_revoked", "not_suspended", "signed", "executed", "not_terminated", "affiliation_active",
    "conditions_met",
)  # fmt: skip


def person(name: str = "Astrid Lund", **how: Any) -> Person:
    return Person(name=name, **how)


def dataset(access: str = "controlled", *, committee: Committee | None = None, title: str = "Scans") -> Dataset:
    return Dataset(slug="scans", title=title, access=access, committee=committee or decider())


def decider(**how: Any) -> Committee:
    """A committee that means to decide within 20 days."""
    return Committee(**{"name": "Scans committee", "slug": "scans", "accepting": True, "review_days": 20, **how})


def version(of: Dataset, number: int = 1, **how: Any) -> Version:
    return Version(dataset=of, number=number, **{"published_at": NOW - 90 * DAY, **how})


def holding(names: Iterable[str], *missing: str) -> dict[str, bool]:
    """Each part of a rule: it holds, unless it is among the missing."""
    return {name: name not in missing for name in names}


def known(of: Dataset, *missing: str, at: Version | None = None) -> DatasetFacts:
    """The access rule for the viewer and this dataset, with these parts missing."""
    return DatasetFacts(not missing, at or version(of), holding(RULE_PARTS, *missing))


def request(by: Person, state: str = "decided", **how: Any) -> AccessRequest:
    moments = {"created_at": NOW - 50 * DAY, "submitted_at": NOW - 40 * DAY, "decided_at": NOW - 20 * DAY}
    return AccessRequest(applicant=by, state=state, title="Recurrence", **{**moments, **how})


def item(of: AccessRequest, data: Dataset, state: str = "approved", **read: Any) -> Any:
    """An item of a request with what is read beside it; without an agreement until `agreement` makes one."""
    made: Any = Item(request=of, dataset=data, committee=data.committee, state=state, decided_at=NOW - 19 * DAY)
    made._state.fields_cache["agreement"] = made._state.fields_cache["appeal"] = None
    beside = {"approved_members": [], "asked_at": None, "reported": None, "unanswered": 0,
              "signing_held": False, "signing_unreported": False}  # fmt: skip
    for name, value in {**beside, **read}.items():
        setattr(made, name, value)
    return made


def agreement(of: Any, state: str = "executed", **how: Any) -> Agreement:
    days = {"starts_on": date(2026, 8, 20), "ends_on": date(2027, 8, 20), "offered_at": NOW - 18 * DAY}
    return Agreement(item=of, state=state, **{**days, **how})


def grant(of: Agreement, holder: Person, *, last: timedelta = 300 * DAY, **how: Any) -> AccessGrant:
    """A grant that began ten days ago and ends after `last`."""
    through = Institution(name="Nordvik University Hospital")
    times = {"starts_at": NOW - 10 * DAY, "ends_at": NOW + last}
    return AccessGrant(agreement=of, holder=holder, dataset=of.item.dataset, **{"institution": through, **times, **how})


def given(one: AccessGrant, *missing: str, pause: Suspension | None = None) -> GrantFacts:
    return GrantFacts(one, holding(GRANT_PARTS, *missing), pause)


def facts(viewer: Any, *datasets: tuple[Dataset, DatasetFacts], **read: Any) -> Facts:
    return Facts(viewer, NOW, {one.pk: about for one, about in datasets}, **read)


def me(someone: Person) -> Who:
    """Their own state, read by themselves."""
    return Who(someone, is_viewer=True)


def of(someone: Person) -> Who:
    """Their state, read by somebody else."""
    return Who(someone, is_viewer=False)


def shown(state: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    """These fields of a state, for comparison with what is expected."""
    return {name: getattr(state, name) for name in names}
