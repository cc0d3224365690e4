"""Many people, one moment: what holds when everything happens at once, against a real PostgreSQL."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from django.db import connections

from apps.access_requests import commands as requests
from apps.access_requests.models import Item, Round, Vote
from apps.agreements import commands as agreements
from apps.agreements.models import Signature
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.committees import commands as committees
from apps.core.actors import ANONYMOUS, SYSTEM
from apps.core.errors import DomainError
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.downloads import commands as downloads
from apps.grants import commands as grants
from apps.grants.models import AccessGrant, DownloadStop
from portal import consequences
from tests import stories

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]
TWICE = pytest.mark.parametrize("turn", range(2))


def at_once(*acts: Act) -> list[Any]:
    """Run all acts in the same moment, each with its own connection; what each gave back, or its refusal."""
    gate = threading.Barrier(len(acts))

    def run(act: Act) -> Any:
        try:
            gate.wait()
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refused(results: list[Any]) -> int:
    return sum(isinstance(result, DomainError) for result in results)


def test_votes_at_once_decide_once() -> None:
    """Quorum is counted under a lock (the approval race): one decision, and no vote after it."""
    world = stories.published_dataset(committee_setup=stories.committee_setup(members=4, quorum=3))
    case = stories.in_review(published_dataset=world)
    at_once(*[lambda who=who: stories.vote(case, who) for who in world.committee_setup.everyone])
    assert Item.objects.get(pk=case.item.pk).state == "approved"
    assert Event.objects.filter(kind=Kind.ITEM_DECIDED).count() == 1
    assert Vote.objects.count() == 3


@TWICE
def test_a_vote_and_a_return_at_once_never_both_count(turn: int) -> None:
    """Either the vote decided and nothing is returned, or the round ended and the vote decided nothing."""
    case = stories.in_review()
    chair, member = case.committee_setup.everyone[:2]
    stories.vote(case, chair)
    seen, fresh = case.round, stories.fresh_sign_in()
    assert seen is not None
    at_once(
        lambda: requests.vote(case.item, choice="approve", reason="Sound.", seen=seen, signed_in=fresh, by=member),
        lambda: requests.request_changes(case.request, text="Why?", by=case.committee_setup.members[1]),
    )
    case.reload()
    assert (case.item.state, case.request.state) in {("approved", "decided"), ("open", "returned")}


@TWICE
def test_a_vote_and_a_withdrawal_at_once(turn: int) -> None:
    """What was decided cannot be withdrawn, and what was withdrawn is not decided."""
    case = stories.in_review()
    chair, member = case.committee_setup.everyone[:2]
    stories.vote(case, chair)
    seen, fresh = case.round, stories.fresh_sign_in()
    assert seen is not None
    at_once(
        lambda: requests.vote(case.item, choice="approve", reason="Sound.", seen=seen, signed_in=fresh, by=member),
        lambda: requests.withdraw(case.request, by=case.applicant),
    )
    case.reload()
    assert (case.item.state, case.request.state) in {("approved", "decided"), ("open", "withdrawn")}


@TWICE
def test_submitting_and_changing_at_once_freezes_one_text(turn: int) -> None:
    """The round holds exactly what the request says afterwards: nothing slips in after the freeze."""
    case = stories.draft()
    colleague = stories.person()
    at_once(
        lambda: requests.submit(case.request, by=case.applicant),
        lambda: requests.change(case.request, by=case.applicant, title="Another title"),
        lambda: requests.name_members(case.request, codes=[colleague.code], by=case.applicant),
    )
    case.reload()
    seen = Round.objects.get(request=case.request).snapshot
    assert seen["title"] == case.request.title
    assert seen["members"] == [str(pk) for pk in case.request.memberships.values_list("person_id", flat=True)]


@TWICE
def test_two_windows_that_save_at_once_lose_nothing(turn: int) -> None:
    """Different fields are both saved; of one field that both changed, one text is saved and the other asked about."""
    case = stories.draft()
    client, where = stories.client_for(case.applicant), f"/requests/{case.request.pk}/autosave/"
    page = client.get(f"/requests/{case.request.pk}/edit/")
    opened = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    opened |= {"base": page.context["base"]}

    def save(**typed: str) -> Any:
        return stories.client_for(case.applicant).post(where, opened | typed)

    both = ({"title": "First", "purpose": "First."}, {"title": "Second", "public_summary": "Second."})
    answers = at_once(*(lambda typed=typed: save(**typed) for typed in both))
    assert [one.status_code for one in answers] == [200, 200]
    saved = case.reload().request
    assert (saved.purpose, saved.public_summary) == ("First.", "Second.")
    conflicts = [bool(one.json()["conflicts"]) for one in answers]
    assert sorted(conflicts) == [False, True]
    assert saved.title == both[conflicts.index(False)]["title"]


def test_two_owners_countersign_once() -> None:
    """One signature of the owning side, one execution, one grant."""
    agreement_setup = stories.signed()
    second = stories.person()
    datasets.give_role(
        agreement_setup.published_dataset.dataset, person=second, role=Dataset.OWNER, by=agreement_setup.owner
    )
    results = at_once(
        *[
            lambda who=who: stories.countersign(agreement_setup.agreement, who)
            for who in (agreement_setup.owner, second)
        ]
    )
    assert refused(results) == 1
    assert Signature.objects.filter(capacity=Signature.Capacity.OWNER).count() == 1
    at_once(
        consequences.drain, consequences.drain, *[lambda: grants.issue(agreement_setup.agreement.pk, by=SYSTEM)] * 3
    )
    assert AccessGrant.objects.count() == 1
    assert Event.objects.filter(kind=Kind.GRANT_ISSUED).count() == 1


def test_countersigning_and_terminating_at_once_leave_no_access() -> None:
    """However they fall, a terminated agreement opens nothing."""
    agreement_setup = stories.signed()
    at_once(
        lambda: stories.countersign(agreement_setup.agreement, agreement_setup.owner),
        lambda: agreements.terminate(agreement_setup.agreement, reason="A mistake.", by=agreement_setup.owner),
    )
    consequences.drain()
    assert agreement_setup.reload().agreement.state == "terminated"
    assert not AccessGrant.objects.active().exists()


def test_a_revocation_orders_before_or_after_each_start() -> None:
    """No download is written down after the revocation, however many begin in the same moment."""
    access = stories.linked()
    at_once(
        *[lambda: downloads.open_link(access.token, by=ANONYMOUS)] * 6,
        lambda: grants.revoke(access.grant, reason="Now.", by=access.owner),
    )
    revoked = Event.objects.get(kind=Kind.GRANT_REVOKED)
    started = Event.objects.filter(kind__in=[Kind.DOWNLOAD_STARTED, Kind.DOWNLOAD_CONTINUED])
    assert not started.filter(at__gt=revoked.at, id__gt=revoked.pk).exists()
    assert started.count() + Event.objects.filter(kind=Kind.DOWNLOAD_REFUSED).count() == 6


def test_a_member_is_added_once() -> None:
    """A member is added once; the second caller gets an error."""
    committee_setup, newcomer = stories.committee_setup(), stories.person()
    results = at_once(
        *[lambda: committees.add_member(committee_setup.committee, person=newcomer, by=committee_setup.chair)] * 3
    )
    assert refused(results) == 2


def test_the_last_owners_do_not_remove_each_other() -> None:
    """Two owners take each other's role at once: one of them remains."""
    published_dataset, second = stories.published_dataset(), stories.person()
    datasets.give_role(published_dataset.dataset, person=second, role=Dataset.OWNER, by=published_dataset.owner)
    at_once(
        lambda: datasets.remove_role(
            published_dataset.dataset,
            person=second,
            role=Dataset.OWNER,
            reason="They left.",
            by=published_dataset.owner,
        ),
        lambda: datasets.remove_role(
            published_dataset.dataset,
            person=published_dataset.owner,
            role=Dataset.OWNER,
            reason="They left.",
            by=second,
        ),
    )
    assert len([who for who in (published_dataset.owner, second) if Dataset.objects.managed_by(who).exists()]) == 1


