"""A deputy votes in a member's place: one vote for the two, never two votes of one person, nobody who may not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands, queries
from apps.access_requests.models import Vote
from apps.access_requests.review_queue import to_vote_of
from apps.audit.kinds import Kind
from apps.committees.models import CommitteeMember, Deputy
from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.identity.commands.identities import deactivate
from apps.notifications.models import Notification
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def membership(person: Person) -> CommitteeMember:
    return CommitteeMember.objects.select_related("committee", "person").get(person=person, ends_at__isnull=True)


def deputy_of(member: Person, person: Person | None = None, *, by: Person | None = None, days: int = 14) -> Person:
    person = person or stories.person()
    today = clock.today()
    last = today + timedelta(days=days)
    commands.name_deputy(membership(member), person=person, first_day=today, last_day=last, by=by or member)
    return person


def cast(case: stories.Case) -> dict[Person, str]:
    decision = queries.decision_on(case.item, queries.fetch_eligible_voters(case.item))
    return {Person.objects.get(pk=member): choice for member, choice in decision.votes.items()}


@pytest.fixture
def case() -> stories.Case:
    return stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=4))
    )


def test_a_deputy_votes_once_for_the_member_and_the_members_own_vote_counts(case: stories.Case) -> None:
    """T90."""
    chair, first, second, *_rest = case.committee_setup.everyone
    deputy = deputy_of(first)
    assert queries.for_committees_of(deputy).get() == case.request
    assert not queries.before_committees_of(deputy).exists(), "the question about conflicts comes first"
    stories.declare(case.request, deputy)
    assert queries.before_committees_of(deputy).get() == case.request
    assert to_vote_of(first).filter(pk=case.request.pk).exists()
    said = stories.vote(case, deputy, "deny")
    assert (said.voter, said.in_place_of, cast(case)) == (deputy, first, {first: "deny"})
    stories.vote(case, deputy, "approve")
    assert cast(case) == {first: "approve"}, "the deputy changes the one vote"
    own = stories.vote(case, first, "deny")
    assert (own.in_place_of, own.supersedes is not None, cast(case)) == (None, True, {first: "deny"})
    with pytest.raises(WrongState):
        stories.vote(case, deputy, "approve")
    stories.vote(case, chair)
    stories.vote(case, second)
    assert case.item.state == "open", "two of five approve"
    assert not Vote.objects.filter(item=case.item, supersedes__isnull=True, voter=deputy).exclude(in_place_of=first)


def test_the_votes_of_deputies_decide_as_the_members_do(case: stories.Case) -> None:
    first, second, third = case.committee_setup.members[:3]
    deputy = deputy_of(first)
    stories.vote(case, second)
    stories.vote(case, third)
    stories.vote(case, deputy)
    item = case.item
    assert item.state == "approved"
    assert item.reason == "My reason to approve."
    page = stories.client_for(second).get(f"/review/{case.request.pk}/")
    ballots = page.context["items"][0]["ballots"]
    assert {row["person"]: row["vote"].voter for row in ballots if row["vote"]}[first] == deputy


def test_who_may_not_vote_as_a_deputy(case: stories.Case) -> None:
    chair, first, second, third, _fourth = case.committee_setup.everyone
    stranger = stories.person()
    today = clock.today()
    for person in (chair, first, second):
        with pytest.raises(Invalid):
            deputy_of(first, person)
    with pytest.raises(Invalid):
        commands.name_deputy(
            membership(first), person=stranger, first_day=today, last_day=today - timedelta(days=1), by=first
        )
    with pytest.raises(Denied):
        deputy_of(first, stranger, by=second)
    with pytest.raises(Denied):
        stories.vote(case, stranger)
    deputy_of(first, case.applicant)
    with pytest.raises(Denied):
        stories.vote(case, case.applicant)
    deputy = deputy_of(second, by=chair)
    with pytest.raises(Invalid):
        deputy_of(third, deputy)
    with pytest.raises(Invalid):
        deputy_of(second)
    assert Vote.objects.count() == 0


@pytest.mark.parametrize(
    "how", ["ended", "over", "member recused", "member removed", "deputy recused", "deputy closed"]
)
def test_a_deputy_votes_no_longer(case: stories.Case, how: str) -> None:
    """The member ends with the member's; a deputy with a conflict or a closed account counts for nothing."""
    chair, first, *_rest = case.committee_setup.everyone
    deputy = deputy_of(first)
    stories.vote(case, deputy, "deny")
    named = Deputy.objects.get(person=deputy)
    if how == "ended":
        commands.end_deputy(named, by=first)
    elif how == "over":
        with transaction.atomic():
            copied = {"membership": named.membership, "person": deputy, "named_by": first}
            past = clock.now() - timedelta(days=2)
            commands.end_deputy(named, by=first)
            Deputy.objects.create(starts_at=past, ends_at=past + timedelta(days=1), **copied)
    elif how == "member recused":
        commands.recuse(case.request, reason="We wrote a paper together.", by=first)
    elif how == "member removed":
        commands.remove_committee_member(membership(first), reason="Left.", by=chair)
    elif how == "deputy recused":
        commands.recuse(case.request, reason="We wrote a paper together.", by=deputy)
    else:
        deactivate(deputy, by=stories.operator())
    with pytest.raises(DomainError):
        stories.vote(case, deputy, "approve")
    stays = how in ("ended", "over")
    assert cast(case) == ({first: "deny"} if stays or how.startswith("member") else {})
    decision = queries.decision_on(case.item, queries.fetch_eligible_voters(case.item))
    assert decision.cast == (1 if stays else 0)
    if how in ("deputy recused", "deputy closed"):
        assert to_vote_of(first).filter(pk=case.request.pk).exists()
        stories.vote(case, first)
        assert cast(case) == {first: "approve"}


