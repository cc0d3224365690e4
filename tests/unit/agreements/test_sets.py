"""The sets of agreements that long lists are made of are those of the plain conditions, for everybody in the world."""

import pytest
from django.db.models import Q

from apps.agreements import queries
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.core import roles
from apps.datasets.models import Dataset
from apps.people.models import Institution, Person
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_sets_are_those_of_the_plain_conditions() -> None:
    """A union of two index walks, and objects read first: the answers of OR and of a correlated EXISTS."""
    stories.offered(), stories.signed(), stories.executed(), stories.granted(), stories.published_dataset()
    sizes = set()
    for person in [*Person.objects.all(), None]:
        owned = Q(roles.role_exists(person, [Dataset.OWNER], Dataset, outer="item__dataset_id"))
        mine = Q(pk__in=queries.of_person(person).values("pk"))
        concerning = set(Agreement.objects.filter(mine | owned))
        assert set(queries.concerning(person)) == concerning, person
        waiting = queries.open_to_sign(Agreement.objects.filter(owned, state=AgreementState.SIGNED))
        assert set(queries.to_countersign(person)) == set(waiting), person
        sizes.add((bool(concerning), bool(waiting)))
    assert {(False, False), (True, False), (True, True)} <= sizes
    everything = set(Agreement.objects.filter(institution__isnull=False))
    assert set(queries.binding_any(Institution.objects.values_list("pk", flat=True))) == everything != set()
    assert not queries.binding_any([])
