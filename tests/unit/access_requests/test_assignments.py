"""Who is assigned to review a request: who may assign whom, what ends it, the queue, the workload."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.access_requests import commands, queries_workload
from apps.access_requests.models import Assignment
from apps.access_requests.queries_assignments import assigned_counts
from apps.access_requests.queries_workload import workload_of
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import CommitteeMember
from apps.committees.queries import memberships_of
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.notifications.messages import notes_about
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def membership(case: stories.Case, person: Person) -> CommitteeMember:
    return memberships_of(case.committee_setup.committee).get(person=person)


def assign(case: stories.Case, *people: Person, by: Person | None = None) -> list[Assignment]:
    members = [membership(case, one) for one in people]
    setup = case.committee_setup
    return commands.assign(case.request, committee=setup.committee, members=members, by=by or setup.chair)


def test_the_chair_assigns_members_and_a_member_only_themself() -> None:
    case = stories.in_review()
    chair, other = case.committee_setup.chair, case.committee_setup.members[0]
    assert len(assign(case, other, chair)) == 2
    assert assign(case, other) == []  # nothing twice, and no second event
    event = Event.objects.filter(kind=Kind.REVIEWER_ASSIGNED).order_by("id").first()
    assert event is not None and [note.reader for note in notes_about(event)] == [other]
    with pytest.raises(Denied):
        commands.unassign(Assignment.objects.get(membership__person=chair), by=other)
    commands.unassign(Assignment.objects.get(membership__person=chair), by=chair)
    commands.unassign(Assignment.objects.get(membership__person=chair), by=chair)  # the second tab
    assert Event.objects.filter(kind=Kind.REVIEWER_UNASSIGNED).count() == 1
    with pytest.raises(Denied):
        assign(case, chair, by=other)
    assert assign(case, other, by=other) == []
    with pytest.raises(Invalid):
        assign(case)


def test_nobody_outside_the_committee_or_with_a_conflict_assigns_or_is_assigned() -> None:
    case, elsewhere = stories.in_review(), stories.committee_setup()
    chair, other = case.committee_setup.chair, case.committee_setup.members[0]
    foreign = memberships_of(elsewhere.committee).first()
    assert foreign is not None
    with pytest.raises(Denied):
        assign(case, chair, by=elsewhere.chair)
    with pytest.raises(Invalid):
        commands.assign(case.request, committee=case.committee_setup.committee, members=[foreign], by=chair)
    commands.recuse(case.request, reason="We publish together.", by=other)
    with pytest.raises(Invalid):
        assign(case, other)
    with pytest.raises(Denied):
        assign(case, other, by=other)
    undeclared = stories.submitted(declared=False)
    with pytest.raises(Denied):
        assign(undeclared, undeclared.committee_setup.chair)


def test_an_assignment_ends_with_a_conflict_and_with_the_membership() -> None:
    case = stories.in_review()
    chair, (first, second, *_rest) = case.committee_setup.chair, case.committee_setup.members
    assign(case, first, second)
    assert set(assigned_counts(case.committee_setup.committee).values()) == {1}
    commands.recuse(case.request, reason="We publish together.", by=first)
    assert [one.membership.person for one in Assignment.objects.counted()] == [second]
    committee = case.committee_setup.committee
    commands.remove_committee_member(membership(case, second), last_day=clock.today(), reason="Left.", by=chair)
    assert not Assignment.objects.counted().exists() and Assignment.objects.count() == 2
    assert assigned_counts(committee) == {}


def test_a_decided_request_takes_no_reviewer() -> None:
    case = stories.decided()
    with pytest.raises(WrongState):
        assign(case, case.committee_setup.chair)


def test_the_queue_finds_what_is_assigned() -> None:
    case = stories.in_review()
    chair, other = case.committee_setup.chair, case.committee_setup.members[0]
    client = stories.client_for(chair)

    def found(reviewer: str) -> int:
        return len(client.get(reverse("review_queue"), {"tab": "to-vote", "reviewer": reviewer}).context["rows"])

    assert (found("me"), found("nobody"), found(str(other.pk))) == (0, 1, 0)
    assign(case, chair)
    assert (found("me"), found("nobody"), found(str(other.pk))) == (1, 0, 0)
    row = client.get(reverse("review_queue")).context["rows"][0]
    assert row["reviewers"] == [chair.name]


def test_the_pages_assign_and_remove() -> None:
    case = stories.in_review()
    chair, other = case.committee_setup.chair, case.committee_setup.members[0]
    page, slug = reverse("case_reviewers", args=[case.request.pk]), case.committee_setup.committee.slug
    client, theirs = stories.client_for(chair), stories.client_for(other)
    said = {"committee": slug, "act": "assign"}
    assert client.post(page, said).status_code == 422
    assert client.post(page, said | {"members": [str(chair.pk)]}).status_code == 422
    assert client.post(page, said | {"members": [str(membership(case, chair).pk)]}).status_code == 302
    assert theirs.post(page, said | {"members": [str(membership(case, chair).pk)]}).status_code == 403
    assert theirs.post(page, {"committee": slug, "act": "self"}).status_code == 302
    shown = theirs.get(reverse("case", args=[case.request.pk])).context["reviewers"]
    assert (shown["names"], shown["take"]) == (sorted([chair.name, other.name]), "")
    assert theirs.get(page).context["entries"][0]["form"] is None
    own = Assignment.objects.get(membership__person=other)
    unassign = {"committee": slug, "act": "unassign", "assignment": str(own.pk)}
    assert [theirs.post(page, unassign).status_code for _ in range(2)] == [302, 302]
    assert theirs.post(page, {"committee": "none", "act": "self"}).status_code == 404
    assert theirs.post(page, {"committee": slug, "act": "none"}).status_code == 422


def test_a_divided_vote_waits_for_every_voter(monkeypatch: pytest.MonkeyPatch) -> None:
    voters, item = {uuid4(), uuid4()}, SimpleNamespace(votes_cast=[])
    item.votes_cast = [{"voter": str(next(iter(voters)))}]
    monkeypatch.setattr(queries_workload, "listed_decision", lambda _item: SimpleNamespace(is_divided=True))
    assert queries_workload._waits(item, voters) == voters
    monkeypatch.setattr(queries_workload, "listed_decision", lambda _item: SimpleNamespace(is_divided=False))
    assert len(queries_workload._waits(item, voters)) == 1


def test_the_workload_counts_requests_by_member() -> None:
    case = stories.in_review()
    chair, other = case.committee_setup.chair, case.committee_setup.members[0]
    assign(case, other)
    stories.vote(case, chair)
    stories.submitted(published_dataset=case.published_dataset)
    stories.in_review(published_dataset=case.published_dataset)
    loads = {one.membership.person: one for one in workload_of(case.committee_setup.committee)}
    assert [(loads[one].undecided, loads[one].waiting, loads[one].assigned) for one in (chair, other)] == [
        (3, 1, 0), (3, 2, 1),
    ]  # fmt: skip
    assert loads[other].oldest == case.request.submitted_at
    client = stories.client_for(chair)
    page = reverse("committee_workload", args=[case.committee_setup.committee.slug])
    assert len(client.get(page).context["loads"]) == len(loads)
    assert stories.client_for(other).get(page).status_code == 403
