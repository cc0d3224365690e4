"""Institutions, people with the identity they sign in with, platform roles, the signing official, committees and
their members.
"""

from datetime import timedelta

from django.conf import settings

from apps.committees import commands as committees
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.people.commands.claims import add_platform_role_claim, sync_platform_role_claims
from apps.people.commands.institutions import register_institution
from apps.people.commands.people import (
    appoint_signing_official,
    get_or_create_person,
    give_platform_role,
    set_institution,
)
from apps.people.commands.providers import provider_from_settings
from apps.people.models import Person, PlatformRole
from deploy.demo.people import AUDITORS, INSTITUTIONS, PEOPLE
from deploy.demo.seed.world import TEXTS, World

SAID_LONG_AGO = {"colleague": timedelta(days=345)}  # so that an affiliation lapses soon


def settle(world: World) -> None:
    """Everybody is known before they first sign in, and sits where they belong."""
    for one in INSTITUTIONS:
        world.institutions[one.key] = register_institution(
            one.name, country=one.country, domains=[one.domain], by=CONSOLE
        )
    provider = provider_from_settings(by=CONSOLE)
    for someone in PEOPLE:
        world.people[someone.key] = _person(world, someone.key)
    people = world.people
    for key in ("operator", "operator2"):
        give_platform_role(people[key], kind=PlatformRole.Kind.OPERATOR, days=365, by=CONSOLE)
    add_platform_role_claim(provider, claim="groups", value=AUDITORS, role=PlatformRole.Kind.AUDITOR, by=CONSOLE)
    sync_platform_role_claims(people["auditor"], provider=provider, said={"groups": [AUDITORS]}, by=SYSTEM)
    appoint_signing_official(people["official"], institution=world.institutions["nordvik"], by=CONSOLE)
    _committee(world, "breast", "Breast Cancer Data Access Committee", home="sundby")
    _committee(world, "lung", "Lung Cancer Registry Committee", home="saarela")
    _members(world, "breast", chair="chair", members=["member1", "member2"])
    _members(world, "lung", chair="chair2", members=["member3"])


def _person(world: World, key: str) -> Person:
    someone = next(one for one in PEOPLE if one.key == key)
    person = get_or_create_person(
        settings.OIDC_ISSUER,
        subject=someone.subject,
        name=someone.name,
        email=someone.email,
        email_verified=True,
        by=SYSTEM,
    )
    with clock.freeze(clock.now() - SAID_LONG_AGO.get(key, timedelta())):
        set_institution(person, institution=world.institutions[someone.institution], by=CONSOLE)
    person.refresh_from_db()
    return person


def _committee(world: World, key: str, name: str, *, home: str) -> None:
    slug = {"breast": "breast-cancer", "lung": "lung-cancer"}[key]
    place, about = world.institutions[home], (TEXTS / f"committee.{key}.txt").read_text(encoding="utf-8").strip()
    world.committees[key] = committees.create_committee(
        name, slug=slug, institution=place, about=about, quorum=2, undo_minutes=0, by=CONSOLE
    )


def _members(world: World, key: str, *, chair: str, members: list[str]) -> None:
    committee = world.committees[key]
    committees.add_member(committee, person=world.people[chair], is_chair=True, by=CONSOLE)
    for member in members:
        committees.add_member(committee, person=world.people[member], by=CONSOLE)
