"""Commands on the roles that people have on a dataset."""

from django.db import transaction

from apps.audit.models import Event
from apps.audit.record import Kind, record
from apps.core import roles
from apps.core.actors import SYSTEM, Actor
from apps.datasets import queries, rules
from apps.datasets.commands.locks import _lock
from apps.datasets.models import Dataset, Removal
from apps.people.models import Person
from apps.people.rules import check_named, check_person


@transaction.atomic
def give_role(dataset: Dataset, *, person: Person, role: str, by: Actor) -> None:
    """Give a colleague a role on the dataset."""
    by = check_person(by)
    rules.check_is_owner(by, dataset)
    if not roles.has_role(person, [role], dataset):
        roles.assign(person, role, dataset)
        record(Kind.ROLE_GIVEN, actor=by, subject=dataset, about=[person], role=role)


@transaction.atomic
def name_owner(dataset: Dataset, *, person: Person, by: Actor) -> None:
    """Give an owner to a dataset that no active person owns."""
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_can_name_owner(by, dataset)
    rules.check_can_become_owner(by, person)
    roles.assign(person, Dataset.OWNER, dataset)
    record(Kind.ROLE_GIVEN, actor=by, subject=dataset, about=[person], role=Dataset.OWNER)


@transaction.atomic
def record_owner_missing(dataset: Dataset, *, cause: int, by: Actor) -> None:
    """Write down that no active person owns the dataset: once for each `cause` (the id of an event), and again if
    somebody can appoint an owner now who was not notified of it.
    """
    check_named(by, SYSTEM)
    dataset = _lock(dataset)
    about = [person.pk for person in queries.who_names_owner(dataset)]
    reported = Event.objects.filter(kind=Kind.OWNER_MISSING, subject_id=dataset.pk, facts__cause=cause)
    if not reported.filter(about__contains=about).exists():
        record(Kind.OWNER_MISSING, actor=by, subject=dataset, about=about, cause=cause)


@transaction.atomic
def remove_role(dataset: Dataset, *, person: Person, role: str, reason: str, by: Actor) -> None:
    """Remove a person's role, with a reason; the last active owner cannot be removed. The person is notified."""
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_is_owner(by, dataset)
    rules.check_can_lose_role(dataset, person, role)
    rules.check_role_reason(reason)
    if roles.has_role(person, [role], dataset):
        roles.remove(person, role, dataset)
        Removal.objects.create(dataset=dataset, person=person, role=role, reason=reason.strip(), removed_by=by)
        record(Kind.ROLE_TAKEN, actor=by, subject=dataset, about=[person], role=role)
