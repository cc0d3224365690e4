"""The access rule a second time, from the domain's own words, in plain Python: no Django, no SQL, no shared code.

A person may download a file at a moment if and only if the person is active (or a visitor, for open data) and did not
be a break-glass account, unless the data are open; they have an active affiliation, or a visa from home for registered
data, unless the data are open; the version is published, not withdrawn, its embargo past; the dataset is open, or
registered and the terms of that moment accepted, here or by a visa from home, or a grant of theirs is active, on an
agreement they signed and that is executed and not ended, while they are affiliated with the very institution under
which they signed does so still; the sign-in had a second factor, if the dataset asks for one; and nothing is frozen.
Moments are whole numbers, and so are institutions; an interval holds its beginning and not its end; None means never.
"""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Grant:
    starts: int
    ends: int
    revoked: int | None = None
    executed: int | None = 0
    terminated: int | None = None
    signed: int | None = 0
    pauses: tuple[tuple[int, int | None], ...] = ()
    mine: bool = True
    # the institution of the signature; None: not known
    through: int | None = 0


@dataclass(frozen=True)
class Visa:
    """Brought from home: `terms` is the place in World.terms of those it accepts; without, a researcher's status."""

    starts: int
    expires: int
    gone: int | None = None
    untrusted: int | None = None
    accepted: bool = True
    mine: bool = True
    terms: int | None = None


@dataclass(frozen=True)
class World:
    """Everything the rule may look at, for one person and one file."""

    visitor: bool = False
    active: bool = True
    access: str = "controlled"
    published: int | None = 0
    withdrawn: int | None = None
    embargo: int | None = None
    grants: tuple[Grant, ...] = ()
    # (published, accepted by the person), in order of version
    terms: tuple[tuple[int, int | None], ...] = ()
    download_stops: tuple[tuple[int, int | None], ...] = field(default=())
    # (which, from, until) of each affiliation of the person; None: to the end of all moments
    affiliations: tuple[tuple[int, int, int | None], ...] = ((0, 0, None),)
    asks_factor: bool = False
    factor: bool = False  # of this very sign-in
    glass: bool = False
    visas: tuple[Visa, ...] = ()


def begun(moment: int | None, at: int) -> bool:
    return moment is not None and moment <= at


def within(span: tuple[int, int | None], at: int) -> bool:
    return begun(span[0], at) and not begun(span[1], at)


def affiliations(world: World, at: int) -> set[int]:
    """The institutions the person is affiliated with."""
    return {which for which, start, end in world.affiliations if within((start, end), at)}


def active(grant: Grant, at: int, actor_snapshot: set[int]) -> bool:
    if grant.through not in actor_snapshot:
        return False
    if not grant.mine or not within((grant.starts, grant.ends), at):
        return False
    if begun(grant.revoked, at) or begun(grant.terminated, at):
        return False
    if not begun(grant.executed, at) or not begun(grant.signed, at):
        return False
    return not any(within(pause, at) for pause in grant.pauses)


def counts(visa: Visa, at: int) -> bool:
    actor_snapshot = (
        within((visa.starts, visa.expires), at) and not begun(visa.gone, at) and not begun(visa.untrusted, at)
    )
    return actor_snapshot and visa.accepted and visa.mine


def at_home(world: World, at: int, terms: int | None) -> bool:
    """A visa that counts says it: these terms are accepted, or (None) the person is a researcher."""
    return not world.visitor and any(visa.terms == terms and counts(visa, at) for visa in world.visas)


def accepted_terms(world: World, at: int) -> bool:
    published = [place for place, (moment, _accepted) in enumerate(world.terms) if begun(moment, at)]
    if not published:
        return False
    current = published[-1]
    return begun(world.terms[current][1], at) or at_home(world, at, current)


def known(world: World) -> bool:
    if world.access == "open":
        return world.visitor or world.active
    return not world.visitor and world.active and not world.glass


def stands(world: World, at: int) -> bool:
    """The version may leave at all, and nothing is frozen."""
    out = begun(world.published, at) and not begun(world.withdrawn, at)
    embargoed = world.embargo is not None and not begun(world.embargo, at)
    return out and not embargoed and not any(within(stop, at) for stop in world.download_stops)


def entitled(world: World, at: int) -> bool:
    if world.access == "open":
        return True
    if world.access == "registered":
        return accepted_terms(world, at)
    return world.access == "controlled" and any(active(grant, at, affiliations(world, at)) for grant in world.grants)


def affiliated(world: World, at: int) -> bool:
    """Only open data may be had by somebody behind whom no institution stands; for registered data a visa will do."""
    if world.access == "open" or (world.access == "registered" and at_home(world, at, None)):
        return True
    return not world.visitor and bool(affiliations(world, at))


def proved(world: World) -> bool:
    """A visitor has not signed in at all, so not with a second factor either."""
    return not world.asks_factor or (world.factor and not world.visitor)


def may_download(world: World, at: int) -> bool:
    """The verdict."""
    return known(world) and affiliated(world, at) and stands(world, at) and entitled(world, at) and proved(world)


def weakened(world: World) -> list[World]:
    """The same world with one thing less: access may only shrink."""
    less = [replace(world, active=False)] if not world.visitor else []
    less += [replace(world, grants=world.grants[:n] + world.grants[n + 1 :]) for n in range(len(world.grants))]
    places = world.affiliations
    less += [replace(world, factor=False)] if world.factor else []
    less += [replace(world, affiliations=places[:n] + places[n + 1 :]) for n in range(len(places))]
    less += [replace(world, grants=tuple(replace(one, through=None) for one in world.grants))] if world.grants else []
    less += [replace(world, visas=world.visas[:n] + world.visas[n + 1 :]) for n in range(len(world.visas))]
    less += [replace(world, glass=True)] if not world.glass else []
    less += [replace(world, terms=tuple((p, None) for p, _a in world.terms))] if world.terms else []
    return less


def denials(at: int) -> dict[str, dict[str, object]]:
    """What beats every grant when it holds at the moment, by name, as a change to the world."""
    return {
        "person deactivated": {"active": False},
        "version not published": {"published": None},
        "version published later": {"published": at + 1},
        "version withdrawn": {"withdrawn": at},
        "embargo": {"embargo": at + 1},
        "frozen": {"download_stops": ((at, None),)},
        "no second factor": {"asks_factor": True, "factor": False},
    }