def test_nobody_votes_for_two_members_and_the_database_refuses_it_too(case: stories.Case) -> None:
    first, second = case.committee_setup.members[:2]
    deputy = deputy_of(first)
    stories.vote(case, deputy)
    commands.end_deputy(Deputy.objects.get(person=deputy), by=first)
    deputy_of(second, deputy)
    with pytest.raises(Denied):
        stories.vote(case, deputy)
    assert case.round is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(
            item=case.item, round=case.round, voter=deputy, in_place_of=second, choice="approve", reason="Twice."
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(item=case.item, round=case.round, voter=first, choice="approve", reason="A second one.")


def test_who_declared_a_conflict_names_no_deputy_of_others_and_no_role_is_given(case: stories.Case) -> None:
    chair, first, *_rest = case.committee_setup.everyone
    commands.recuse(case.request, reason="We wrote a paper together.", by=chair)
    with pytest.raises(Denied):
        deputy_of(first, by=chair)
    deputy = deputy_of(first)
    stories.declare(case.request, deputy)
    with pytest.raises(Denied):
        commands.request_changes(case.request, text="Which variables?", by=deputy)
    client = stories.client_for(deputy)
    page = client.get(f"/review/{case.request.pk}/")
    assert (page.status_code, page.context["can_return"], page.context["items"][0]["in_place_of"]) == (
        200,
        False,
        first,
    )
    assert client.get("/review/").status_code == 403
    assert [item.pk for item in client.get("/review/as-deputy/").context["items"]] == [case.item.pk]


def test_the_choices_are_hidden_from_member_and_deputy_until_each_has_voted(case: stories.Case) -> None:
    first, second = case.committee_setup.members[:2]
    deputy = deputy_of(first)
    stories.declare(case.request, deputy)
    stories.vote(case, second, "deny")

    def shown(person: Person) -> dict[str, object]:
        entry: dict[str, object] = stories.client_for(person).get(f"/review/{case.request.pk}/").context["items"][0]
        return entry

    assert not shown(deputy)["choices_shown"]
    stories.vote(case, deputy)
    assert shown(deputy)["choices_shown"]
    assert not shown(first)["choices_shown"] and shown(first)["deputy_vote"] is not None


def test_who_let_a_voter_leave_decides_nothing_by_their_deputy_either(case: stories.Case) -> None:
    """Case 1: the chair votes, removes the members who did not, and lets a deputy change the chair's vote."""
    chair, first, second, third, fourth = case.committee_setup.everyone
    deputy = deputy_of(chair)
    stories.vote(case, deputy, "deny")
    stories.vote(case, first, "deny")
    for member in (second, third, fourth):
        commands.remove_committee_member(membership(member), reason="Left.", by=chair)
    stories.vote(case, deputy, "deny")
    assert case.item.state == "open"
    stories.vote(case, first, "deny")
    assert case.item.state == "denied"


def test_the_page_names_and_ends_a_deputy(case: stories.Case) -> None:
    first, second = case.committee_setup.members[:2]
    person, today = stories.person(), clock.today()
    url = f"/committees/{case.committee_setup.committee.slug}/members/{membership(first).pk}/deputy/"
    assert stories.client_for(second).get(url).status_code == 403
    client = stories.client_for(first)
    days = {"first_day": str(today), "last_day": str(today + timedelta(days=7))}
    assert client.post(url, {"code": "P-0000-0000", **days}).status_code == 422
    assert client.post(url, {"code": person.code, **days}).status_code == 302
    stories.drain()
    deputy = Deputy.objects.get(person=person)
    assert Notification.objects.filter(reader=person, kind="committee.deputy_named").exists()
    managed = stories.client_for(case.committee_setup.chair).get(
        f"/committees/{case.committee_setup.committee.slug}/manage/"
    )
    assert [row["deputy"] for row in managed.context["memberships"] if row["deputy"]] == [deputy]
    assert client.post(url, {"action": "end", "deputy": "x"}).status_code == 404
    assert client.post(url, {"action": "end", "deputy": str(deputy.pk)}).status_code == 302
    assert not Deputy.objects.not_over().exists()


def test_nobody_votes_for_two_members(case: stories.Case) -> None:
    """A deputy of two who voted for one of them does not vote for the other, though the first has ended the deputy."""
    first, second = case.committee_setup.members[:2]
    deputy = deputy_of(first)
    stories.vote(case, deputy)
    commands.end_deputy(Deputy.objects.get(person=deputy), by=first)
    deputy_of(second, deputy)
    with pytest.raises(Denied):
        stories.vote(case, deputy)
    assert set(cast(case)) == {first}


def test_a_deputy_whom_the_chair_names_in_mid_round_votes_from_the_next_round(case: stories.Case) -> None:
    """Nobody brings voters into an open case; the member's own deputy may vote at once (the control)."""
    chair, first, second, *_rest = case.committee_setup.everyone
    theirs, own = deputy_of(first, by=chair), deputy_of(second)
    with pytest.raises(Denied):
        stories.vote(case, theirs)
    stories.vote(case, own)
    assert set(cast(case)) == {second}
    other = deputy_of(case.committee_setup.members[2])
    stories.declare(case.request, other)
    entries = [
        stories.client_for(one).get(f"/review/{case.request.pk}/").context["items"][0] for one in (theirs, other)
    ]
    assert [(entry["form"] is not None, bool(entry["why_not"])) for entry in entries] == [(False, True), (True, False)]


def test_a_deputy_does_not_see_that_an_internal_message_was_sent(case: stories.Case) -> None:
    first, second, *_rest = case.committee_setup.members
    deputy = deputy_of(first)
    stories.declare(case.request, deputy)
    committee = case.committee_setup.committee
    commands.write_message(case.request, text="Let us wait.", committee=committee, internal=True, by=second)

    def sees_it(person: Person) -> bool:
        timeline = stories.client_for(person).get(f"/review/{case.request.pk}/").context["timeline"]
        return any(str(Kind.INTERNAL_MESSAGE_SENT.label) in str(entry["what"]) for entry in timeline)

    assert (sees_it(deputy), sees_it(second)) == (False, True)
