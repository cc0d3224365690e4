"""A committee is founded with a name, an address of its own and a quorum."""

import pytest

from apps.accounts.rules import check_still_there
from apps.committees.rules import check_founding
from apps.core.errors import Invalid, WrongState
from tests import stories

pytestmark = pytest.mark.django_db


def test_everything_missing_is_said_at_once_beside_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        check_founding(" ", "Odd one/x", 0)
    assert set(refused.value.fields) == {"name", "slug", "quorum"}


def test_an_address_is_used_once() -> None:
    taken = stories.bench().committee.slug
    with pytest.raises(Invalid) as refused:
        check_founding("Another", taken, 2)
    assert set(refused.value.fields) == {"slug"}
    check_founding("Another", f"{taken}-2", 2)


def test_an_identity_that_moved_on_meanwhile_is_not_split_again() -> None:
    """Two operators at once: the second one is told to look again."""
    with pytest.raises(WrongState):
        check_still_there(0)
    check_still_there(1)
