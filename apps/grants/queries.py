"""THE access rule, once, as a set in SQL: which files may this person download at this moment?

Pages, API, bundles and the download gate all ask `downloadable_by`; "Why?" shows the parts of the very same set, in the
sentences of `apps.grants.explanations`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField, Value, When
from django.db.models.functions import Coalesce

from apps.core import clock, roles
from apps.core.actors import ANONYMOUS, Viewer
from apps.core.db import Prepared
from apps.datasets.models import Dataset, Distribution, Version
from apps.grants.models import AccessGrant, DownloadStop, Suspension
from apps.people.models import Affiliation, Institution, Person, Terms, Visa
from apps.people.models.visas import RESEARCHER
from apps.people.queries import accepted_terms, accepted_visas_of, active_at, ended_for_good, newest_affiliations

ENDINGS = ("not_ended", "not_revoked", "not_terminated")  # parts of a grant that, once missing, stay missing
FOLLOWS = "follows"  # the cause of a part that does not hold because another one, which is named, does not
PAUSES = ("not_suspended", "affiliation_active", "conditions_met")  # parts that can hold again
AT_ONCE = 50  # people whom one statement of `verdicts` asks about
OPEN = Q(dataset__access=Dataset.Access.OPEN)


def _registered(person: Viewer, at: datetime | None) -> Q:
    """The dataset asks for registration, and the person accepted the terms of the moment, here or at home."""
    moment = clock.sql_now(at)
    current = Terms.objects.filter(published_at__lte=moment).order_by("-version").values("pk")[:1]
    accepted = Terms.objects.filter(accepted_terms(person, at), pk=current)
    return Q(dataset__access=Dataset.Access.REGISTERED) & Q(Exists(accepted))


def _granted(person: Viewer, at: datetime | None) -> Q:
    """The dataset is controlled, and a grant of the person's own is active."""
    granted = AccessGrant.objects.active(at).filter(holder_id=roles.person_id(person), dataset=OuterRef("dataset_id"))
    return Q(dataset__access=Dataset.Access.CONTROLLED) & Q(Exists(granted))


def _mfa_satisfied(person: Viewer) -> Q:
    """The dataset asks for no second factor, or this very sign-in (token, link) had one. Nobody knows: no."""
    strong = Value(getattr(person, "second_factor", False) is True, output_field=BooleanField())
    return Q(dataset__requires_second_factor=False) | Q(strong)


def _researcher(person: Viewer, at: datetime | None) -> Q:
    """The dataset asks for registration, and a visa from home says that the person is a researcher."""
    return Q(dataset__access=Dataset.Access.REGISTERED) & Q(Exists(accepted_visas_of(person, RESEARCHER, at)))


def rule(person: Viewer, at: datetime | None = None) -> dict[str, Q]:
    """The access rule over versions, part by part; all parts must hold. Unknown is no: there is no other way in.

    A visitor who is not signed in has an id that no row has, so only open data is left for them.
    """
    moment = clock.sql_now(at)
    frozen = DownloadStop.objects.filter(starts_at__lte=moment).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment))
    known = Exists(Person.objects.filter(active_at(at), pk=roles.person_id(person)))
    not_break_glass = Exists(Person.objects.filter(pk=roles.person_id(person), is_break_glass=False))
    affiliated = Affiliation.objects.active(at).filter(person_id=roles.person_id(person))
    visitor = Value(not isinstance(person, Person), output_field=BooleanField())
    return {
        "person": Q(known) | (Q(visitor) & OPEN),
        "not_break_glass": OPEN | Q(not_break_glass),
        "affiliated": OPEN | Q(Exists(affiliated)) | _researcher(person, at),
        "published": Q(published_at__lte=moment),
        "not_withdrawn": Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=moment),
        "embargo_past": Q(embargo_until__isnull=True) | Q(embargo_until__lte=moment),
        "entitled": OPEN | _registered(person, at) | _granted(person, at),
        "second_factor": _mfa_satisfied(person),
        "not_frozen": ~Q(Exists(frozen)),
    }


