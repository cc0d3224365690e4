"""The people and things of a generated world: few people, many parts, so that one person often has several.

The cast is made once by the portal's commands; each world hands out the parts again inside a savepoint.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from apps.access_requests.models import AccessRequest
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock, roles
from apps.datasets.models import Dataset, DatasetRole
from apps.people.models import Affiliation, Institution, InstitutionRole, Person, PlatformRole
from tests import stories

PLAYERS, SPARE = 6, 3


@dataclass
class Cast:
    """Everybody there is. `spare` have no part at the beginning: they can be named later."""

    home: Institution
    players: list[Person]
    spare: list[Person]
    operators: list[Person]
    datasets: list[Dataset]
    committees: list[Committee]

    @property
    def everyone(self) -> list[Person]:
        return [*self.players, *self.spare, *self.operators]


def cast() -> Cast:
    """Two published datasets with a committee each, of one institution, and everybody."""
    stories.template()
    home = stories.institution()
    shelves = [stories.published_dataset(title=f"Cohort {number}") for number in (1, 2)]
    people = [stories.person(at=home) for _number in range(PLAYERS + SPARE + 2)]
    datasets = [one.dataset for one in shelves]
    Dataset.objects.filter(pk__in=[one.pk for one in datasets]).update(institution=home)
    CommitteeMember.objects.filter(ends_at__isnull=True).update(ends_at=clock.now())
    DatasetRole.objects.all().delete()
    PlatformRole.objects.all().delete()
    return Cast(
        home,
        people[:PLAYERS],
        people[PLAYERS:-2],
        people[-2:],
        [Dataset.objects.get(pk=one.pk) for one in datasets],
        [one.committee_setup.committee for one in shelves],
    )


def as_now(cast: Cast) -> Cast:
    """The same people and things, read again: commands of an earlier world have changed the objects."""
    people = Person.objects.select_related("institution").in_bulk([one.pk for one in cast.everyone])
    return Cast(
        cast.home,
        [people[one.pk] for one in cast.players],
        [people[one.pk] for one in cast.spare],
        [people[one.pk] for one in cast.operators],
        [Dataset.objects.select_related("committee").get(pk=one.pk) for one in cast.datasets],
        [Committee.objects.select_related("institution").get(pk=one.pk) for one in cast.committees],
    )


@dataclass
class World:
    """One distribution of the parts, and what was played: `course` names the steps, for the report of a dead end."""

    cast: Cast
    seed: int
    applicant: Person
    members: list[Person]
    requests: list[AccessRequest] = field(default_factory=list)
    course: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"world {self.seed}: {', '.join(self.course)}"


def cast_parts(cast: Cast, seed: int) -> World:
    """Hand out owners, committees, officials, operators, applicant and members, and a few faults."""
    rng, cast = Random(seed), as_now(cast)
    people = cast.players
    for dataset in cast.datasets:
        for owner in rng.sample(people, rng.choice([1, 1, 1, 2])):
            roles.assign(owner, Dataset.OWNER, dataset)
        if rng.random() < 0.3:
            roles.assign(rng.choice(people), Dataset.STEWARD, dataset)
    for committee in cast.committees:
        _members(committee, rng.sample(people, rng.choice([1, 2, 2, 3])), rng)
    for official in rng.sample(people, rng.choice([0, 1, 1, 2])):
        roles.assign(official, Institution.SIGNING_OFFICIAL, cast.home)
    _operators(cast, rng)
    applicant, *others = rng.sample(people, 3)
    world = World(cast, seed, applicant, others[: rng.choice([0, 0, 1, 1, 2])])
    for someone in [*people, *cast.operators]:
        if rng.random() < 0.06:
            _fault(world, someone, rng.choice(["no name", "no e-mail", "lapsed", "never affiliated"]))
    return world


def _members(committee: Committee, people: list[Person], rng: Random) -> None:
    begun = clock.now() - timedelta(days=30)
    chaired = rng.random() < 0.85
    for place, someone in enumerate(people):
        CommitteeMember.objects.create(
            committee=committee, person=someone, is_chair=chaired and not place, starts_at=begun
        )
    Committee.objects.filter(pk=committee.pk).update(quorum=rng.choice([1, 1, 2, len(people)]))


def _operators(cast: Cast, rng: Random) -> None:
    """At least one; sometimes an operator has another part too."""
    chosen = [cast.operators[0]]
    if rng.random() < 0.4:
        chosen.append(cast.operators[1])
    if rng.random() < 0.2:
        chosen.append(rng.choice(cast.players))
    if rng.random() < 0.1:
        chosen = [rng.choice(cast.players)]
    now = clock.now()
    for someone in chosen:
        PlatformRole.objects.create(
            person=someone, kind="operator", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=900)
        )


def _fault(world: World, someone: Person, fault: str) -> None:
    """Something about a person that a provider did not say, or that has run out."""
    world.course.append(f"{name_of(world, someone)} has {fault}")
    theirs = Affiliation.objects.filter(person=someone)
    if fault == "no name":
        Person.objects.filter(pk=someone.pk).update(name="")
    elif fault == "no e-mail":
        Person.objects.filter(pk=someone.pk).update(email="", email_verified=False)
    elif fault == "lapsed":
        now = clock.now()
        theirs.update(starts_at=now - timedelta(days=400), valid_until=now - timedelta(days=10))
    else:
        theirs.delete()
        Person.objects.filter(pk=someone.pk).update(institution=None)


def name_of(world: World, someone: Person) -> str:
    """The place in the cast: stable from run to run, unlike names."""
    everyone = world.cast.everyone
    number = next((place for place, one in enumerate(everyone) if one.pk == someone.pk), -1)
    parts = ["applicant"] if someone.pk == world.applicant.pk else []
    parts += ["member"] if someone.pk in {one.pk for one in world.members} else []
    parts += ["owner"] if DatasetRole.objects.filter(user_id=someone.pk).exists() else []
    parts += ["committee"] if CommitteeMember.objects.filter(person=someone, ends_at=None).exists() else []
    parts += ["official"] if InstitutionRole.objects.filter(user_id=someone.pk).exists() else []
    return f"p{number} ({'/'.join(parts) or 'nobody'})"


def in_order(world: World, people: Iterable[Person]) -> list[Person]:
    """People by their place in the cast, so that a seed chooses the same ones in every run."""
    places = {one.pk: place for place, one in enumerate(world.cast.everyone)}
    return sorted((one for one in people if one.pk in places), key=lambda one: places[one.pk])


def fresh(people: Iterable[Person]) -> list[Person]:
    """The same people as they are now, the active ones only."""
    found = Person.objects.in_bulk([one.pk for one in people])
    return [found[one.pk] for one in people if found[one.pk].is_active]
