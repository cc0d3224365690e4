"""The whole world, or nothing of it."""

from django.db import transaction

from apps.accounts.models import Person
from apps.audit.models import Event
from portal import flow
from portal.seeding import catalogue, people, requests, terms, visas
from portal.seeding.world import World


def is_empty() -> bool:
    """Whether nothing has happened in this portal yet."""
    return not (Event.objects.exists() or Person.objects.exists())


@transaction.atomic
def seed() -> World:
    """Make people, committees, datasets and requests, through the same commands as the pages use."""
    world = World()
    people.settle(world)
    visas.believe()
    terms.publish(world)
    catalogue.publish(world)
    requests.play(world)
    flow.drain()
    return world