def downloadable_versions(person: Viewer, at: datetime | None = None) -> QuerySet[Version]:
    return Version.objects.filter(*rule(person, at).values())


def downloadable_by(person: Viewer, at: datetime | None = None) -> QuerySet[Distribution]:
    """Every file this person may download at the moment: the one definition of access."""
    return Distribution.objects.filter(Exists(downloadable_versions(person, at).filter(pk=OuterRef("version_id"))))


def as_person(person: UUID, strong: bool) -> Person:
    someone = Person(pk=person)
    someone.second_factor = strong
    return someone


_of_person = Prepared(lambda person, file: downloadable_by(as_person(person, False)).filter(pk=file), UUID, UUID)
_of_strong = Prepared(lambda person, file: downloadable_by(as_person(person, True)).filter(pk=file), UUID, UUID)
_of_visitor = Prepared(lambda file: downloadable_by(ANONYMOUS).filter(pk=file), UUID)
_version_of_person = Prepared(
    lambda who, version: downloadable_versions(as_person(who, False)).filter(pk=version), UUID, UUID
)
_version_of_strong = Prepared(
    lambda who, version: downloadable_versions(as_person(who, True)).filter(pk=version), UUID, UUID
)
_version_of_visitor = Prepared(lambda version: downloadable_versions(ANONYMOUS).filter(pk=version), UUID)
_of_person_on = Prepared(lambda *asked: _on(as_person(asked[0], False), *asked[1:]), UUID, UUID, UUID)
_of_strong_on = Prepared(lambda *asked: _on(as_person(asked[0], True), *asked[1:]), UUID, UUID, UUID)
_active_grant = Prepared(lambda grant: AccessGrant.objects.active().filter(pk=grant), UUID)


def may_download(person: Viewer, file: UUID) -> bool:
    """Whether the file is in the set above for this person or visitor now: one statement."""
    if isinstance(person, Person):
        return (_of_strong if person.second_factor is True else _of_person).holds(person.pk, file)
    return _of_visitor.holds(file)


def may_download_on(person: Person, file: UUID, grant: UUID) -> bool:
    """`may_download` and `grant_is_active` at the same moment: one statement."""
    return (_of_strong_on if person.second_factor is True else _of_person_on).holds(person.pk, file, grant)


def _on(person: Person, file: UUID, grant: UUID) -> QuerySet[Distribution]:
    return downloadable_by(person).filter(Exists(AccessGrant.objects.active().filter(pk=grant)), pk=file)


def lacks_only_second_factor(person: Viewer, file: UUID) -> bool:
    """Whether everything else holds: the person would get this file after a sign-in with a second factor."""
    if not isinstance(person, Person):
        return False
    return not may_download(person, file) and _of_strong.holds(person.pk, file)


def may_download_version(person: Viewer, version: UUID) -> bool:
    """The same for all files of a version at once."""
    if isinstance(person, Person):
        strong = person.second_factor is True
        return (_version_of_strong if strong else _version_of_person).holds(person.pk, version)
    return _version_of_visitor.holds(version)


def grant_is_active(grant: UUID) -> bool:
    """Whether this very grant counts now."""
    return _active_grant.holds(grant)


@dataclass(frozen=True)
class Fact:
    """One part of the rule for one person and version: does it hold, and the moment that matters to it."""

    part: str
    holds: bool
    moment: datetime | None = None
    who: str = ""
    cause: str = ""  # a key of `explanations.BY_CAUSE`: words for what stopped it


@dataclass(frozen=True)
class Verdict:
    """The whole answer to "why can I (not)": the verdict is the set's, the facts are its parts."""

    allowed: bool
    facts: list[Fact]
    grant: AccessGrant | None
    grant_facts: list[Fact]
    access: str  # the dataset's access level
    visas: dict[str, datetime]  # the types of visas from home that count for the person, and until when


