"""Generated worlds: drawn by Hypothesis, and laid into the database."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.contrib.auth.models import AnonymousUser
from hypothesis import strategies as st

from apps.datasets.models import Dataset, Version
from apps.grants.queries import downloadable_by
from tests.factories import rows
from tests.unit.grants.policy import Grant, Visa, World

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
LAST = 12  # moments are few, so that boundaries meet often
moments = st.integers(0, LAST)
perhaps = st.none() | moments


def moment(tick: int | None) -> datetime | None:
    return None if tick is None else BEGINNING + timedelta(days=tick)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(0, LAST - 1))
    return start, draw(st.integers(start + 1, LAST))


@st.composite
def open_spans(draw: st.DrawFn) -> tuple[int, int | None]:
    start, end = draw(spans())
    return start, draw(st.sampled_from([end, None]))


def _one_open(pauses: list[tuple[int, int | None]]) -> tuple[tuple[int, int | None], ...]:
    """At most one pause is open at a time (the database says so)."""
    closed = [pause for pause in pauses if pause[1] is not None]
    return tuple(closed + [pause for pause in pauses if pause[1] is None][:1])


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    """Mostly good ones, so that a single fault decides."""
    start, end = draw(spans())
    return Grant(
        start,
        end,
        revoked=draw(st.none() | st.none() | moments),
        executed=draw(st.just(0) | st.just(0) | perhaps),
        terminated=draw(st.none() | st.none() | moments),
        signed=draw(st.just(0) | st.just(0) | perhaps),
        pauses=_one_open(draw(st.lists(open_spans(), max_size=2))),
        mine=draw(st.sampled_from([True, True, True, False])),
        through=draw(st.sampled_from([0, 0, 0, 1, None])),
    )


@st.composite
def stays(draw: st.DrawFn) -> tuple[int, int, int | None]:
    """A time at one of two institutions."""
    return draw(st.sampled_from([0, 0, 1])), *draw(open_spans())


@st.composite
def visas(draw: st.DrawFn) -> Visa:
    """Mostly good ones, of either kind."""
    start, end = draw(spans())
    return Visa(
        start,
        end,
        gone=draw(st.none() | st.none() | st.integers(start, LAST)),
        untrusted=draw(st.none() | st.none() | moments),
        accepted=draw(st.sampled_from([True, True, True, False])),
        mine=draw(st.sampled_from([True, True, True, False])),
        terms=draw(st.sampled_from([None, 0, 0, 1])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    published = draw(st.just(0) | st.just(0) | perhaps)
    terms = tuple(draw(st.lists(st.tuples(moments, perhaps), max_size=2)))
    brought = draw(st.lists(visas(), max_size=2))
    return World(
        visitor=draw(st.sampled_from([False, False, False, True])),
        active=draw(st.sampled_from([True, True, True, False])),
        access=draw(st.sampled_from(["open", "registered", "registered", "controlled", "controlled", "controlled"])),
        published=published,
        withdrawn=draw(st.none() | st.none() | moments) if published is not None else None,
        embargo=draw(st.none() | st.none() | moments),
        grants=tuple(draw(st.lists(grants(), max_size=3))),
        terms=terms,
        glass=draw(st.sampled_from([False, False, False, False, True])),
        visas=tuple(one for one in brought if one.terms is None or one.terms < len(terms)),
        download_stops=tuple(draw(st.lists(open_spans(), max_size=1))) if draw(st.booleans()) else (),
        affiliations=draw(st.just(((0, 0, None),)) | st.lists(stays(), max_size=3).map(tuple)),
        asks_factor=draw(st.sampled_from([False, False, True])),
        factor=draw(st.booleans()),
    )


class Dice:
    """Worlds drawn by plain chance from a seed, a hundred times as fast: for tests that want very many."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def tick(self, *also: int | None) -> int | None:
        return self.chance.choice([self.chance.randint(0, LAST), *also])

    def span(self) -> tuple[int, int]:
        start = self.chance.randint(0, LAST - 1)
        return start, self.chance.randint(start + 1, LAST)

    def open_span(self) -> tuple[int, int | None]:
        start, end = self.span()
        return start, self.chance.choice([end, None])

    def grant(self) -> Grant:
        pauses = _one_open([self.open_span() for _ in range(self.chance.choice([0, 0, 1, 2]))])
        return Grant(
            *self.span(), revoked=self.tick(None, None, None), executed=self.tick(0, 0, None),
            terminated=self.tick(None, None, None), signed=self.tick(0, 0, None), pauses=pauses,
            mine=self.chance.random() < 0.8, through=self.chance.choice([0, 0, 0, 0, 1, None]),
        )  # fmt: skip

    def stays(self) -> tuple[tuple[int, int, int | None], ...]:
        """Where the person was when: mostly all the time at the first institution, else here and there."""
        if self.chance.random() < 0.6:
            return ((0, 0, None),)
        return tuple((self.chance.choice([0, 0, 1]), *self.open_span()) for _ in range(self.chance.randint(0, 3)))

    def visa(self, terms: int) -> Visa:
        start, end = self.span()
        return Visa(
            start, end, gone=self.chance.choice([None, None, self.chance.randint(start, LAST)]),
            untrusted=self.tick(None, None, None), accepted=self.chance.random() < 0.85,
            mine=self.chance.random() < 0.85, terms=self.chance.choice([None, *range(terms)]),
        )  # fmt: skip

    def world(self) -> World:
        terms = tuple((self.chance.randint(0, LAST), self.tick(None)) for _ in range(self.chance.randint(0, 2)))
        published = self.tick(0, 0, 0, None)
        kinds = ["open", "registered", "registered", "controlled", "controlled", "controlled", "controlled"]
        return World(
            visitor=self.chance.random() < 0.15, active=self.chance.random() < 0.8, access=self.chance.choice(kinds),
            published=published, withdrawn=self.tick(None, None, None) if published is not None else None,
            embargo=self.tick(None, None, None),
            grants=tuple(self.grant() for _ in range(self.chance.randint(0, 3))),
            terms=terms, visas=tuple(self.visa(len(terms)) for _ in range(self.chance.choice([0, 0, 1, 2, 3]))),
            glass=self.chance.random() < 0.1,
            download_stops=(self.open_span(),) if self.chance.random() < 0.25 else (),
            affiliations=self.stays(),
            asks_factor=self.chance.random() < 0.3, factor=self.chance.random() < 0.5,
        )  # fmt: skip

    def several(self, files: int) -> list[World]:
        """One person before several datasets: what is theirs and the portal's is the same in all of them."""
        first, *others = (self.world() for _ in range(files))
        shared = {
            "visitor": first.visitor,
            "active": first.active,
            "terms": first.terms,
            "download_stops": first.download_stops,
        }
        shared |= {"affiliations": first.affiliations, "factor": first.factor}
        shared |= {"glass": first.glass, "visas": first.visas}
        return [first, *(replace(other, **shared) for other in others)]