def test_a_stop_pressed_by_twenty_at_once_is_one_stop() -> None:
    """Case 8: the other nineteen are refused."""
    operators = [stories.operator() for _ in range(4)] * 5
    results = at_once(*[lambda who=who: grants.stop_downloads("A leak.", by=who) for who in operators])
    assert refused(results) == 19
    assert DownloadStop.objects.count() == 1
    assert Event.objects.filter(kind=Kind.DOWNLOADS_STOPPED).count() == 1


def test_a_proposal_sent_twenty_times_at_once_is_one_event() -> None:
    """Case 8."""
    boss = stories.operator()
    stop = grants.stop_downloads("A leak.", by=boss)
    results = at_once(*[lambda: grants.propose_resume(stop, by=boss) for _ in range(20)])
    assert refused(results) == 0
    assert Event.objects.filter(kind=Kind.RESUME_PROPOSED).count() == 1


def test_two_operators_resume_downloads_once() -> None:
    """Two confirmations at once end the freeze once."""
    first, second, third = (stories.operator() for _ in range(3))
    stop = grants.stop_downloads("A leak.", by=first)
    grants.propose_resume(stop, by=first)
    results = at_once(*[lambda who=who: grants.resume_downloads(stop, by=who) for who in (second, third)])
    assert refused(results) == 1
    assert Event.objects.filter(kind=Kind.DOWNLOADS_RESUMED).count() == 1