def flag(condition: Q) -> Case:
    """A condition as a value: true or false."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def why(person: Viewer, version: Version, at: datetime | None = None) -> Verdict:
    """Each part of the rule with its fact, for this person and version, now or at a past moment."""
    parts = rule(person, at)
    flags = {f"part_{name}": flag(part) for name, part in parts.items()}
    row = Version.objects.filter(pk=version.pk).annotate(**flags).get()
    moments = _moments(row)
    facts = [Fact(name, getattr(row, f"part_{name}"), moments.get(name)) for name in parts]
    facts = _with_ended({roles.person_id(person): facts}, at)[roles.person_id(person)]
    grant, grant_facts = _grant_facts(person, version, at)
    allowed = downloadable_versions(person, at).filter(pk=version.pk).exists()
    access = version.dataset.access
    visas = _visas(person, at) if access == Dataset.Access.REGISTERED else {}
    return Verdict(allowed, facts, grant, grant_facts, access, visas)


def _with_ended(facts: dict[UUID, list[Fact]], at: datetime | None) -> dict[UUID, list[Fact]]:
    """By person; a missing affiliation that officials had ended says so. No statement if nobody's is missing."""
    missing = {who for who, ones in facts.items() if any(one.part == "affiliated" and not one.holds for one in ones)}
    ended = ended_for_good(missing, at) if missing else {}
    if ended:
        names = dict(Institution.objects.filter(pk__in=ended.values()).values_list("pk", "name"))
    for who, place in ended.items():
        facts[who] = [
            replace(one, who=names[place], cause="ended") if one.part == "affiliated" else one for one in facts[who]
        ]
    return facts


def _moments(version: Version) -> dict[str, datetime | None]:
    """The moments that matter to the parts of the rule about the version itself."""
    return {
        "published": version.published_at,
        "not_withdrawn": version.withdrawn_at,
        "embargo_past": version.embargo_until,
    }


def verdicts(people: Iterable[UUID], version: Version, at: datetime | None = None) -> dict[UUID, Verdict]:
    """The same for several people at once, each as after a sign-in with a second factor; two statements for up to
    `AT_ONCE` people. The visas that a registered dataset accepts are in the rule, but not named.
    """
    wanted = list(dict.fromkeys(people))
    found: dict[UUID, Verdict] = {}
    names, moments = list(rule(ANONYMOUS, at)), _moments(version)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        asked = [_flagged(who, version, at) for who in part]
        rows = asked[0].union(*asked[1:], all=True)
        grants = _best_grants(part, version, at)
        known = {row["who"]: [Fact(name, row[f"part_{name}"], moments.get(name)) for name in names] for row in rows}
        for who, facts in _with_ended(known, at).items():
            grant = grants.get(who)
            grant_facts = _facts(grant, list(AccessGrant.objects.parts(at))) if grant is not None else []
            allowed = all(fact.holds for fact in facts)
            found[who] = Verdict(allowed, facts, grant, grant_facts, version.dataset.access, {})
    return found


def _flagged(who: UUID, version: Version, at: datetime | None) -> QuerySet[Any, Any]:
    flags = {f"part_{name}": flag(part) for name, part in rule(as_person(who, True), at).items()}
    row = Version.objects.filter(pk=version.pk).order_by()
    flagged: QuerySet[Any, Any] = row.annotate(who=Value(who, output_field=UUIDField()), **flags).values("who", *flags)
    return flagged


