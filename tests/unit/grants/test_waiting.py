"""The sets of what waits for a person are what the access state says of each row, in every world."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.access_requests import queries as requests_queries
from apps.agreements.states import AgreementState
from apps.core import clock
from apps.grants import waiting
from apps.grants.access_state import State, Turn, states_of_grants, states_of_requests
from apps.grants.access_state.kinds import CLOSED, UNDER_WAY
from apps.grants.models import AccessGrant
from apps.grants.queries import grants_of
from apps.people.models import Affiliation, Person
from tests import stories, worlds

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
STAGES = (
    stories.draft, stories.submitted, stories.in_review, stories.returned, worlds.withdrawn, stories.decided,
    worlds.denied, worlds.in_review_with_a_vote,
)  # fmt: skip
SIGNING = (stories.offered, stories.signed, stories.executed)
GRANTS = (stories.granted, worlds.suspended, worlds.revoked, worlds.granted_on_withdrawn_version)


def agree(person: Person) -> dict[str, int]:
    """Compare every set with the states; how many rows each set has."""
    found = list(requests_queries.of_person(person))
    states = states_of_requests(person, found)
    every = {pk: [state, *state.also] for pk, state in states.items()}
    under_way = {pk for pk, all_of in every.items() if any(one.state in UNDER_WAY for one in all_of)}
    lasting = {
        pk for pk, all_of in every.items() if any(one.grant is not None and one.state not in CLOSED for one in all_of)
    }
    mine = {
        pk for pk, all_of in every.items() if any(one.turn == Turn.YOU and one.state in UNDER_WAY for one in all_of)
    }
    managed = list(requests_queries.for_datasets_managed_by(person))
    countersign = {
        one.agreement.pk
        for state in states_of_requests(person, managed).values()
        for one in (state, *state.also)
        if one.agreement is not None and one.cause == "countersign"
    }
    sets = {
        "under_way": (waiting.requests_under_way(person), under_way),
        "with_access": (waiting.requests_with_access(person), lasting - under_way),
        "closed": (waiting.requests_closed(person), set(states) - under_way - lasting),
        "countersign": (waiting.agreements_to_countersign(person), countersign),
        "waiting": (waiting.requests_waiting_for(person), mine),
    }
    grants = states_of_grants(person, grants_of(person))
    resumable = {pk for pk, one in grants.items() if one.cause == "affiliation" and one.turn == Turn.YOU}
    of_mine = AccessGrant.objects.filter(holder=person)
    sets |= {
        "over": (of_mine.exclude(waiting.access_not_over()), {pk for pk, one in grants.items() if one.state in CLOSED}),
        "suspended": (
            of_mine.filter(waiting.access_suspended()),
            {pk for pk, one in grants.items() if one.state == State.SUSPENDED},
        ),
        "active": (of_mine.filter(waiting.access_active()), {one.pk for one in AccessGrant.objects.active() & of_mine}),
        "scheduled": (
            of_mine.filter(waiting.access_scheduled()),
            {pk for pk, one in grants.items() if one.state == State.SCHEDULED},
        ),
        "resumable": (of_mine.filter(waiting.resumable()), resumable),
    }
    for name, (rows, expected) in sets.items():
        assert set(rows.values_list("pk", flat=True)) == expected, (name, person)
    return {name: len(expected) for name, (_rows, expected) in sets.items()}


@pytest.mark.parametrize("stage", STAGES, ids=lambda one: one.__name__)
def test_requests_before_and_after_the_decision(stage: Any) -> None:
    case = stage()
    for person in (case.applicant, case.committee_setup.chair, case.published_dataset.owner):
        agree(person)


@pytest.mark.parametrize("stage", SIGNING, ids=lambda one: one.__name__)
def test_agreements_until_everybody_has_signed(stage: Any) -> None:
    agreement_setup = stage()
    agree(agreement_setup.case.applicant)
    signed = agreement_setup.agreement.state == AgreementState.SIGNED
    assert agree(agreement_setup.case.published_dataset.owner)["countersign"] == signed
    with clock.freeze(datetime.combine(agreement_setup.agreement.ends_on + DAY, time(1), tzinfo=UTC)):
        assert agree(agreement_setup.case.published_dataset.owner)["countersign"] == 0


@pytest.mark.parametrize("stage", GRANTS, ids=lambda one: one.__name__)
def test_access_in_every_state(stage: Any) -> None:
    access = stage()
    agree(access.holder)
    with clock.freeze(access.grant.ends_at + DAY):
        assert agree(access.holder)["over"] == 1


def test_a_member_signs_for_themselves_and_an_ended_period_waits_for_nobody() -> None:
    colleague, case = stories.person(), stories.draft()
    requests.name_members(case.request, codes=[colleague.code], by=case.applicant)
    offered = stories.offered(stories.decided(stories.in_review(stories.submitted(case))))
    assert agree(colleague)["waiting"] == 1
    assert agree(case.applicant)["waiting"] == 1
    over = datetime.combine(offered.agreement.ends_on + DAY, time(), tzinfo=UTC)
    with clock.freeze(over):
        assert agree(colleague)["waiting"] == 0
        assert agree(case.applicant)["under_way"] == 0


def test_access_that_an_affiliation_keeps_shut_waits_for_its_holder() -> None:
    access = stories.granted()
    Affiliation.objects.filter(person=access.holder).update(valid_until=clock.now())
    assert agree(access.holder)["resumable"] == 1
    assert set(waiting.access_waiting_for(access.holder)) == {access.grant}


@pytest.mark.parametrize(("days", "waits"), [(61, False), (60, True), (1, True), (-1, False)])
def test_access_waits_to_be_renewed_in_its_last_sixty_days(days: int, waits: bool) -> None:
    access = stories.granted()
    Affiliation.objects.filter(person=access.holder).update(valid_until=access.grant.ends_at + 9 * DAY)
    at = datetime.combine(access.grant.last_day - days * DAY, time(12), tzinfo=UTC)
    with clock.freeze(at):
        assert waiting.access_waiting_for(access.holder).exists() is waits
        state = states_of_grants(access.holder, [access.grant])[access.grant.pk]
        assert (state.cause == "ends_soon") is waits


def test_access_that_is_being_renewed_waits_for_nobody() -> None:
    access = stories.granted()
    with clock.freeze(access.grant.ends_at - 20 * DAY):
        Affiliation.objects.filter(person=access.holder).update(valid_until=access.grant.ends_at + 9 * DAY)
        assert waiting.access_waiting_for(access.holder).exists()
        requests.draft([access.published_dataset.dataset], by=access.holder)
        assert not waiting.access_waiting_for(access.holder).exists()
