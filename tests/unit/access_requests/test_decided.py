"""The record of a decision says who voted and whose vote was counted at that moment, whatever happened since."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.access_requests import commands, queries
from apps.access_requests.decided import voters_when_decided
from apps.committees import commands as committees
from apps.core.actors import CONSOLE
from apps.identity.commands.identities import deactivate, merge_people, reactivate
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
Case = stories.Case


def remove(case: Case, person: Person) -> None:
    committees.remove_member(
        case.committee_setup.membership_of(person), reason="Left the hospital.", by=case.committee_setup.chair
    )


def close_and_open(_case: Case, person: Person) -> None:
    deactivate(person, by=stories.operator())
    reactivate(person, by=stories.operator())


LOSSES: dict[str, Callable[[Case, Person], Any]] = {
    "removed": remove,
    "account closed": lambda _case, person: deactivate(person, by=stories.operator()),
    "merged": lambda case, person: merge_people(
        case.members[0], into=person, by=stories.operator(), reason="One person, two providers."
    ),
    "recused": lambda case, person: commands.recuse(case.request, reason="We publish together.", by=person),
    "account closed and opened again": close_and_open,
    "nothing": lambda _case, _person: None,
}
STILL_COUNTS = ("account closed and opened again", "nothing")


def undo(case: Case, person: Person, way: str) -> None:
    """What can be undone is undone after the decision."""
    if way == "removed":
        committee = case.committee_setup.committee
        committees.add_member(committee, person=person, by=case.committee_setup.chair)
    elif way == "account closed":
        reactivate(person, by=stories.operator())


@pytest.mark.parametrize("way", LOSSES)
def test_the_voters_of_a_decision_are_those_under_its_lock(way: str) -> None:
    """Also after another member left, another account was closed and somebody else joined the committee."""
    place = stories.published_dataset(committee_setup=stories.committee_setup(members=4))
    case = stories.in_review(published_dataset=place, members=[stories.person()])
    chair, first, second, third, fourth = case.committee_setup.everyone
    stories.vote(case, second, "deny")
    LOSSES[way](case, second)
    counted = {member.person_id for member in queries.fetch_eligible_voters(case.item)}
    for voter in (chair, first, third):
        stories.vote(case, voter)
    assert case.item.state == "approved"
    remove(case, first)
    deactivate(fourth, by=stories.operator())
    undo(case, second, way)
    committees.add_member(place.committee_setup.committee, person=stories.person(), by=CONSOLE)
    recorded = voters_when_decided(case.request, [case.item])[case.item.pk]
    assert {member.person_id for member in recorded} == counted
    assert ((second.pk in counted), recorded[0].person_id) == (way in STILL_COUNTS, chair.pk)
    page = stories.client_for(chair).get(f"/review/{case.request.pk}/")
    (entry,) = page.context["items"]
    tally = entry["tally"]
    assert (tally["approve"], tally["deny"], tally["eligible"]) == (3, int(way in STILL_COUNTS), len(counted))
    assert {row["person"].pk for row in entry["ballots"] if row["vote"] and not row["counts"]} == (
        set() if way in STILL_COUNTS else {second.pk}
    )


def test_an_undecided_dataset_has_no_record() -> None:
    case = stories.in_review()
    assert voters_when_decided(case.request, [case.item]) == {}
