"""Where everybody who could act has left, somebody else is asked and has a page."""

import pytest

from apps.datasets.queries import owners_of
from apps.identity.commands.identities import deactivate
from apps.notifications.models import Notification
from apps.people.commands.affiliations import end_affiliation
from apps.people.models import Institution, Person
from apps.people.queries import current_affiliation_of
from tests import stories

pytestmark = pytest.mark.django_db


def orphaned() -> stories.PublishedDataset:
    """A dataset whose only owner's account is closed."""
    place = stories.published_dataset()
    deactivate(place.owner, by=stories.operator())
    stories.drain()
    return place


def readers() -> set[Person]:
    return {one.reader for one in Notification.objects.filter(kind="dataset.owner_missing").select_related("reader")}


def test_an_official_names_an_owner_for_a_dataset_that_has_none() -> None:
    place = stories.published_dataset()
    home, someone = place.dataset.institution, stories.person()
    assert isinstance(home, Institution)
    official = stories.signing_official(home)
    deactivate(place.owner, by=stories.operator())
    stories.drain()
    assert readers() == {official}
    page = Notification.objects.get(kind="dataset.owner_missing").path
    client = stories.client_for(official)
    assert client.get(page).status_code == 200
    for wrong in ("", "nobody@nordvik.example", official.code):
        assert client.post(page, {"person": wrong}).status_code in {403, 422}
    assert client.post(page, {"person": someone.email}).status_code == 302
    assert set(owners_of(place.dataset).filter(is_active=True)) == {someone}
    assert client.get(page).status_code == 404  # it has an owner now


def test_an_operator_is_asked_where_the_institution_has_no_official() -> None:
    place = orphaned()
    (operator,) = readers()
    client, page = stories.client_for(operator), f"/datasets/{place.dataset.slug}/owner/"
    assert client.post(page, {"person": stories.person().code}).status_code == 302
    assert stories.client_for(stories.person()).get(page).status_code == 404


def test_an_operator_confirms_people_of_an_institution_without_an_official_and_of_no_other() -> None:
    home = stories.institution()
    someone, official, operator = stories.person(at=home), stories.signing_official(home), stories.operator()
    end_affiliation(someone, institution=home, reason="They have left us.", by=official)
    page = f"/institution/{home.pk}/people/{someone.pk}/confirm/"
    client = stories.client_for(operator)
    assert client.get(page).status_code == 404  # the institution has an official, who answers for it
    deactivate(official, by=operator)
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": "Their head of department wrote to us."}).status_code == 302
    assert current_affiliation_of(someone) is not None
    own = f"/institution/{operator.institution_id}/people/{operator.pk}/confirm/"
    assert client.get(own).status_code == 403  # nobody confirms themselves