@dataclass
class Laid:
    """Worlds of one person, in the database; `versions` in the order of the worlds."""

    person: Any
    versions: list[Version]

    @property
    def version(self) -> Version:
        return self.versions[0]

    def opened(self, at: datetime | None) -> list[bool]:
        """What the access rule says, for each world, by one question."""
        found = set(downloadable_by(self.person, at).values_list("version_id", flat=True))
        return [version.pk in found for version in self.versions]


def lay(*together: World) -> Laid:
    """Make the rows of these worlds of one person."""
    world = together[0]
    owner, second, other = rows.person(), rows.person(), rows.person()
    me = AnonymousUser() if world.visitor else rows.person(active=world.active, is_break_glass=world.glass)
    if not world.visitor:
        me.second_factor = world.factor
    grants_of, wording = rows.committee(), rows.template()
    places = {0: rows.institution(), 1: rows.institution()}
    for which, start, end in world.affiliations if not world.visitor else ():
        rows.affiliation(me, starts_at=_sure(start), ended_at=moment(end), at=places[which])
    published_terms = []
    for published, accepted in world.terms:
        published_terms.append(terms := rows.terms(_sure(published)))
        if accepted is not None and not world.visitor:
            rows.acceptance(terms, me, _sure(accepted))
    for one in world.visas:
        rows.visa(
            other if world.visitor or not one.mine else me, starts_at=_sure(one.starts), expires_at=_sure(one.expires),
            gone_at=moment(one.gone), untrusted_at=moment(one.untrusted), accepted=one.accepted,
            terms=None if one.terms is None else published_terms[one.terms],
        )  # fmt: skip
    for start, end in world.download_stops:
        rows.freeze(owner, second, starts_at=_sure(start), ends_at=moment(end))
    return Laid(me, [_lay_file(one, grants_of, wording, me, owner, other, places) for one in together])


def _lay_file(world: World, grants_of: Any, wording: Any, me: Any, owner: Any, other: Any, places: Any) -> Version:
    data = rows.dataset(world.access, grants_of)
    Dataset.objects.filter(pk=data.pk).update(requires_second_factor=world.asks_factor)
    version = rows.version(
        data, owner, published_at=moment(world.published), withdrawn_at=moment(world.withdrawn),
        embargo_until=moment(world.embargo),
    )  # fmt: skip
    for one in world.grants:
        _lay_grant(one, data, grants_of, wording, other if world.visitor or not one.mine else me, owner, places)
    return version


def _lay_grant(one: Grant, data: Any, grants_of: Any, wording: Any, holder: Any, owner: Any, places: Any) -> None:
    agreement = rows.agreement(
        data, grants_of, holder, wording, executed_at=moment(one.executed), ended_at=moment(one.terminated),
        decided_at=BEGINNING,
    )  # fmt: skip
    if one.signed is not None:
        rows.signature(agreement, holder, _sure(one.signed))
    made = rows.grant(
        agreement, holder, starts_at=_sure(one.starts), ends_at=_sure(one.ends), revoked_at=moment(one.revoked),
        by=owner, through=places.get(one.through),
    )  # fmt: skip
    for start, end in one.pauses:
        rows.suspension(made, owner, starts_at=_sure(start), ends_at=moment(end))


def _sure(tick: int) -> datetime:
    return BEGINNING + timedelta(days=tick)
