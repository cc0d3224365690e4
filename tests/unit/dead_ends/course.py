"""What is played in a world: steps of the main course in any order, and everything that may happen in between."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from random import Random

from django.db import transaction

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, Item, Membership
from apps.access_requests.queries import open_round
from apps.agreements import commands as agreements
from apps.agreements.models import Agreement
from apps.agreements.tasks import expire_agreements
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock, roles
from apps.core.errors import DomainError
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset, DatasetRole, Version
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.identity.commands.identities import deactivate, merge_people
from apps.people.models import Affiliation, Person
from tests import stories
from tests.unit.dead_ends.cast import World, as_now, fresh, in_order

Step = Callable[[World, Random], None]


def attempt(deed: Callable[[], object], *, undo: bool = False) -> DomainError | None:
    """Do it in a savepoint, and `undo` it; the refusal, if it is refused."""
    try:
        with transaction.atomic():
            deed()
            if undo:
                transaction.set_rollback(True)
    except DomainError as refusal:
        return refusal
    return None


def play(world: World, time: ExitStack) -> None:
    """One or two requests, each driven some way along, with disturbances in between."""
    rng = Random(world.seed + 1)
    for number in range(rng.choice([1, 1, 1, 2])):
        _begin(world, rng, both=rng.random() < 0.3, number=number)
    for _step in range(rng.randrange(1, 18)):
        name, step = _next(world, rng)
        refusal = attempt(lambda step=step: step(world, rng))
        world.course.append(f"{name}{' refused' if refusal else ''}")
        if refusal:
            world.refused[name] = str(refusal)
    if rng.random() < 0.1:
        time.enter_context(clock.freeze(clock.now() + timedelta(days=rng.choice([60, 200, 400]))))
        world.course.append("time passes")
        expire_agreements()
    stories.drain()


def variants(world: World) -> Iterator[str]:
    """The same world with one thing more that happened, each in turn; what is refused is left out."""
    course = list(world.course)
    for number, (name, step) in enumerate(DISTURBANCES):
        rng = Random(world.seed * 100 + number)
        world.cast, world.course = as_now(world.cast), list(course)
        with transaction.atomic():
            refusal = attempt(lambda step=step, rng=rng: step(world, rng))
            if refusal is None:
                world.course.append(f"at last {name}")
                yield name
            transaction.set_rollback(True)
    world.course = course


def _next(world: World, rng: Random) -> tuple[str, Step]:
    """Mostly the step that comes next; sometimes another one, or something that nobody planned."""
    chance = rng.random()
    if chance < 0.25:
        return rng.choice(DISTURBANCES)
    if chance < 0.35 or not world.requests:
        return rng.choice(FORWARD)
    request = rng.choice(world.requests)
    request.refresh_from_db()
    names = COMES_NEXT.get(request.state, ("sign", "sign", "countersign"))
    name = rng.choice(names)
    return name, dict(FORWARD)[name]


def _begin(world: World, rng: Random, *, both: bool, number: int) -> None:
    chosen = world.cast.datasets if both else [rng.choice(world.cast.datasets)]
    made: list[AccessRequest] = []

    def draft() -> None:
        request = requests.draft(chosen, by=world.applicant)
        if world.members:
            requests.name_members(request, codes=[one.code for one in world.members], by=world.applicant)
        requests.change(request, by=world.applicant, **stories.answers(days=rng.choice([30, 180, 365])))
        made.append(request)

    refusal = attempt(draft)
    world.course.append(f"draft {number} of {len(chosen)}{' refused' if refusal else ''}")
    if refusal:
        world.refused["draft"] = str(refusal)
    else:
        world.requests.extend(made)


# ------------------------------------------------------------------------------------------------- the main course
def _one(world: World, rng: Random) -> AccessRequest:
    if not world.requests:
        raise DomainError("there is no request")
    request = rng.choice(world.requests)
    request.refresh_from_db()
    return request


def _submit(world: World, rng: Random) -> None:
    request = _one(world, rng)
    applicant = Person.objects.get(pk=request.applicant_id)
    for question in request.questions.filter(answer=""):
        requests.answer(question, text="Age and stage.", by=applicant)
    requests.submit(request, by=applicant)
    stories.drain()


def _somebody_of(world: World, request: AccessRequest, rng: Random) -> Person:
    memberships = CommitteeMember.objects.appointed().filter(committee__items__request=request)
    people = in_order(world, Person.objects.filter(pk__in=memberships.values("person_id"), is_active=True))
    if not people:
        raise DomainError("the committee is empty")
    chosen = rng.choice(people)
    stories.declare(request, chosen)
    return chosen


def _accept(world: World, rng: Random) -> None:
    request = _one(world, rng)
    requests.accept_for_review(request, by=_somebody_of(world, request, rng))


def _vote(world: World, rng: Random) -> None:
    request = _one(world, rng)
    item = rng.choice(list(request.items.select_related("request", "committee", "dataset").order_by("dataset__title")))
    vote(item, _somebody_of(world, request, rng), rng.choice(["approve"] * 5 + ["deny", "conditional"]))
    stories.drain()


def vote(item: Item, by: Person, choice: str) -> None:
    seen = open_round(item.request)
    if seen is None:
        raise DomainError("no round is open")
    condition = "Report once a year." if choice == "conditional" else ""
    reason = f"This is my reason to {choice} the request."
    said = {"choice": choice, "reason": reason, "new_condition": condition}
    stories.declare(item.request, by)
    requests.vote(item, seen=seen, signed_in=stories.fresh_sign_in(), by=by, **said)


def _request_changes(world: World, rng: Random) -> None:
    request = _one(world, rng)
    requests.request_changes(request, text="Which variables do you need?", by=_somebody_of(world, request, rng))
    stories.drain()


def _sign(world: World, rng: Random) -> None:
    agreement = _agreement(world, rng)
    stories.sign(agreement, Person.objects.get(pk=rng.choice([world.applicant, *world.members]).pk))
    stories.drain()


def _countersign(world: World, rng: Random) -> None:
    agreement = _agreement(world, rng)
    owners = in_order(world, roles.people_with_role(agreement.item.dataset, Dataset.OWNER))
    stories.countersign(agreement, rng.choice(owners or [world.applicant]))
    stories.drain()


def _agreement(world: World, rng: Random) -> Agreement:
    found = list(Agreement.objects.filter(item__request__in=world.requests).order_by("offered_at"))
    if not found:
        raise DomainError("there is no agreement")
    return rng.choice(found)


FORWARD: list[tuple[str, Step]] = [
    ("submit", _submit), ("submit", _submit), ("accept", _accept), ("accept", _accept), ("vote", _vote),
    ("vote", _vote), ("vote", _vote), ("vote", _vote), ("request changes", _request_changes), ("sign", _sign),
    ("sign", _sign), ("sign", _sign), ("countersign", _countersign), ("countersign", _countersign),
]  # fmt: skip


COMES_NEXT = {
    "draft": ("submit",), "returned": ("submit",), "submitted": ("accept",),
    "in_review": ("vote", "vote", "vote", "vote", "vote", "request changes"),
}  # fmt: skip


# -------------------------------------------------------------------------------------------------- disturbances
def _deactivate(world: World, rng: Random) -> None:
    deactivate(rng.choice(fresh(world.cast.players) or world.cast.spare), by=_operator(world))
    stories.drain()


def _close_applicant(world: World, _rng: Random) -> None:
    deactivate(world.applicant, by=_operator(world))
    stories.drain()


def _close_owners(world: World, _rng: Random) -> None:
    """Every owner of a dataset leaves, except those who have a part in the request."""
    parties = {one.pk for one in (world.applicant, *world.members)}
    for owner in in_order(world, roles.people_with_role(world.cast.datasets[0], Dataset.OWNER)):
        if owner.is_active and owner.pk not in parties:
            deactivate(owner, by=_operator(world))
    stories.drain()


def _operator(world: World) -> Person:
    from apps.people.queries import people_with_platform_role

    found = people_with_platform_role("operator").first()
    if found is None:
        raise DomainError("there is no operator")
    return found


def _merge(world: World, rng: Random) -> None:
    one, other = rng.sample(world.cast.players, 2)
    merge_people(one, into=other, by=_operator(world), reason="They are one and the same person.")
    stories.drain()


def _lapse(world: World, rng: Random) -> None:
    """No command makes time pass for one person: the dates are moved."""
    now = clock.now()
    theirs = Affiliation.objects.filter(person=rng.choice(world.cast.players), ended_at__isnull=True)
    theirs.update(starts_at=now - timedelta(days=400), valid_until=now - timedelta(days=1))


def _end_affiliation(world: World, rng: Random) -> None:
    from apps.people.commands.affiliations import end_affiliation
    from apps.people.queries import officials_of

    officials = officials_of([world.cast.home.pk]).get(world.cast.home.pk, [])
    if not officials:
        raise DomainError("there is no official")
    who = rng.choice(world.cast.players)
    end_affiliation(who, institution=world.cast.home, reason="They have left us for good.", by=officials[0])
    stories.drain()


def _move(world: World, rng: Random) -> None:
    """A person goes to another institution, and signs in there."""
    from apps.people.commands.affiliations import extend_affiliation

    who, place = rng.choice(world.cast.players), world.cast.committees[0].institution
    assert place is not None
    Affiliation.objects.filter(person=who).update(valid_until=clock.now())
    Person.objects.filter(pk=who.pk).update(institution=place)
    from apps.core.actors import SYSTEM

    extend_affiliation(who, institution=place, by=SYSTEM)


def _recuse(world: World, rng: Random) -> None:
    request = _one(world, rng)
    requests.recuse(request, reason="We wrote a paper together.", by=_somebody_of(world, request, rng))
    stories.drain()


def _leave_committee(world: World, rng: Random) -> None:
    """A membership ends, whoever ended it."""
    living = CommitteeMember.objects.filter(ends_at__isnull=True, committee__in=world.cast.committees)
    memberships = list(living.order_by("committee__slug", "starts_at", "is_chair", "person__code"))
    if not memberships:
        raise DomainError("there are no members")
    membership = rng.choice(memberships)
    remove_member(membership, by=_operator(world))
    stories.drain()


def remove_member(membership: CommitteeMember, *, by: Person) -> None:
    requests.remove_committee_member(membership, reason="They moved to another hospital.", by=by)


def _close_committee(world: World, rng: Random) -> None:
    committee = rng.choice(world.cast.committees)
    Committee.objects.filter(pk=committee.pk).update(accepting=False, closed_because="We are reorganising.")


def _lose_owner(world: World, rng: Random) -> None:
    owning = DatasetRole.objects.filter(permission__codename=Dataset.OWNER)
    rows = list(owning.select_related("user", "content_object").order_by("pk"))
    if not rows:
        raise DomainError("there are no owners")
    row = rng.choice(rows)
    by = rng.choice([one for one in rows if one.content_object_id == row.content_object_id])
    datasets.remove_role(row.content_object, person=row.user, role=Dataset.OWNER, reason="They left.", by=by.user)
    stories.drain()


def _withdraw_version(world: World, rng: Random) -> None:
    version = Version.objects.filter(dataset=rng.choice(world.cast.datasets), state="published").first()
    if version is None or not roles.people_with_role(version.dataset, Dataset.OWNER).exists():
        raise DomainError("nothing to withdraw, or nobody who could")
    owner = in_order(world, roles.people_with_role(version.dataset, Dataset.OWNER))[0]
    datasets.withdraw(version, reason="Consent was withdrawn.", by=owner)
    stories.drain()


def _withdraw_request(world: World, rng: Random) -> None:
    requests.withdraw(_one(world, rng), by=Person.objects.get(pk=world.applicant.pk))
    stories.drain()


def _terminate(world: World, rng: Random) -> None:
    agreement = _agreement(world, rng)
    owner = (in_order(world, roles.people_with_role(agreement.item.dataset, Dataset.OWNER)) or [world.applicant])[0]
    agreements.terminate(agreement, reason="The terms were wrong.", by=owner)
    stories.drain()


def _grant(world: World, rng: Random) -> AccessGrant:
    found = list(AccessGrant.objects.filter(dataset__in=world.cast.datasets).order_by("issued_at"))
    if not found:
        raise DomainError("there is no access")
    return rng.choice(found)


def _managers(world: World, dataset: Dataset) -> list[Person]:
    rows = DatasetRole.objects.filter(content_object=dataset, permission__codename__in=Dataset.MANAGERS)
    return in_order(world, (row.user for row in rows.select_related("user")))


def _suspend(world: World, rng: Random) -> None:
    grant = _grant(world, rng)
    grants.suspend(grant, reason="Training has expired.", by=rng.choice(_managers(world, grant.dataset)))
    stories.drain()


def _stop(world: World, _rng: Random) -> None:
    grants.stop_downloads("Something is wrong.", by=_operator(world))
    stories.drain()


def _erase(world: World, rng: Random) -> None:
    """The account is closed and its personal data are gone."""
    who = rng.choice(world.cast.players)
    deactivate(who, by=_operator(world))
    Person.objects.filter(pk=who.pk).update(name="", email="", orcid="")
    Membership.objects.filter(person=who, request__state="draft").delete()
    stories.drain()


DISTURBANCES: list[tuple[str, Step]] = [
    ("deactivate", _deactivate), ("merge", _merge), ("lapse", _lapse), ("end affiliation", _end_affiliation),
    ("move", _move), ("recuse", _recuse), ("leave committee", _leave_committee),
    ("close committee", _close_committee), ("lose owner", _lose_owner), ("withdraw version", _withdraw_version),
    ("withdraw request", _withdraw_request), ("terminate", _terminate), ("suspend", _suspend), ("stop", _stop),
    ("erase", _erase), ("close the applicant's account", _close_applicant),
    ("close the owners' accounts", _close_owners),
]  # fmt: skip
