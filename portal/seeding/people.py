"""Institutions, people with the identity they sign in with, desks, the signing official, committees and seats."""

from datetime import timedelta

from django.conf import settings

from apps.accounts import commands as accounts
from apps.accounts.models import Desk, Person
from apps.committees import commands as committees
from apps.core import clock
from portal.demo_people import AUDITORS, INSTITUTIONS, PEOPLE
from portal.seeding.world import TEXTS, World

SAID_LONG_AGO = {"colleague": timedelta(days=345)}  # so that an affiliation lapses soon


def settle(world: World) -> None:
    """Everybody is known before they first sign in, and sits where they belong."""
    for one in INSTITUTIONS:
        world.institutions[one.key] = accounts.register_institution(
            one.name, country=one.country, domains=[one.domain], by=None
        )
    provider = accounts.provider_from_settings(by=None)
    for someone in PEOPLE:
        world.people[someone.key] = _person(world, someone.key)
    people = world.people
    accounts.give_desk(people["operator"], kind=Desk.Kind.OPERATOR, days=365, by=None)
    accounts.map_desk(provider, claim="groups", value=AUDITORS, desk=Desk.Kind.AUDITOR, by=None)
    accounts.follow_desk_claims(people["auditor"], provider=provider, said={"groups": [AUDITORS]}, by=None)
    accounts.appoint_signing_official(people["official"], institution=world.institutions["nordvik"], by=None)
    _committee(world, "breast", "Breast Cancer Data Access Committee", home="sundby")
    _committee(world, "lung", "Lung Cancer Registry Committee", home="saarela")
    _seats(world, "breast", chair="chair", members=["member1", "member2"])
    _seats(world, "lung", chair="chair2", members=["member3"])


def _person(world: World, key: str) -> Person:
    someone = next(one for one in PEOPLE if one.key == key)
    person = accounts.recognise(
        settings.OIDC_ISSUER,
        subject=someone.subject,
        name=someone.name,
        email=someone.email,
        email_verified=True,
        by=None,
    )
    with clock.freeze(clock.now() - SAID_LONG_AGO.get(key, timedelta())):
        accounts.set_home(person, institution=world.institutions[someone.institution], by=None)
    person.refresh_from_db()
    return person


def _committee(world: World, key: str, name: str, *, home: str) -> None:
    slug = {"breast": "breast-cancer", "lung": "lung-cancer"}[key]
    place, about = world.institutions[home], (TEXTS / f"committee.{key}.txt").read_text(encoding="utf-8").strip()
    world.committees[key] = committees.found(name, slug=slug, institution=place, about=about, quorum=2, by=None)


def _seats(world: World, key: str, *, chair: str, members: list[str]) -> None:
    committee = world.committees[key]
    committees.seat(committee, person=world.people[chair], is_chair=True, by=None)
    for member in members:
        committees.seat(committee, person=world.people[member], by=None)
