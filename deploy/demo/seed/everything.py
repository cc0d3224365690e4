"""The whole world, or nothing of it."""

from django.db import transaction

from apps.audit.models import Event
from apps.core.actors import CONSOLE
from apps.datasets.commands import load_ontology
from apps.datasets.ontology import read_terms
from apps.people.models import Person
from deploy.demo.seed import catalogue, classes, committee_work, forms, invited, people, requests, terms, visas
from deploy.demo.seed.world import World
from portal import consequences


def is_empty() -> bool:
    """Whether nothing has happened in this portal yet."""
    return not (Event.objects.exists() or Person.objects.exists())


@transaction.atomic
def seed() -> World:
    """Make people, committees, datasets and requests, through the same commands as the pages use."""
    world = World()
    people.settle(world)
    committee_work.choose(world)
    visas.trust_demo_issuer()
    terms.publish(world)
    load_ontology(read_terms(catalogue.DATA / "diseases.obo"), by=CONSOLE)
    catalogue.publish(world)
    requests.play(world)
    invited.play(world)
    classes.play(world)
    committee_work.play(world)
    forms.draft(world)
    consequences.drain()
    return world
