"""Naming colleagues tells nobody who has an account."""

import pytest

from apps.core.errors import Invalid
from apps.people.colleagues import UNKNOWN_AT_MOST, find_colleague
from tests import stories

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("counting_cache")
def test_after_many_wrong_entries_a_right_one_is_refused_with_the_same_sentence() -> None:
    """Case 18: otherwise a list of addresses would show which of them have an account, at any speed."""
    asking, there = stories.person(), stories.person()
    for number in range(UNKNOWN_AT_MOST):
        with pytest.raises(Invalid, match="Nobody was found"):
            find_colleague(f"nobody-{number}@nordvik.example", by=asking, field="members")
    said = set()
    for words in (there.email, "nobody@nordvik.example"):
        with pytest.raises(Invalid) as refused:
            find_colleague(words, by=asking, field="members")
        said.add(str(refused.value.sentence))
    assert said == {"You entered too many people who were not found. Try again in an hour."}
    assert find_colleague(there.code.lower(), by=asking, field="members") == there, "a code cannot be guessed"
    assert find_colleague(there.email, by=stories.person(), field="members") == there, "others are not concerned"