def _best_grants(people: Iterable[UUID], version: Version, at: datetime | None) -> dict[UUID, Any]:
    """By holder, the grant that says most; grants issued after the moment say nothing about it."""
    parts = AccessGrant.objects.parts(at)
    flags: dict[str, Any] = {f"part_{name}": flag(part) for name, part in parts.items()} | _behind(at)
    of_dataset = AccessGrant.objects.filter(holder__in=list(people), dataset_id=version.dataset_id)
    rows = of_dataset.filter(issued_at__lte=clock.sql_now(at)).annotate(**flags).order_by("-issued_at", "pk")
    by_holder: dict[UUID, list[Any]] = {}
    for row in rows.select_related("agreement__item__request", "institution"):
        by_holder.setdefault(row.holder_id, []).append(row)
    return {holder: _says_most(mine, parts) for holder, mine in by_holder.items()}


def _says_most(rows: Iterable[Any], parts: Collection[str]) -> Any:
    """An active grant; else that of which the fewest parts are missing, and of these the latest. None of none."""
    return max(rows, key=lambda row: (sum(getattr(row, f"part_{name}") for name in parts), row.ends_at), default=None)


def _visas(person: Viewer, at: datetime | None) -> dict[str, datetime]:
    """By type, the last moment until which one of the visas counts."""
    found = Visa.objects.counted_now(at).filter(identity__person_id=roles.person_id(person))
    return {one.type: one.expires_at for one in found.order_by("expires_at") if one.expires_at is not None}


def _grant_facts(person: Viewer, version: Version, at: datetime | None) -> tuple[AccessGrant | None, list[Fact]]:
    """The grant that says most, with each of its parts."""
    parts = AccessGrant.objects.parts(at)
    flags: dict[str, Any] = {f"part_{name}": flag(part) for name, part in parts.items()} | _behind(at)
    mine = AccessGrant.objects.filter(holder_id=roles.person_id(person), dataset_id=version.dataset_id)
    rows = mine.annotate(**flags).select_related("agreement", "institution").order_by("-issued_at", "pk")
    grant = _says_most(rows, parts)
    return (grant, _facts(grant, list(parts))) if grant is not None else (None, [])


def facts_of(grant: AccessGrant, at: datetime | None = None) -> list[Fact]:
    """Each part of "is this grant active" with its fact."""
    parts = AccessGrant.objects.parts(at)
    flags: dict[str, Any] = {f"part_{name}": flag(part) for name, part in parts.items()} | _behind(at)
    row = AccessGrant.objects.filter(pk=grant.pk).annotate(**flags).select_related("agreement", "institution").get()
    return _facts(row, list(parts))


def _behind(at: datetime | None) -> dict[str, Subquery]:
    """Until when the holder is, or was, affiliated with the grant's institution, and when a signing official ended
    that: its newest statement about them by the moment.
    """
    moment = clock.sql_now(at)
    by_then = newest_affiliations("holder_id", "institution_id").filter(starts_at__lte=moment)
    newest = by_then.annotate(ended=Case(When(ended_at__lte=moment, then=F("ended_at"))))
    return {
        "affiliated_until": Subquery(newest.annotate(until=Coalesce("ended", "valid_until")).values("until")[:1]),
        "affiliation_ended_at": Subquery(newest.values("ended")[:1]),
    }


def _facts(grant: AccessGrant, names: list[str]) -> list[Fact]:
    """Each part with its fact; "not ended" is about the end in fact and also fails where another part ended it."""
    parts = {name: getattr(grant, f"part_{name}") for name in names}
    over, paused = (not all(parts[name] for name in some) for some in (ENDINGS, PAUSES))
    moments = {
        "begun": grant.starts_at,
        "not_ended": grant.real_end if over else grant.ends_at,
        "not_revoked": grant.revoked_at,
        "executed": grant.agreement.executed_at,
        "not_terminated": grant.agreement.ended_at,
        "affiliation_active": getattr(grant, "affiliated_until", None),
    }
    who = {"affiliation_active": grant.institution.name if grant.institution is not None else ""}
    causes = {
        "affiliation_active": "ended" if getattr(grant, "affiliation_ended_at", None) is not None else "",
        "not_ended": FOLLOWS if over and parts["not_ended"] else "paused" if paused and not over else "",
        "not_revoked": "by_holder" if grant.revoked_by_id == grant.holder_id else "",
    }
    parts["not_ended"] = not over
    return [Fact(name, parts[name], moments.get(name), who.get(name, ""), causes.get(name, "")) for name in names]


