"""One request is found by its id exactly when the sets have it, by statements that were compiled for another person."""

import pytest

from apps.access_requests.commands import recuse
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries import before_committees_of, visible_to
from apps.access_requests.queries_one import before_committee, is_readable, readable
from tests import stories

pytestmark = pytest.mark.django_db


def test_one_request_is_found_when_the_sets_have_it() -> None:
    reviewed, other = stories.in_review(), stories.submitted()
    draft = stories.draft(published_dataset=stories.published_dataset(committee_setup=other.committee_setup))
    people = [stories.person()]
    for case in (reviewed, other, draft):
        people += [case.applicant, case.committee_setup.chair, case.committee_setup.members[0]]
        people.append(case.published_dataset.owner)
    found = set()
    for person in people:
        for row in AccessRequest.objects.all():
            seen, voted = readable(person, row.pk), before_committee(person, row.pk)
            assert (seen == row) is is_readable(person, row.pk) is visible_to(person).filter(pk=row.pk).exists()
            assert (voted == row) is before_committees_of(person).filter(pk=row.pk).exists()
            found.add((seen is not None, voted is not None))
    assert found == {(True, True), (True, False), (False, False)}


def test_it_brings_the_applicant_the_last_round_and_the_time() -> None:
    case = stories.in_review()
    seen = readable(case.applicant, case.request.pk)
    voted = before_committee(case.committee_setup.chair, case.request.pk)
    assert seen is not None
    assert voted is not None
    assert seen.applicant.institution == case.applicant.institution
    assert vars(seen)["last_round"] == 1
    assert vars(voted)["asked_at"].tzinfo is not None


def test_it_follows_what_happens() -> None:
    case = stories.submitted()
    chair, pk = case.committee_setup.chair, case.request.pk
    assert before_committee(chair, pk) is not None
    recuse(case.request, reason="We publish together.", by=chair)
    assert before_committee(chair, pk) is None
