"""Standing roles: only the declared ones, on one object, through one door."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from apps.accounts.models import Institution
from apps.committees.models import Committee
from apps.core import roles
from apps.datasets.models import Dataset, DatasetRole
from tests import stories

pytestmark = pytest.mark.django_db


def test_a_role_is_held_on_one_object_only() -> None:
    mine, other = stories.drafted_shelf(), stories.drafted_shelf()
    assert roles.holds(mine.owner, [Dataset.OWNER], mine.dataset)
    assert not roles.holds(mine.owner, [Dataset.OWNER], other.dataset)
    assert roles.held(mine.owner, Dataset.ROLES, Dataset).get() == mine.dataset


def test_a_role_given_twice_is_held_once_and_taken_is_gone() -> None:
    shelf, friend = stories.drafted_shelf(), stories.person()
    for _turn in range(2):
        roles.give(friend, Dataset.STEWARD, shelf.dataset)
    assert roles.holders(shelf.dataset, Dataset.STEWARD).get() == friend
    assert (friend.pk, Dataset.STEWARD) in roles.roles_on(shelf.dataset)
    roles.take(friend, Dataset.STEWARD, shelf.dataset)
    assert not roles.holders(shelf.dataset, Dataset.STEWARD).exists()


def test_only_declared_roles_exist() -> None:
    """L42: neither through the door nor by writing the row."""
    shelf = stories.drafted_shelf()
    with pytest.raises(ValueError, match="is not a role on Dataset"):
        roles.give(shelf.owner, "download_dataset", shelf.dataset)
    with pytest.raises(ValueError, match="is not a role on Dataset"):
        roles.holders(shelf.dataset, "download_dataset")
    foreign = Permission.objects.get(codename="download_dataset")
    with pytest.raises(ValueError, match="is not a role on"):
        DatasetRole(permission=foreign, user=shelf.owner, content_object=shelf.dataset).save()


def test_what_declares_no_roles_has_none() -> None:
    with pytest.raises(ValueError, match="Committee has no roles"):
        roles.held(stories.person(), ["own_dataset"], Committee)


def test_a_visitor_holds_nothing() -> None:
    stories.drafted_shelf()
    for nobody in (None, AnonymousUser()):
        assert roles.person_id(nobody) == uuid.UUID(int=0)
        assert not roles.held(nobody, Dataset.ROLES, Dataset).exists()


def test_a_role_ends_with_its_object() -> None:
    """L48, T17: nothing is left behind that could attach to another object."""
    house = stories.institution()
    official = stories.signing_official(house)
    roles.take(official, Institution.SIGNING_OFFICIAL, house)
    roles.give(official, Institution.SIGNING_OFFICIAL, house)
    empty = Institution.objects.create(name="Short-lived", country="DK")
    roles.give(official, Institution.SIGNING_OFFICIAL, empty)
    empty.delete()
    assert roles.roles_on(house) == [(official.pk, Institution.SIGNING_OFFICIAL)]


def test_the_roles_of_a_model_can_be_listed() -> None:
    assert roles.role_names(Institution) == ["sign_for_institution"]
