"""What the access state reads: the access rule's parts, grants, items, signatures and owners, in a fixed number of
statements however many datasets, requests or grants are asked about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Value
from django.utils.translation import gettext as _

from apps.access_requests.models import Membership
from apps.access_requests.queries_cohorts import confirmed_students
from apps.agreements.models import Signature
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.datasets.models import Version
from apps.datasets.queries import owners_by_dataset
from apps.grants.access_state import statements
from apps.grants.access_state.statements import WithParts
from apps.grants.models import AccessGrant, Suspension
from apps.people.models import Institution, Person
from apps.people.queries import ended_for_good, not_renewed, officials_of, sign_in_restores

VERSION_PARTS = ("published", "not_withdrawn", "embargo_past")
Parts = Mapping[str, bool]


@dataclass(frozen=True)
class DatasetFacts:
    """The access rule for the viewer and one dataset: `opens` if any version can be downloaded.

    `parts` are those of the version that is nearest to it (or of no version: then nothing holds).
    """

    opens: bool
    version: Version | None
    parts: Parts


@dataclass(frozen=True)
class Who:
    """Whose state it is, and whether the viewer is that person (else they only read it)."""

    person: Any
    is_viewer: bool


@dataclass(frozen=True)
class GrantFacts:
    """A grant with each part of "is it active", and its pause if there is one."""

    grant: AccessGrant
    parts: Parts
    pause: Suspension | None


@dataclass(frozen=True)
class Ended:
    """An institution whose affiliation no sign-in restores: it was ended, or the last sign-in did not renew it.

    `officials` can confirm it: its signing officials by name, or the portal's operator if it has none.
    """

    institution: str
    officials: tuple[str, ...]
    lapsed: bool = False


@dataclass
class Facts:
    """Everything that was read, by id."""

    viewer: Viewer
    now: datetime
    datasets: dict[UUID, DatasetFacts] = field(default_factory=dict)
    grants: dict[tuple[UUID, UUID], GrantFacts] = field(default_factory=dict)  # by (agreement, holder)
    signed: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)  # by (agreement, signer)
    members: dict[UUID, set[UUID]] = field(default_factory=dict)  # by request
    students: dict[UUID, set[UUID]] = field(default_factory=dict)  # by request: the viewer, if they are one
    owners: dict[UUID, list[Person]] = field(default_factory=dict)  # by dataset
    ended: dict[tuple[UUID, UUID], Ended] = field(default_factory=dict)  # by (person, institution)
    ended_for_viewer: Ended | None = None  # no sign-in restores an affiliation of the viewer


def read(
    viewer: Viewer, datasets: Iterable[UUID], *, asked: Iterable[tuple[Any, UUID]] = (),
    grants: WithParts | None = None,
) -> Facts:  # fmt: skip
    """The facts about these datasets and these `grants` (read by `statements`), and about each item that is asked for
    with the person it is about.
    """
    given = _grants(grants or [])
    usable = {one.grant.dataset_id for one in given.values() if all(one.parts.values())}
    known = _datasets(viewer, datasets, usable)
    facts = Facts(viewer, _now(known), known, given)
    _read_ended(facts)
    agreed = [(one, person) for one, person in asked if getattr(one, "agreement", None) is not None]
    pending = [one for one, person in agreed if (one.agreement.pk, person) not in given]
    if pending:
        _read_signing(facts, pending)
    return facts


def _read_ended(facts: Facts) -> None:
    """Whom a sign-in does not help, where an affiliation is missing; no statement where none is."""
    missing = [one.grant for one in facts.grants.values() if not one.parts["affiliation_active"]]
    people = {grant.holder_id for grant in missing}
    me = roles.person_id(facts.viewer)
    asked = isinstance(facts.viewer, Person) and any(
        not one.parts.get("affiliated", True) for one in facts.datasets.values()
    )
    if not people and not asked:
        return
    mine = ended_for_good([me]).get(me) if asked else None
    restores = sign_in_restores(people) if people else {}
    pairs = {pair for pair, restored in restores.items() if not restored}
    lapsed = not_renewed(people | {me} if asked else people) - pairs
    own = min((place for person, place in lapsed if asked and person == me), default=None)
    places = {place for _, place in pairs | lapsed} | ({mine} if mine is not None else set())
    if not places:
        return
    known = _ended_at(places)
    facts.ended = {pair: replace(known[pair[1]], lapsed=pair in lapsed) for pair in pairs | lapsed}
    if mine is not None:
        facts.ended_for_viewer = known[mine]
    elif own is not None:
        facts.ended_for_viewer = replace(known[own], lapsed=True)


def _ended_at(places: set[UUID]) -> dict[UUID, Ended]:
    """Each institution with who can confirm an affiliation with it."""
    names = dict(Institution.objects.filter(pk__in=places).values_list("pk", "name"))
    officials = officials_of(places)
    operator = (_("the operator of this portal"),)
    return {pk: Ended(name, tuple(str(one) for one in officials.get(pk, [])) or operator) for pk, name in names.items()}


def _read_signing(facts: Facts, items: list[Any]) -> None:
    """Who has signed, who is named and who may countersign: for agreements that gave no access yet."""
    rows = Signature.objects.filter(agreement__in={one.agreement.pk for one in items})
    facts.signed = {(row[0], row[1]): row[2] for row in rows.values_list("agreement", "signer", "signed_at")}
    asked = {one.request_id for one in items}
    named = Membership.objects.filter(request__in=asked).annotate(studies=Value(False))
    me = roles.person_id(facts.viewer)
    places = confirmed_students().filter(cohort__request__in=asked, person=me).annotate(studies=Value(True))
    people: Any = named.values_list("request", "person", "studies").union(
        places.order_by().values_list("cohort__request", "person", "studies")
    )
    for request, person, studies in people:
        (facts.students if studies else facts.members).setdefault(request, set()).add(person)
    facts.owners = owners_by_dataset({one.dataset_id for one in items})


def _now(known: Mapping[UUID, DatasetFacts]) -> datetime:
    """The moment at which the database looked at the versions."""
    looked: Any = next((one.version for one in known.values() if one.version is not None), None)
    return looked.asked_at if looked is not None else clock.now()


def _datasets(viewer: Viewer, wanted: Iterable[UUID], with_grants: set[UUID]) -> dict[UUID, DatasetFacts]:
    """An embargoed version counts only for those with access, or if it is all there is: others do not know of it."""
    wanted = set(wanted)
    by_dataset: dict[UUID, list[tuple[Version, dict[str, bool]]]] = {one: [] for one in wanted}
    for version, parts in statements.versions(viewer, wanted):
        by_dataset[version.dataset_id].append((version, parts))
    return {one: _nearest(rows, knows=one in with_grants) for one, rows in by_dataset.items()}


def _nearest(rows: list[tuple[Version, dict[str, bool]]], *, knows: bool) -> DatasetFacts:
    opened = next((row for row in rows if all(row[1].values())), None)
    if opened is not None:
        return DatasetFacts(True, *opened)
    public = [row for row in rows if row[1]["embargo_past"]]
    rows = rows if knows or not public else public
    if not rows:
        return DatasetFacts(False, None, {})
    best = max(rows, key=lambda row: (sum(row[1][part] for part in VERSION_PARTS), row[0].number))
    return DatasetFacts(False, *best)


def _grants(rows: WithParts) -> dict[tuple[UUID, UUID], GrantFacts]:
    suspended = [row.pk for row, parts in rows if not parts["not_suspended"]]
    open_ones = Suspension.objects.filter(grant__in=suspended, ends_at__isnull=True)
    pauses = {pause.grant_id: pause for pause in open_ones.select_related("by")} if suspended else {}
    return {(row.agreement_id, row.holder_id): GrantFacts(row, parts, pauses.get(row.pk)) for row, parts in rows}