def grants_of(person: Viewer) -> QuerySet[AccessGrant]:
    """Every grant this person has or had."""
    fetched = AccessGrant.objects.filter(holder_id=roles.person_id(person)).select_related("dataset", "agreement")
    return _with_state(fetched)


def on_datasets_managed_by(person: Viewer) -> QuerySet[AccessGrant]:
    """Every grant on datasets this person owns or manages: who uses what, for what, until when."""
    managed = roles.role_exists(person, Dataset.MANAGERS, Dataset, outer="dataset_id")
    fetched = AccessGrant.objects.filter(managed).select_related(
        "dataset", "holder__institution", "agreement__item__request"
    )
    return _with_state(fetched)


def suspended_now() -> Exists:
    """The condition "this grant is suspended", for use in a query on grants."""
    return Exists(Suspension.objects.filter(grant=OuterRef("pk"), ends_at__isnull=True))


def download_stops() -> QuerySet[DownloadStop]:
    """Every stop of all downloads, newest first, with who began, proposed and ended it."""
    return DownloadStop.objects.select_related("started_by", "resume_proposed_by", "ended_by").order_by("-starts_at")


def visible_to(person: Viewer) -> QuerySet[AccessGrant]:
    """The grants a person may read: their own, and those on datasets they manage."""
    managed = roles.role_exists(person, Dataset.MANAGERS, Dataset, outer="dataset_id")
    return _with_state(AccessGrant.objects.filter(Q(holder_id=roles.person_id(person)) | managed))


def _with_state(grants: QuerySet[AccessGrant]) -> QuerySet[AccessGrant]:
    """Each with whether it is active, and whether only the affiliation with its institution is missing for that."""
    here = AccessGrant.objects.filter(pk=OuterRef("pk"))
    parts = AccessGrant.objects.parts()
    others = [part for name, part in parts.items() if name != "affiliation_active"]
    return grants.annotate(
        grant_is_active=Exists(here.filter(*parts.values())),
        affiliation_missing=Exists(here.filter(*others, ~parts["affiliation_active"])),
    ).order_by("-issued_at", "pk")


def current_download_stop() -> DownloadStop | None:
    """The freeze that stops downloads now, if there is one."""
    return DownloadStop.objects.filter(ends_at__isnull=True).order_by("starts_at").first()


def files_of(version: Version, person: Viewer) -> QuerySet[Distribution]:
    """The files of a version by name, each with `may_download`: the access rule's answer for this person, now."""
    opened = Value(may_download_version(person, version.pk), output_field=BooleanField())
    return Distribution.objects.filter(version=version).annotate(may_download=opened).order_by("name")


def of_requests(requests: Iterable[UUID]) -> QuerySet[AccessGrant]:
    """The grants that came of these requests."""
    granted = AccessGrant.objects.filter(agreement__item__request_id__in=set(requests)).select_related(
        "holder", "dataset"
    )
    return _with_state(granted)


def depending_on(institution: Institution, people: Iterable[UUID]) -> QuerySet[AccessGrant]:
    """The access of these people that depends on this institution and is not over, soonest to end first."""
    rests = AccessGrant.objects.filter(institution=institution, holder_id__in=set(people), revoked_at__isnull=True)
    return _with_state(rests.filter(ends_at__gt=clock.sql_now()).select_related("dataset", "agreement")).order_by(
        "ends_at", "pk"
    )


def holders_through(institution: Institution) -> QuerySet[AccessGrant]:
    """The active grants that depend on an affiliation with this institution."""
    return AccessGrant.objects.active().filter(institution=institution)
