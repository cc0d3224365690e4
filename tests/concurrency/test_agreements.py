"""What a hostile applicant or owner might try between a committee's decision and the last signature."""

import pytest

from apps.access_requests import commands as requests
from apps.agreements import queries
from apps.core.errors import Denied, Invalid
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from tests import stories

pytestmark = pytest.mark.django_db


def two_committees(
    members: list[stories.Person],
) -> tuple[stories.Case, stories.PublishedDataset, stories.PublishedDataset]:
    """A request before two committees: the first has approved, the second has sent it back to the applicant."""
    stories.template()
    decided, open_one = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[decided, open_one], members=members)
    for voter in decided.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=decided)
    stories.drain()
    case.question = requests.request_changes(case.request, text="Why?", by=open_one.committee_setup.chair)
    requests.answer(case.question, text="Because.", by=case.applicant)
    return case, decided, open_one


def test_nobody_signs_whom_the_committee_never_read_of() -> None:
    """A member named after the decision is not in the text, was approved by nobody, and gets no access by signing."""
    case, decided, _open_one = two_committees([])
    stranger = stories.person()
    requests.name_members(case.request, codes=[stranger.code], by=case.applicant)
    agreement = queries.Agreement.objects.get(item=case.item_of(decided))
    with pytest.raises(Denied):
        stories.sign(agreement, stranger)
    assert agreement not in queries.to_sign(stranger)
    assert stranger not in queries.missing_signers(agreement)


def test_an_owner_named_in_the_text_does_not_countersign_it() -> None:
    """Taking the owner out of the request afterwards does not make them the other side of their own agreement."""
    owner = stories.person()
    stories.template()
    decided, open_one = stories.published_dataset(owner=owner), stories.published_dataset()
    datasets.give_role(decided.dataset, person=stories.person(), role=Dataset.OWNER, by=owner)
    case = stories.in_review(shelves=[decided, open_one], members=[owner])
    for voter in decided.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=decided)
    stories.drain()
    case.question = requests.request_changes(case.request, text="Why?", by=open_one.committee_setup.chair)
    requests.name_members(case.request, codes=[], by=case.applicant)
    agreement = queries.Agreement.objects.get(item=case.item_of(decided))
    stories.sign(agreement, case.applicant)
    with pytest.raises(Denied):
        stories.countersign(agreement, owner)


def test_a_member_taken_out_before_signing_does_not_sign() -> None:
    """The applicant took them out; the old text alone opens nothing."""
    member = stories.person()
    case, decided, _open_one = two_committees([member])
    requests.name_members(case.request, codes=[], by=case.applicant)
    agreement = queries.Agreement.objects.get(item=case.item_of(decided))
    with pytest.raises(Denied):
        stories.sign(agreement, member)
    assert agreement not in queries.to_sign(member)


def test_a_request_keeps_something_to_decide() -> None:
    """Dropping the open dataset of a half-decided request would leave a review that can never end."""
    case, decided, open_one = two_committees([])
    with pytest.raises(Invalid) as refused:
        requests.choose_datasets(case.request, datasets=[decided.dataset], by=case.applicant)
    assert "datasets" in refused.value.fields
    requests.choose_datasets(case.request, datasets=[decided.dataset, open_one.dataset], by=case.applicant)
    requests.submit(case.request, by=case.applicant)
