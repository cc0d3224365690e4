"""What hostile applicants, members and owners might try while a request is on its way."""

import pytest

from apps.access_requests import commands as requests
from apps.access_requests.models import Item
from apps.agreements import commands as agreements
from apps.core.actors import CONSOLE
from apps.core.errors import Denied, Invalid, WrongState
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from apps.identity.commands.identities import deactivate
from apps.people.commands.people import publish_terms
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_committee_that_decides_is_the_one_of_the_dataset_at_submission() -> None:
    """A draft begun under another committee does not take the decision there."""
    case = stories.draft()
    other = stories.committee_setup()
    datasets.describe(case.published_dataset.dataset, by=case.published_dataset.owner, committee=other.committee)
    stories.accepted(case.published_dataset.dataset)
    stories.submitted(case)
    assert case.item.committee == other.committee
    with pytest.raises(Denied):
        requests.accept_for_review(case.request, by=case.committee_setup.chair)
    requests.accept_for_review(case.request, by=other.chair)


def test_a_decided_item_stays_with_the_committee_that_decided_it() -> None:
    """Another submission moves open items only."""
    stories.template()
    decided, open_one = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[decided, open_one])
    for voter in decided.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=decided)
    question = requests.request_changes(case.request, text="Why?", by=open_one.committee_setup.chair)
    requests.answer(question, text="Because.", by=case.applicant)
    for published_dataset in (decided, open_one):
        datasets.describe(
            published_dataset.dataset, by=published_dataset.owner, committee=stories.committee_setup().committee
        )
        stories.accepted(published_dataset.dataset)
    requests.submit(case.request, by=case.applicant)
    assert case.item_of(decided).committee == decided.committee_setup.committee
    assert case.item_of(open_one).committee != open_one.committee_setup.committee
    assert Item.objects.filter(request=case.request).count() == 2


def test_nobody_lifts_the_pause_of_their_own_access() -> None:
    """A steward who also holds a grant, paused by the owner, does not resume it."""
    access = stories.granted()
    datasets.give_role(access.published_dataset.dataset, person=access.holder, role=Dataset.STEWARD, by=access.owner)
    grants.suspend(access.grant, reason="We look into a report.", by=access.owner)
    with pytest.raises(Denied):
        grants.resume(access.grant, by=access.holder)
    grants.resume(access.grant, by=access.owner)


def test_not_everybody_publishes_terms() -> None:
    """Whoever could publish terms could shut every registered dataset, or empty what people agree to."""
    with pytest.raises(Denied):
        publish_terms("Anything goes.", text_da="Alt er tilladt.", by=stories.person())
    publish_terms("With care.", text_da="Med omhu.", by=stories.operator())


def test_not_everybody_publishes_what_is_signed() -> None:
    """A template is published by the committee's chair or by an operator; the general one by an operator."""
    committee_setup = stories.committee_setup()
    for by, committee in (
        (stories.person(), None),
        (committee_setup.chair, None),
        (committee_setup.members[0], committee_setup.committee),
    ):
        with pytest.raises(Denied):
            agreements.publish_template("Ours", clauses=stories.CLAUSES, committee=committee, by=by)
    agreements.publish_template(
        "Ours", clauses=stories.CLAUSES, committee=committee_setup.committee, by=committee_setup.chair
    )
    agreements.publish_template("All", clauses=stories.CLAUSES, committee=None, by=stories.operator())


def test_a_template_that_cannot_be_filled_is_refused_when_it_is_published() -> None:
    """A lone $ would stop every agreement of the committee at the moment it is offered."""
    broken = [{**stories.CLAUSES[0], "text": "The fee is 5 $ for $applicant."}]
    with pytest.raises(Invalid):
        agreements.publish_template("Ours", clauses=broken, committee=None, by=CONSOLE)
    doubled = [{**stories.CLAUSES[0], "text": "The fee is 5 $$ for $applicant."}]
    agreements.publish_template("Ours", clauses=doubled, committee=None, by=CONSOLE)


@pytest.mark.parametrize("name", ["王小明", "สมชาย", "한국어", "\U0001fae9"])
def test_an_agreement_is_printed_in_any_script(name: str) -> None:
    """A character the layout's font lacks must not keep an executed agreement from being stored."""
    agreement_setup = stories.executed(applicant=stories.person(name))
    stories.drain()
    assert agreement_setup.reload().agreement.pdfs.get().sha256


def test_a_committee_that_has_decided_does_not_void_another_ones_votes() -> None:
    """Returning a request ends the round of every committee; who is done has no say in it any more."""
    decided, open_one = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[decided, open_one])
    for voter in decided.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=decided)
    stories.vote(case, open_one.committee_setup.chair, published_dataset=open_one)
    with pytest.raises(WrongState):
        requests.request_changes(case.request, text="Once more?", by=decided.committee_setup.chair)
    stories.vote(case, open_one.committee_setup.members[0], published_dataset=open_one)
    assert case.item_of(open_one).state == "approved"


def test_the_last_owner_who_can_sign_in_stays() -> None:
    """An owner whose account is closed cannot answer for the dataset, so they do not count."""
    published_dataset, gone = stories.published_dataset(), stories.person()
    datasets.give_role(published_dataset.dataset, person=gone, role=Dataset.OWNER, by=published_dataset.owner)
    deactivate(gone, by=stories.operator())
    with pytest.raises(Invalid):
        datasets.remove_role(
            published_dataset.dataset,
            person=published_dataset.owner,
            role=Dataset.OWNER,
            reason="They left.",
            by=published_dataset.owner,
        )
    datasets.remove_role(
        published_dataset.dataset, person=gone, role=Dataset.OWNER, reason="They left.", by=published_dataset.owner
    )


def test_a_dataset_never_hides_behind_a_page_of_the_portal() -> None:
    """A dataset called New has an address of its own, so that its owner can reach it."""
    assert datasets.draft("New", by=stories.person()).slug != "new"
