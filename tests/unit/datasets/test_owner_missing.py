"""A dataset that nobody owns any more: somebody who can appoint an owner today was notified, whoever left since."""

from datetime import timedelta

import pytest

from apps.audit.kinds import Kind
from apps.core import clock
from apps.datasets.commands import name_owner
from apps.datasets.models import Dataset
from apps.datasets.tasks import check_who_names_owners
from apps.identity.commands.identities import deactivate, merge_people
from apps.notifications.models import Notification
from apps.people.commands.people import (
    appoint_signing_official,
    dismiss_signing_official,
    end_platform_role,
    give_platform_role,
)
from apps.people.models import Affiliation, Institution, Person
from tests import stories

pytestmark = pytest.mark.django_db


def notified() -> list[Person]:
    notes = Notification.objects.filter(kind=Kind.OWNER_MISSING).order_by("event_id", "reader_id")
    return [one.reader for one in notes.select_related("reader")]


def ownerless(at: Institution, by: Person) -> Dataset:
    """A published dataset of this institution; the account of its only owner was closed by this operator."""
    place = stories.published_dataset()
    Dataset.objects.filter(pk=place.dataset.pk).update(institution=at)
    deactivate(place.owner, by=by)
    stories.drain()
    return place.dataset


@pytest.mark.parametrize("how", ["account closed", "role taken", "affiliation ran out", "merged"])
def test_the_operators_are_notified_when_the_last_signing_official_is_gone(how: str) -> None:
    """Dead ends: the official who was notified leaves before they appoint an owner."""
    home, operator = stories.institution(), stories.operator()
    official = stories.signing_official(home)
    dataset = ownerless(home, operator)
    assert notified() == [official]
    if how == "account closed":
        deactivate(official, by=operator)
    elif how == "role taken":
        dismiss_signing_official(official, institution=home, by=operator)
    elif how == "affiliation ran out":
        past = clock.now() - timedelta(days=1)
        Affiliation.objects.filter(person=official).update(starts_at=past - timedelta(days=9), valid_until=past)
        check_who_names_owners()
    else:
        merge_people(official, into=stories.person(), by=operator, reason="They are one and the same person.")
    stories.drain()
    assert notified() == [official, operator]
    name_owner(dataset, person=stories.person(at=home), by=operator)


def test_whoever_was_appointed_after_the_notification_is_notified_when_nobody_else_is_left() -> None:
    home, operator = stories.institution(), stories.operator()
    official = stories.signing_official(home)
    dataset = ownerless(home, operator)
    later = stories.person(at=home)
    appoint_signing_official(later, institution=home, by=operator)
    deactivate(official, by=operator)
    stories.drain()
    assert notified() == [official, later]
    name_owner(dataset, person=stories.person(at=home), by=later)


def test_an_operator_who_is_left_is_notified() -> None:
    operator, colleague = stories.operator(), stories.person()
    ownerless(stories.institution(), operator)
    give_platform_role(colleague, kind="operator", days=30, by=operator)
    stories.drain()
    assert notified() == [operator]
    end_platform_role(operator, kind="operator", by=colleague)
    stories.drain()
    assert notified() == [operator, colleague]


def test_nobody_is_notified_twice_or_of_a_dataset_that_has_an_owner() -> None:
    """The control of the above."""
    home, operator = stories.institution(), stories.operator()
    official = stories.signing_official(home)
    dataset = ownerless(home, operator)
    check_who_names_owners()
    stories.drain()
    assert notified() == [official]
    name_owner(dataset, person=stories.person(at=home), by=official)
    deactivate(official, by=operator)
    check_who_names_owners()
    stories.drain()
    assert notified() == [official]
