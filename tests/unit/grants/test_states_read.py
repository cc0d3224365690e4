"""What is read for the states of people, datasets, requests and grants: theirs, all of it, and nothing of others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands as requests
from apps.access_requests.models import Item, Round
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.grants import commands as grants
from apps.grants.access_state import (
    AccessState,
    Do,
    State,
    Turn,
    access_state,
    access_states,
    state_of_grant,
    state_of_request,
    state_of_version,
    states_of_grants,
    states_of_own,
    states_of_requests,
)
from apps.grants.access_state.statements import with_facts
from apps.grants.models import AccessGrant
from apps.people.models import Affiliation
from tests import stories
from tests.factories import rows
from tests.unit.access_requests.reviews import Review

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def code(state: AccessState) -> str:
    return state.action.code if state.action is not None else ""


def statements(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


# ------------------------------------------------------------------------------------------------- by dataset
def test_each_dataset_has_the_state_of_this_person_alone() -> None:
    access = stories.granted()
    other, draft = stories.granted(), stories.draft(applicant=access.holder)
    data = [one.published_dataset.dataset for one in (access, draft, other)]
    found = access_states(access.holder, data)
    assert [found[one.pk].state for one in data] == [State.ACTIVE, State.DRAFT, State.NONE]
    assert [found[one.pk].also for one in data] == [(), (), ()]
    assert found[data[0].pk].grant == access.grant
    assert (found[data[1].pk].turn, found[data[1].pk].request) == (Turn.YOU, draft.request)
    assert access_states(access.holder, []) == {}
    theirs = stories.submitted().published_dataset.dataset
    assert access_state(access.holder, theirs).state == State.NONE
    assert access_state(other.holder, data[2]).grant == other.grant
    for nobody in (AnonymousUser(), None):
        visited = access_states(nobody, data)
        assert {one.state for one in visited.values()} == {State.SIGN_IN_NEEDED}


def test_several_states_on_one_dataset_are_shown_together() -> None:
    access = stories.granted()
    again = stories.draft(applicant=access.holder, published_dataset=access.published_dataset)
    state = access_state(access.holder, access.published_dataset.dataset)
    assert (state.state, [one.state for one in state.also]) == (State.ACTIVE, [State.DRAFT])
    assert state.also[0].request == again.request


def test_who_was_named_too_late_has_no_state() -> None:
    setup = stories.offered()
    dataset, late = setup.published_dataset.dataset, stories.person()
    setup.case.request.memberships.create(person=late, added_at=clock.now())
    assert access_state(late, dataset).state == State.NONE
    assert state_of_request(late, setup.case.request).state == State.NONE
    requests_of_late, grants_of_late = states_of_own(late, [setup.case.request], [])
    assert [one.state for one in requests_of_late.values()] == [State.NONE]
    assert grants_of_late == {}


def test_a_grant_counts_although_its_request_names_the_holder_no_more() -> None:
    setup = stories.executed()
    stories.drain()
    outsider = stories.person()
    grant = AccessGrant.objects.create(
        agreement=setup.agreement, holder=outsider, dataset=setup.published_dataset.dataset,
        institution=outsider.institution, starts_at=clock.now(), ends_at=clock.now() + 9 * DAY,
    )  # fmt: skip
    assert access_state(outsider, grant.dataset).grant == grant
    holder = access_state(setup.applicant, grant.dataset)
    assert (holder.state, holder.also) == (State.ACTIVE, ())


def test_the_number_of_statements_does_not_grow_with_the_datasets() -> None:
    first, second = stories.published_dataset(), stories.published_dataset()

    def statements_for(*found: stories.PublishedDataset) -> int:
        fresh = [type(one.dataset).objects.get(pk=one.dataset.pk) for one in found]
        return statements(lambda: access_states(None, fresh))

    assert statements_for(first, second) == statements_for(first)


# ------------------------------------------------------------------------------------------------- by version
def test_a_withdrawn_version_leads_to_the_newest_that_is_available() -> None:
    data, owner = rows.dataset("controlled", rows.committee()), stories.person()
    past = clock.now() - 9 * DAY
    gone = rows.version(data, owner, published_at=past, withdrawn_at=past + DAY)
    only = state_of_version(owner, gone, data)
    assert (only.state, only.version, code(only)) == (State.VERSION_WITHDRAWN, gone, "")
    rows.version(data, owner, published_at=past)
    newest = rows.version(data, owner, published_at=past)
    rows.version(data, owner, published_at=past, embargo_until=clock.now() + DAY)
    rows.version(rows.dataset("controlled", rows.committee()), owner, published_at=past)
    state = state_of_version(owner, gone, data)
    assert (state.state, state.version, code(state)) == (State.VERSION_WITHDRAWN, gone, Do.VIEW_CURRENT)
    assert state.action is not None and state.action.on == newest
    assert state_of_version(owner, newest, data).state == State.NONE


# ------------------------------------------------------------------------------------------------- by request
def test_each_request_has_the_state_that_its_reader_may_know() -> None:
    case, other = stories.submitted(), stories.draft()
    found = states_of_requests(case.applicant, [case.request, other.request])
    assert {pk: one.state for pk, one in found.items()} == {
        case.request.pk: State.SUBMITTED,
        other.request.pk: State.DRAFT,
    }
    assert [found[one.request.pk].turn for one in (case, other)] == [Turn.OTHERS, Turn.OTHERS]
    assert state_of_request(other.applicant, other.request).turn == Turn.YOU
    assert set(states_of_requests(case.applicant, [case.request])) == {case.request.pk}
    assert states_of_requests(case.applicant, []) == {}


def test_a_request_of_access_has_the_grant_of_its_applicant() -> None:
    access, other = stories.granted(), stories.granted()
    for reader, do in ((access.holder, Do.DOWNLOAD), (access.owner, Do.VIEW_ACCESS), (other.holder, Do.VIEW_ACCESS)):
        state = state_of_request(reader, access.case.request)
        assert (state.state, state.grant, code(state), state.also) == (State.ACTIVE, access.grant, do, ())
    grants.revoke(access.grant, reason="A breach.", by=access.owner)
    assert code(state_of_request(access.holder, access.case.request)) == Do.REQUEST_AGAIN
    assert code(state_of_request(access.owner, access.case.request)) == Do.VIEW_ACCESS


def test_a_member_has_their_own_state_in_the_request() -> None:
    member = stories.person()
    setup = stories.offered(members=[member])
    stories.sign(setup.agreement, member)
    own, applicants = (state_of_request(one, setup.case.request) for one in (member, setup.applicant))
    assert (own.turn, own.waiting_for) == (Turn.OTHERS, (setup.applicant.name,))
    assert (applicants.turn, code(applicants)) == (Turn.YOU, Do.SIGN)
    managers = state_of_request(setup.owner, setup.case.request)
    assert (managers.turn, code(managers)) == (Turn.OTHERS, Do.VIEW_AGREEMENT)


def test_a_withdrawn_request_without_datasets_says_so() -> None:
    case = stories.draft()
    Item.objects.filter(request=case.request).delete()
    mine, others = (state_of_request(one, case.request) for one in (case.applicant, stories.person()))
    assert (mine.state, code(mine)) == (State.DRAFT, Do.CONTINUE_DRAFT)
    assert (others.state, code(others)) == (State.NONE, Do.VIEW_REQUEST)


# ------------------------------------------------------------------------------------------------- by grant
def test_each_grant_has_the_state_of_its_holder() -> None:
    access, other = stories.granted(), stories.granted()
    for reader in (access.holder, other.owner):
        found = states_of_grants(reader, [access.grant])
        assert {pk: one.grant for pk, one in found.items()} == {access.grant.pk: access.grant}
    Affiliation.objects.filter(person=access.holder).update(valid_until=clock.now())
    assert state_of_grant(access.holder, access.grant).turn == Turn.YOU
    assert state_of_grant(access.owner, access.grant).turn == Turn.OTHERS
    assert states_of_grants(access.holder, []) == {}


def test_ones_own_requests_and_access_are_read_together() -> None:
    access, other = stories.granted(), stories.granted()
    draft = stories.draft(applicant=access.holder)
    second = stories.granted(applicant=access.holder)
    asked, issued = [access.case.request, draft.request], [access.grant, second.grant]
    requests_found, grants_found = states_of_own(access.holder, asked, issued)
    assert {pk: (one.state, one.turn) for pk, one in requests_found.items()} == {
        access.case.request.pk: (State.ACTIVE, Turn.NOBODY),
        draft.request.pk: (State.DRAFT, Turn.YOU),
    }
    assert requests_found[access.case.request.pk].grant == access.grant
    assert {pk: one.state for pk, one in grants_found.items()} == dict.fromkeys(
        [one.pk for one in issued], State.ACTIVE
    )
    assert other.grant.pk not in grants_found
    requests_found, grants_found = states_of_own(access.holder, asked, [])
    assert requests_found[access.case.request.pk].state == State.ACTIVE
    assert grants_found == {}
    Affiliation.objects.filter(person=access.holder).update(valid_until=clock.now())
    requests_found, grants_found = states_of_own(access.holder, asked[:1], issued[:1])
    assert [one.turn for one in (*requests_found.values(), *grants_found.values())] == [Turn.YOU, Turn.YOU]


def test_ones_own_request_without_datasets_is_continued() -> None:
    case = stories.draft()
    Item.objects.filter(request=case.request).delete()
    found, _access = states_of_own(case.applicant, [case.request], [])
    assert [(one.state, one.turn) for one in found.values()] == [(State.DRAFT, Turn.YOU)]


def test_access_that_ends_soon_is_not_renewed_twice() -> None:
    access = stories.granted()
    other = stories.draft(applicant=access.holder)
    with clock.freeze(access.grant.ends_at - 20 * DAY):
        Affiliation.objects.filter(person=access.holder).update(valid_until=access.grant.ends_at + DAY)
        for read in (lambda: state_of_grant(access.holder, access.grant),
                     lambda: state_of_request(access.holder, access.case.request)):  # fmt: skip
            assert (read().cause, code(read())) == ("ends_soon", Do.RENEW), "a request for other data is under way"
        requests.draft([access.published_dataset.dataset], by=stories.person())
        assert state_of_grant(access.holder, access.grant).cause == "ends_soon", "somebody else requests the data"
        requests.draft([access.published_dataset.dataset], by=access.holder)
        for read in (lambda: state_of_grant(access.holder, access.grant),
                     lambda: state_of_request(access.holder, access.case.request)):  # fmt: skip
            assert (read().cause, code(read())) == ("renewing", Do.DOWNLOAD)
        assert state_of_request(access.holder, other.request).cause == ""
    long = state_of_grant(access.holder, access.grant)
    assert (long.cause, long.state) == ("", State.ACTIVE)


# ------------------------------------------------------------------------------------------------- what an item needs
def test_an_item_comes_with_its_questions() -> None:
    case, other = stories.returned(), stories.returned()
    question = case.question
    assert question is not None
    [item] = with_facts(Item.objects.filter(request=case.request))
    found: Any = item
    assert (found.unanswered, found.asked_at, found.approved_members) == (1, question.asked_at, None)
    assert other.question is not None
    requests.answer(question, text="All of them, because we need each.", by=case.applicant)
    found = with_facts(Item.objects.filter(request=case.request)).get()
    assert (found.unanswered, found.asked_at) == (0, question.asked_at)
    newest_first = list(with_facts(Item.objects.all()))
    assert [one.request_id for one in newest_first] == sorted(
        [case.request.pk, other.request.pk],
        key=lambda pk: -next(one.request.created_at for one in (case, other) if one.request.pk == pk).timestamp(),
    )


def test_the_datasets_of_one_request_come_in_one_order() -> None:
    one = Review()
    more = [
        Item.objects.create(request=one.request, dataset=rows.dataset("open", one.committee), committee=one.committee)
        for _one in range(3)
    ]
    found = list(with_facts(Item.objects.filter(request=one.request)))
    assert found == sorted([one.item, *more], key=lambda item: item.pk)


def test_an_item_comes_with_what_was_found_after_the_last_vote() -> None:
    case, other = stories.in_review(), stories.in_review()
    read = with_facts(Item.objects.filter(request=case.request))

    def reported(item: Item = case.item) -> object:
        return with_facts(Item.objects.filter(pk=item.pk)).get().reported  # type: ignore[attr-defined]

    def found(kind: Kind, item: Item) -> None:
        record(kind, actor=SYSTEM, subject=item, about=[item.request_id], eligible=2)

    assert (reported(), read.count()) == (None, 1)
    found(Kind.VOTES_DIVIDED, case.item)
    assert reported() is None, "nobody has voted"
    stories.vote(case, case.committee_setup.chair, "approve")
    assert reported() is None, "it was found before the last vote"
    found(Kind.VOTES_DIVIDED, case.item)
    assert reported() == Kind.VOTES_DIVIDED
    assert reported(other.item) is None
    found(Kind.CONFIRMATION_NEEDED, case.item)
    assert reported() == Kind.CONFIRMATION_NEEDED, "the newest"
    found(Kind.VOTER_LEFT, case.item)
    assert reported() == Kind.CONFIRMATION_NEEDED, "another kind"
    stories.vote(other, other.committee_setup.chair, "approve")
    assert reported() == Kind.CONFIRMATION_NEEDED, "a vote on another item"
    found(Kind.VOTES_DIVIDED, case.item)
    assert reported() == Kind.VOTES_DIVIDED
    assert reported(other.item) is None, "it was found of another item"
    stories.vote(case, case.committee_setup.members[0], "deny")
    assert reported() is None, "there is a later vote"
    found(Kind.VOTES_DIVIDED, case.item)
    assert reported() == Kind.VOTES_DIVIDED
    Round.objects.filter(request=case.request).update(closed_at=clock.now())
    assert reported() is None, "the round is closed"
