"""An operator closes an account on a page: what it says before, who may, and what happens."""

import uuid
from typing import Any

import pytest

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.grants.queries import downloadable_by
from apps.identity.commands.identities import deactivate, reactivate
from apps.people.models import Person
from apps.web.oversight.closing import touched
from tests import stories

pytestmark = pytest.mark.django_db
WHY = "They left the hospital in May."


def close(reader: Person, person: Person, reason: str = WHY) -> Any:
    path = f"/people/{person.code}/close/"
    return stories.client_for(reader).post(path, {"_once": str(uuid.uuid4()), "reason": reason})


def test_the_page_says_what_closing_touches_and_the_account_is_closed_with_a_reason() -> None:
    boss, access = stories.operator(), stories.granted()
    person = access.holder
    waiting = stories.submitted(applicant=person)
    offered = stories.offered(applicant=person)
    found = stories.client_for(boss).get(f"/people/{person.code}/close/").context["touched"]
    assert [one.pk for one in found["requests"]] == [waiting.request.pk]
    assert [one.pk for one in found["agreements"]] == [offered.agreement.pk]
    assert [one.pk for one in found["grants"]] == [access.grant.pk]
    assert close(boss, person, reason=" ").status_code == 422
    assert downloadable_by(person).exists()
    assert close(boss, person)["Location"] == f"/people/{person.code}/"
    stories.drain()
    person.refresh_from_db()
    assert (person.is_active, person.closed_because) == (False, WHY)
    assert not downloadable_by(person).exists()
    assert waiting.reload().request.state == "withdrawn"
    assert Event.objects.get(kind=Kind.PERSON_DEACTIVATED).actor_id == boss.pk
    page = stories.client_for(boss).get(f"/people/{person.code}/")
    assert (page.context["can_close"], WHY in page.content.decode()) == (False, True)
    reactivate(person, by=boss)
    assert Person.objects.get(pk=person.pk).closed_because == ""


def test_memberships_datasets_and_institutions_that_lose_somebody_are_named() -> None:
    place = stories.published_dataset()
    assert touched(place.owner)["datasets"] == [place.dataset]
    chair = place.committee_setup.chair
    assert [one.committee_id for one in touched(chair)["memberships"]] == [place.committee_setup.committee.pk]
    home = stories.institution()
    assert list(touched(stories.signing_official(home))["institutions"]) == [home]
    assert touched(stories.person())["datasets"] == []


def test_the_last_operator_oneself_and_a_closed_account_are_refused_in_words() -> None:
    """With the control: another operator can be closed while one is left."""
    boss, other, gone = stories.operator(), stories.operator(), stories.person()
    assert close(boss, boss).status_code == 403
    deactivate(gone, by=boss)
    assert close(boss, gone).status_code == 409
    assert close(boss, other)["Location"] == f"/people/{other.code}/"
    assert close(stories.auditor(), gone).status_code == 403


def test_searching_people_and_opening_a_record_are_events_without_names() -> None:
    """Case 11: what was looked at is on record by code; an owner's reading of their own user is not."""
    auditor, access = stories.auditor(), stories.granted()
    person = access.holder
    stories.client_for(auditor).get("/people/", {"q": person.code})
    searched = Event.objects.get(kind=Kind.PEOPLE_SEARCHED)
    assert (searched.actor_id, searched.facts["found"], searched.facts["person_1"]) == (auditor.pk, 1, person.code)
    assert person.name not in str(searched.facts)
    stories.client_for(auditor).get(f"/people/{person.code}/")
    read = Event.objects.get(kind=Kind.PERSON_RECORD_READ)
    assert (read.actor_id, read.subject_id, read.facts["person"]) == (auditor.pk, person.pk, person.code)
    stories.client_for(access.owner).get(f"/people/{person.code}/")
    stories.client_for(auditor).get(f"/people/{auditor.code}/")
    assert Event.objects.filter(kind=Kind.PERSON_RECORD_READ).count() == 1