@TWICE
def test_recusal_and_vote_at_once(turn: int) -> None:
    """A member who declares a conflict while voting: their vote is not among those that decide."""
    case = stories.in_review()
    chair, member = case.committee_setup.everyone[:2]
    stories.vote(case, chair)
    at_once(
        lambda: stories.vote(case, member),
        lambda: requests.recuse(case.request, reason="We wrote a paper together.", by=member),
    )
    case.reload()
    if case.item.state == "approved":
        assert Vote.objects.filter(item=case.item, voter=member).exists()
        assert not case.request.recusals.filter(declared_at__lt=case.item.decided_at).exists()


def test_the_same_upload_twice_keeps_one_file() -> None:
    """Two windows, one name: one file, and no bytes left over without a row."""
    world = stories.drafted_dataset()
    acts = [
        lambda: datasets.add_file(world.version, name="a.csv", content=BytesIO(b"1"), size=1, by=world.owner),
        lambda: datasets.add_file(world.version, name="A.csv", content=BytesIO(b"1"), size=1, by=world.owner),
    ]
    assert refused(at_once(*acts)) == 1
    assert world.version.distributions.count() == 2


@TWICE
def test_uploading_and_publishing_at_once_never_adds_to_what_is_published(turn: int) -> None:
    """The file is in before the publication, or it is refused; an unchecked file is never published."""
    world = stories.drafted_dataset()
    at_once(
        lambda: datasets.publish(world.version, by=world.owner),
        lambda: datasets.add_file(world.version, name="late.csv", content=BytesIO(b"1"), size=1, by=world.owner),
    )
    world.version.refresh_from_db()
    if world.version.state == "published":
        assert not world.version.distributions.filter(sha256="").exists()


def test_twenty_datasets_of_one_title_at_once_have_twenty_addresses() -> None:
    """Case 8: who takes a short name a moment later gets another one, and no error."""
    owner = stories.person()
    made = at_once(*[lambda: datasets.draft("One title for all", by=owner) for _n in range(20)])
    assert all(isinstance(one, Dataset) for one in made)
    assert len({one.slug for one in made}) == 20
