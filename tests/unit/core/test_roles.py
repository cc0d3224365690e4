"""Standing roles: only the declared ones, on one object, through one module."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from apps.committees.models import Committee
from apps.core import roles
from apps.datasets.models import Dataset, DatasetRole
from apps.people.models import Institution
from tests import stories

pytestmark = pytest.mark.django_db


def test_a_role_is_held_on_one_object_only() -> None:
    mine, other = stories.drafted_dataset(), stories.drafted_dataset()
    assert roles.has_role(mine.owner, [Dataset.OWNER], mine.dataset)
    assert not roles.has_role(mine.owner, [Dataset.OWNER], other.dataset)
    assert roles.with_roles(mine.owner, Dataset.ROLES, Dataset).get() == mine.dataset


def test_a_role_given_twice_is_held_once_and_taken_is_gone() -> None:
    published_dataset, friend = stories.drafted_dataset(), stories.person()
    for _turn in range(2):
        roles.assign(friend, Dataset.STEWARD, published_dataset.dataset)
    assert roles.people_with_role(published_dataset.dataset, Dataset.STEWARD).get() == friend
    assert (friend.pk, Dataset.STEWARD) in roles.roles_on(published_dataset.dataset)
    roles.remove(friend, Dataset.STEWARD, published_dataset.dataset)
    assert not roles.people_with_role(published_dataset.dataset, Dataset.STEWARD).exists()


def test_only_declared_roles_exist() -> None:
    """L42: neither through that module nor by writing the row."""
    published_dataset = stories.drafted_dataset()
    with pytest.raises(ValueError, match="is not a role on Dataset"):
        roles.assign(published_dataset.owner, "download_dataset", published_dataset.dataset)
    with pytest.raises(ValueError, match="is not a role on Dataset"):
        roles.people_with_role(published_dataset.dataset, "download_dataset")
    foreign = Permission.objects.get(codename="download_dataset")
    with pytest.raises(ValueError, match="is not a role on"):
        DatasetRole(permission=foreign, user=published_dataset.owner, content_object=published_dataset.dataset).save()


def test_what_declares_no_roles_has_none() -> None:
    with pytest.raises(ValueError, match="Committee has no roles"):
        roles.with_roles(stories.person(), ["own_dataset"], Committee)


def test_a_visitor_holds_nothing() -> None:
    stories.drafted_dataset()
    for nobody in (None, AnonymousUser()):
        assert roles.person_id(nobody) == uuid.UUID(int=0)
        assert not roles.with_roles(nobody, Dataset.ROLES, Dataset).exists()


def test_a_role_ends_with_its_object() -> None:
    """L48, T17: nothing is left behind that could attach to another object."""
    institution = stories.institution()
    official = stories.signing_official(institution)
    roles.remove(official, Institution.SIGNING_OFFICIAL, institution)
    roles.assign(official, Institution.SIGNING_OFFICIAL, institution)
    empty = Institution.objects.create(name="Short-lived", country="DK")
    roles.assign(official, Institution.SIGNING_OFFICIAL, empty)
    empty.delete()
    assert roles.roles_on(institution) == [(official.pk, Institution.SIGNING_OFFICIAL)]
