"""Earlier decisions: which are listed, in which order, and what a reader who has not declared sees of them."""

from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests.models import Item, NoConflictDeclaration
from apps.access_requests.queries_precedents import MOST, precedents
from apps.committees.models import Committee
from apps.core import clock
from tests import stories
from tests.unit.access_requests.reviews import DAY, Review, member

pytestmark = pytest.mark.django_db
DISEASE = {"id": "MONDO:0004989", "label": "breast carcinoma"}


def with_purpose(committee: Committee | None = None, **said: Any) -> Review:
    """A review whose round was submitted with this research purpose."""
    return Review(committee=committee, snapshot={"research_purpose": {"version": 1, **said}} if said else None)


def decided(like: Review, *, days: int = 9, dataset: bool = False, **said: Any) -> Item:
    """A decision of the same committee, so many days ago; on another dataset unless `dataset`."""
    earlier = with_purpose(like.committee, **said)
    if dataset:
        Item.objects.filter(pk=earlier.item.pk).update(dataset=like.dataset)
    earlier.decide(at=clock.now() - days * DAY)
    return earlier.item


def found(review: Review) -> list[Item]:
    person = review.voters[0]
    return list(precedents(person, review.request, review.round, [review.committee.pk], [review.dataset.pk]))


def test_same_dataset_first_then_same_purpose_and_nothing_else() -> None:
    review = with_purpose(kind="disease", diseases=[DISEASE, {"id": "", "label": "typed"}])
    same_purpose = decided(review, days=1, kind="disease", diseases=[DISEASE])
    same_dataset, older = decided(review, dataset=True, days=5), decided(review, dataset=True, days=6)
    decided(review, kind="disease", diseases=[{"id": "MONDO:1", "label": "other"}])
    decided(review, kind="health")
    Review().decide()  # another committee
    Item.objects.filter(pk=Review(committee=review.committee).item.pk).update(dataset=review.dataset)  # undecided
    rows: list[Any] = found(review)
    assert rows == [same_dataset, older, same_purpose]
    assert [(one.same_dataset, one.same_purpose) for one in rows] == [(True, False), (True, False), (False, True)]


def test_a_purpose_without_diseases_is_compared_by_its_kind_and_none_with_nothing() -> None:
    review = with_purpose(kind="health")
    health = decided(review, kind="health")
    assert found(review) == [health]
    assert found(with_purpose(review.committee)) == []


def test_the_purpose_of_a_case_is_compared_only_after_the_declaration() -> None:
    review = with_purpose(kind="health")
    health = decided(review, kind="health")
    late = member(review.committee).person
    review.declare(late)

    def listed() -> list[Item]:
        return list(precedents(late, review.request, review.round, [review.committee.pk], [review.dataset.pk]))

    assert listed() == []
    applicant = health.request.applicant_id
    NoConflictDeclaration.objects.create(request=health.request, person=late, people=[applicant])
    assert listed() == [health], "control"


def test_only_a_few_are_listed_in_one_statement(django_assert_num_queries: Any) -> None:
    review = Review()
    for days in range(MOST + 2):
        decided(review, dataset=True, days=days + 1)
    person = review.voters[0]
    with django_assert_num_queries(1):
        rows = list(precedents(person, review.request, review.round, [review.committee.pk], [review.dataset.pk]))
    assert len(rows) == MOST


def test_what_can_still_be_undone_or_concerns_the_reader_is_not_listed() -> None:
    review = Review()
    pending, own, recused = (decided(review, dataset=True) for _one in range(3))
    Item.objects.filter(pk=pending.pk).update(takes_effect_at=clock.now() + DAY)
    own.request.memberships.create(person=review.voters[0])
    own.request.recusals.create(person=review.voters[1], reason="We publish together.")
    recused.request.recusals.create(person=review.voters[0], reason="We publish together.")
    assert found(review) == []


def test_a_case_lists_them_and_says_nothing_of_one_that_the_reader_has_not_declared_on() -> None:
    setup = stories.committee_setup()
    place = stories.published_dataset(committee_setup=setup)
    earlier = stories.decided(published_dataset=place, choice="deny")
    late = stories.person()
    stories.requests.add_committee_member(setup.committee, person=late, by=setup.chair)
    case = stories.submitted(published_dataset=place)
    page = reverse("case", args=[case.request.pk])
    (row,) = stories.client_for(setup.chair).get(page).context["precedents"]
    assert (row["item"].request, row["title"], bool(row["reasons"])) == (earlier.request, earlier.request.title, True)
    answer = stories.client_for(late).get(page)
    (row,) = answer.context["precedents"]
    assert (row["declared"], row["title"], row["reasons"]) == (False, "", [])
    assert earlier.item.reason not in answer.content.decode()
