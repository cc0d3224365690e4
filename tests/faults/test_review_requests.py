"""What hostile applicants, members and owners might try while a request is on its way."""

import pytest

from apps.access_requests import commands as requests
from apps.access_requests.models import Item
from apps.accounts import commands as accounts
from apps.agreements import commands as agreements
from apps.core.errors import Denied, Invalid, WrongState
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_committee_that_decides_is_the_one_that_cares_for_the_dataset_at_submission() -> None:
    """A draft begun under another committee does not take the decision there."""
    case = stories.draft()
    other = stories.bench()
    datasets.describe(case.shelf.dataset, by=case.shelf.owner, committee=other.committee)
    stories.submitted(case)
    assert case.item.committee == other.committee
    with pytest.raises(Denied):
        requests.screen(case.request, by=case.bench.chair)
    requests.screen(case.request, by=other.chair)


def test_a_decided_item_stays_with_the_committee_that_decided_it() -> None:
    """Another submission moves open items only."""
    stories.template()
    decided, open_one = stories.shelf(), stories.shelf()
    case = stories.in_review(shelves=[decided, open_one])
    for voter in decided.bench.everyone[:2]:
        stories.vote(case, voter, shelf=decided)
    question = requests.return_with_question(case.request, text="Why?", by=open_one.bench.chair)
    requests.answer(question, text="Because.", by=case.applicant)
    for shelf in (decided, open_one):
        datasets.describe(shelf.dataset, by=shelf.owner, committee=stories.bench().committee)
    requests.submit(case.request, by=case.applicant)
    assert case.item_of(decided).committee == decided.bench.committee
    assert case.item_of(open_one).committee != open_one.bench.committee
    assert Item.objects.filter(request=case.request).count() == 2


def test_nobody_lifts_the_pause_of_their_own_access() -> None:
    """A steward who also holds a grant, paused by the owner, does not resume it."""
    access = stories.granted()
    datasets.give_role(access.shelf.dataset, person=access.holder, role=Dataset.STEWARD, by=access.owner)
    grants.suspend(access.grant, reason="We look into a report.", by=access.owner)
    with pytest.raises(Denied):
        grants.resume(access.grant, by=access.holder)
    grants.resume(access.grant, by=access.owner)


def test_not_everybody_publishes_terms() -> None:
    """Whoever could publish terms could shut every registered dataset, or empty what people agree to."""
    with pytest.raises(Denied):
        accounts.publish_terms("Anything goes.", text_da="Alt er tilladt.", by=stories.person())
    accounts.publish_terms("With care.", text_da="Med omhu.", by=stories.operator())


def test_not_everybody_publishes_what_is_signed() -> None:
    """A template is published by the committee's chair or by an operator; the house's own by an operator."""
    bench = stories.bench()
    for by, committee in ((stories.person(), None), (bench.chair, None), (bench.members[0], bench.committee)):
        with pytest.raises(Denied):
            agreements.publish_template("Ours", clauses=stories.CLAUSES, committee=committee, by=by)
    agreements.publish_template("Ours", clauses=stories.CLAUSES, committee=bench.committee, by=bench.chair)
    agreements.publish_template("All", clauses=stories.CLAUSES, committee=None, by=stories.operator())


def test_a_template_that_cannot_be_filled_is_refused_when_it_is_published() -> None:
    """A lone $ would stop every agreement of the committee at the moment it is offered."""
    broken = [{**stories.CLAUSES[0], "text": "The fee is 5 $ for $applicant."}]
    with pytest.raises(Invalid):
        agreements.publish_template("Ours", clauses=broken, committee=None, by=None)
    doubled = [{**stories.CLAUSES[0], "text": "The fee is 5 $$ for $applicant."}]
    agreements.publish_template("Ours", clauses=doubled, committee=None, by=None)


@pytest.mark.parametrize("name", ["王小明", "สมชาย", "a\x07b"])
def test_an_agreement_is_printed_whatever_letters_people_use(name: str) -> None:
    """A letter the layout's font lacks must not keep an executed agreement from being kept."""
    deal = stories.executed(applicant=stories.person(name))
    stories.drain()
    assert deal.reload().agreement.pdf_sha256


def test_a_committee_that_has_decided_does_not_void_another_ones_votes() -> None:
    """Returning a request ends the round of every committee; who is done has no say in it any more."""
    decided, open_one = stories.shelf(), stories.shelf()
    case = stories.in_review(shelves=[decided, open_one])
    for voter in decided.bench.everyone[:2]:
        stories.vote(case, voter, shelf=decided)
    stories.vote(case, open_one.bench.chair, shelf=open_one)
    with pytest.raises(WrongState):
        requests.return_with_question(case.request, text="Once more?", by=decided.bench.chair)
    stories.vote(case, open_one.bench.members[0], shelf=open_one)
    assert case.item_of(open_one).state == "approved"


def test_the_last_owner_who_can_sign_in_stays() -> None:
    """An owner whose account is closed cannot answer for the dataset, so they do not count."""
    shelf, gone = stories.shelf(), stories.person()
    datasets.give_role(shelf.dataset, person=gone, role=Dataset.OWNER, by=shelf.owner)
    accounts.deactivate(gone, by=stories.operator())
    with pytest.raises(Invalid):
        datasets.take_role(shelf.dataset, person=shelf.owner, role=Dataset.OWNER, by=shelf.owner)
    datasets.take_role(shelf.dataset, person=gone, role=Dataset.OWNER, by=shelf.owner)


def test_a_dataset_never_hides_behind_a_page_of_the_portal() -> None:
    """A dataset called New has an address of its own, so that its owner can reach it."""
    assert datasets.draft("New", by=stories.person()).slug != "new"
