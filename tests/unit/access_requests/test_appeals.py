"""An appeal: once, in time, in a new round before the same committee; what does not succeed leaves the denial."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands as requests
from apps.access_requests import queries
from apps.access_requests.models import AccessRequest, Appeal
from apps.access_requests.review_queue import to_vote_of
from apps.access_requests.rules_after import appeal_deadline
from apps.agreements.models import Agreement
from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.grants.access_state import State, state_of_request
from apps.identity.commands.identities import deactivate
from tests import stories

pytestmark = pytest.mark.django_db


def denied(**how: Any) -> stories.Case:
    stories.template()
    case = stories.decided(choice="deny", **how)
    stories.drain()
    return case.reload()


def appeal(case: stories.Case, text: str = "The purpose fits: see section 2.", **how: Any) -> Appeal:
    made = requests.appeal(how.pop("item", case.item), text=text, by=how.pop("by", case.applicant))
    stories.drain()
    case.reload()
    made.refresh_from_db()
    return made


def cause(case: stories.Case) -> tuple[State, str]:
    state = state_of_request(case.applicant, case.request)
    return state.state, state.cause


def decide_again(case: stories.Case, choice: str) -> None:
    stories.decided(case, choice=choice)
    stories.drain()
    case.reload()


def test_an_appeal_opens_the_item_in_a_new_round_on_the_same_snapshot() -> None:
    case = denied()
    first = case.request.rounds.get()
    made = appeal(case)
    assert (case.request.state, case.item.state, case.item.decided_at) == ("in_review", "open", None)
    assert made.round is not None
    assert (made.round.number, made.round.sha256, made.denied_in) == (2, first.sha256, first)
    assert made.denied_reason == "My reason to deny."
    assert cause(case) == (State.IN_REVIEW, "appeal")
    for voter in case.committee_setup.everyone:
        assert list(to_vote_of(voter)) == [case.request], "who denied may vote again"
        assert voter.notifications.filter(kind="request.appeal_started").count() == 1


def test_an_appeal_that_succeeds_leads_to_an_agreement_like_any_approval() -> None:
    case = denied()
    made = appeal(case)
    decide_again(case, "approve")
    made.refresh_from_db()
    assert (case.item.state, case.request.state, made.outcome) == ("approved", "decided", "granted")
    assert Agreement.objects.get(item=case.item).state == "offered"
    assert case.item.decided_in == made.round


def test_an_appeal_is_decided_once_and_for_all() -> None:
    case = denied()
    made = appeal(case)
    decide_again(case, "deny")
    made.refresh_from_db()
    assert (case.item.state, case.request.state, made.outcome) == ("denied", "closed", "rejected")
    assert cause(case) == (State.DENIED, "appeal_rejected")
    with pytest.raises(WrongState):
        appeal(case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            item=case.item, text="Again.", appealed_by=case.applicant, denied_in=case.request.rounds.first(),
            denied_at=clock.now(), denied_reason="So.",
        )  # fmt: skip


def test_a_withdrawn_appeal_leaves_the_denial_as_it_was() -> None:
    case = denied()
    before = (case.item.state, case.item.reason, case.item.decided_at, case.item.decided_in_id, case.item.denial_codes)
    appeal(case)
    stories.vote(case, case.committee_setup.chair, "approve")
    requests.withdraw_appeal(case.item, by=case.applicant)
    stories.drain()
    item = case.reload().item
    assert (item.state, item.reason, item.decided_at, item.decided_in_id, item.denial_codes) == before
    assert case.request.state == "closed"
    assert queries.open_round(case.request) is None
    assert cause(case) == (State.DENIED, "appeal_withdrawn")
    with pytest.raises(WrongState):
        appeal(case)


def test_an_appeal_is_withdrawn_before_its_decision_takes_effect_and_not_after() -> None:
    case = denied(published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(undo_minutes=10)))
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        appeal(case)
        stories.decided(case, choice="approve")
        at = case.item.takes_effect_at
        assert at is not None
        with transaction.atomic():
            requests.withdraw_appeal(case.item, by=case.applicant)
            assert case.reload().item.state == "denied", "the control: the applicant may, because nobody has told them"
            transaction.set_rollback(True)
    with clock.freeze(at), pytest.raises(WrongState):
        requests.withdraw_appeal(case.item, by=case.applicant)


def test_only_the_applicant_appeals_and_says_why_and_in_time() -> None:
    case = denied(members=[stories.person()])
    for other in (case.members[0], case.committee_setup.chair, case.published_dataset.owner):
        with pytest.raises(Denied):
            appeal(case, by=other)
    with pytest.raises(Invalid) as refused:
        appeal(case, " ")
    assert set(refused.value.fields or {refused.value.field}) == {"text"}
    last = appeal_deadline(case.item)
    assert last == (clock.now() + timedelta(days=30)).date()
    with clock.freeze(clock.now() + timedelta(days=32)), pytest.raises(WrongState):
        appeal(case)
    with clock.freeze(clock.now() + timedelta(days=30)):
        appeal(case)  # the control: on its last day


@pytest.mark.parametrize("state", ["submitted", "in_review", "approved"])
def test_what_is_not_denied_cannot_be_appealed(state: str) -> None:
    make = {"submitted": stories.submitted, "in_review": stories.in_review, "approved": stories.decided}
    case = make[state]()
    with pytest.raises(WrongState):
        appeal(case)


def test_a_denial_from_before_the_portal_knew_appeals_has_the_days_of_its_committee() -> None:
    case = denied()
    case.request.items.update(appeal_until=None, denial_codes=None)
    assert appeal_deadline(case.reload().item) == (clock.now() + timedelta(days=30)).date()
    appeal(case)
    assert case.item.state == "open"


def two_committees() -> stories.Case:
    """The first dataset is denied, the second is in review by another committee."""
    case = stories.in_review(shelves=[stories.published_dataset(), stories.published_dataset()])
    first = case.shelves[0]
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, "deny", published_dataset=first)
    stories.drain()
    return case.reload()


def test_an_appeal_waits_for_the_datasets_of_other_committees_and_voids_none_of_their_votes() -> None:
    case = two_committees()
    second = case.shelves[1]
    stories.vote(case, second.committee_setup.chair, "approve", published_dataset=second)
    made = appeal(case)
    assert (made.round, case.item.state) == (None, "denied")
    other = case.item_of(second)
    assert queries.decision_on(other, queries.fetch_eligible_voters(other)).cast == 1
    stories.vote(case, second.committee_setup.members[0], "approve", published_dataset=second)
    stories.drain()
    made.refresh_from_db()
    assert made.round is not None
    assert (case.reload().request.state, case.item.state, case.item_of(second).state) == (
        "in_review",
        "open",
        "approved",
    )
    decide = case.committee_setup.everyone[:2]
    for voter in decide:
        stories.vote(case, voter, "approve", published_dataset=case.shelves[0])
    assert (case.reload().request.state, case.item.state) == ("decided", "approved")


def test_a_second_denied_dataset_joins_the_round_of_the_first_appeal() -> None:
    case = denied(shelves=[stories.published_dataset(), stories.published_dataset()])
    first, second = (appeal(case, item=case.item_of(one)) for one in case.shelves)
    assert first.round == second.round
    assert first.round is not None
    committees = {str(one.dataset.committee_id) for one in case.shelves}
    assert set(first.round.voting_rules) == committees, "the second committee's rules are kept before it is asked"
    assert case.request.rounds.count() == 2
    decide_again(case, "approve")
    assert {item.state for item in case.request.items.all()} == {"approved"}


def test_a_request_under_appeal_is_not_withdrawn_as_a_whole_but_a_closed_account_ends_the_appeal() -> None:
    case = denied()
    appeal(case)
    with pytest.raises(WrongState):
        requests.withdraw(case.request, by=case.applicant)
    deactivate(case.applicant, by=stories.operator())
    stories.drain()
    assert (case.reload().item.state, case.request.state) == ("denied", "closed")
    assert Appeal.objects.get(item=case.item).outcome == "withdrawn"
    kinds = Event.objects.filter(subject_id__in=[case.item.pk, case.request.pk]).values_list("kind", flat=True)
    assert "request.withdrawn" not in kinds


def test_questions_in_an_appeal_lead_to_a_further_round_of_the_same_appeal() -> None:
    case = denied()
    made = appeal(case)
    requests.request_changes(case.request, text="Which variables?", by=case.committee_setup.chair)
    question = case.request.questions.get()
    requests.answer(question, text="All.", by=case.applicant)
    requests.submit(case.reload().request, by=case.applicant)
    requests.accept_for_review(case.request, by=case.committee_setup.chair)
    case.reload()
    decide_again(case, "approve")
    made.refresh_from_db()
    assert (case.item.state, made.outcome) == ("approved", "granted")


def test_the_applicant_appeals_and_withdraws_on_the_page_and_errors_keep_the_text() -> None:
    case = denied()
    client = stories.client_for(case.applicant)
    where = f"/requests/{case.request.pk}/items/{case.item.pk}/appeal/"
    refused = client.post(where, {"text": ""})
    assert refused.status_code == 422
    (row,) = refused.context["appeals"]
    assert set(row["form"].errors) == {"text"}
    assert client.post(where, {"text": "It fits."}).status_code == 302
    page = client.get(f"/requests/{case.request.pk}/")
    assert [row["can_withdraw"] for row in page.context["appeals"]] == [True]
    late = client.post(where, {"text": "Once more."})
    assert late.status_code == 409
    assert client.post(f"{where}withdraw/").status_code == 302
    assert case.reload().item.state == "denied"
    assert client.post(f"{where}withdraw/").status_code == 409


# ------------------------------------------------------------------------------------------- revise and resubmit
def test_a_revised_request_starts_with_the_answers_for_what_was_denied_and_is_linked_both_ways() -> None:
    case = two_committees()
    made = requests.revise(case.request, starts_on=clock.today(), by=case.applicant)
    assert made.revises == case.request
    assert (made.title, made.purpose) == (case.request.title, case.request.purpose)
    assert [item.dataset for item in made.items.all()] == [case.shelves[0].dataset]
    client = stories.client_for(case.applicant)
    assert client.get(f"/requests/{made.pk}/").context["revises"] == case.request
    assert client.get(f"/requests/{case.request.pk}/").context["revised_by"] == [made]
    chair = stories.client_for(case.committee_setup.chair)
    assert chair.get(f"/requests/{case.request.pk}/").context["revised_by"] == [], "a draft is the applicant's alone"


def test_the_committee_sees_what_changed_since_the_denial_and_others_see_nothing_of_it() -> None:
    case = denied()
    made = requests.revise(case.request, starts_on=clock.today(), by=case.applicant)
    requests.change(made, title="A narrower title", ends_on=case.request.ends_on, by=case.applicant)
    requests.submit(AccessRequest.objects.get(pk=made.pk), by=case.applicant)
    stories.declare(made)
    page = stories.client_for(case.committee_setup.chair).get(f"/review/{made.pk}/")
    said = page.context["revised"]
    assert said["request"] == case.request
    assert [row["item"].reason for row in said["denied"]] == ["My reason to deny."]
    assert [row["after"] for row in said["changes"]] == ["A narrower title"]
    AccessRequest.objects.filter(pk=made.pk).update(
        revises=stories.decided(applicant=case.applicant, choice="deny").request
    )
    other = stories.client_for(case.committee_setup.chair).get(f"/review/{made.pk}/")
    assert other.context["revised"] is None


@pytest.mark.parametrize("state", ["draft", "in_review", "approved"])
def test_only_a_request_with_a_denied_dataset_is_revised(state: str) -> None:
    make = {"draft": stories.draft, "in_review": stories.in_review, "approved": stories.decided}
    case = make[state]()
    with pytest.raises(WrongState):
        requests.revise(case.request, starts_on=clock.today(), by=case.applicant)
