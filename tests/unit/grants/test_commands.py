"""Grants: issued by an executed agreement, paused and ended with a reason; all downloads stopped and resumed."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.agreements import commands as agreements
from apps.agreements.capacities import CAPACITIES, SigningCapacity, receiving_access
from apps.agreements.models import Signature
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied, Invalid, WrongState
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants import commands, queries
from apps.grants.access_state import access_state
from apps.grants.models import AccessGrant, DownloadStop, Suspension
from apps.grants.tasks import activate_request, issue_grants
from apps.people.commands.affiliations import snapshot_actor
from apps.people.queries import current_affiliation_of
from tests import stories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def opens(access: stories.Access, at: Any = None) -> bool:
    return queries.downloadable_by(access.holder, at).filter(pk=access.file.pk).exists()


# ---------------------------------------------------------------------------------------------------------- issuing
def test_everyone_who_signed_gets_a_grant_of_their_own_and_the_owner_none() -> None:
    friend = stories.person()
    access = stories.granted(members=[friend])
    assert set(AccessGrant.objects.values_list("holder_id", flat=True)) == {access.holder.pk, friend.pk}
    assert str(access.grant) == f"{access.holder.pk} may use {access.published_dataset.dataset.pk}"
    assert access.case.request.state == "active"
    assert Event.objects.filter(kind="grant.issued").count() == 2


def signed_by_a_witness() -> tuple[stories.AgreementSetup, Any]:
    """Signed by the applicant, and by somebody in a capacity that the portal does not know; not yet countersigned."""
    agreement_setup, witness = stories.signed(), stories.person()
    actor_snapshot = snapshot_actor(
        witness, sign_in=stories.fresh_sign_in(), affiliation=current_affiliation_of(witness), by=witness
    )
    Signature.objects.create(
        agreement=agreement_setup.agreement, signer=witness, capacity="witness", typed_name="W", auth_time=clock.now(),
        text_sha256=agreement_setup.agreement.sha256, issuer="https://idp.example", actor_snapshot=actor_snapshot,
    )  # fmt: skip
    return agreement_setup, witness


def holders_when_executed(agreement_setup: stories.AgreementSetup) -> set[Any]:
    stories.countersign(agreement_setup.agreement, agreement_setup.published_dataset.owner)
    stories.drain()
    return set(AccessGrant.objects.values_list("holder_id", flat=True))


def test_a_capacity_that_does_not_say_so_receives_no_access() -> None:
    agreement_setup, _witness = signed_by_a_witness()
    assert holders_when_executed(agreement_setup) == {agreement_setup.applicant.pk}


def test_control_a_capacity_in_the_list_receives_access(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same agreement, with the witness in the list: it is the list that decides, and nothing else."""
    monkeypatch.setitem(CAPACITIES, "witness", SigningCapacity(receives_access=True))
    agreement_setup, witness = signed_by_a_witness()
    assert holders_when_executed(agreement_setup) == {agreement_setup.applicant.pk, witness.pk}


def test_every_capacity_of_a_signature_says_whether_it_receives_access() -> None:
    assert set(Signature.Capacity.values) == set(CAPACITIES)
    assert set(receiving_access()) == {"applicant", "member"}


def test_issuing_twice_issues_nothing_twice() -> None:
    """R2."""
    access = stories.granted()
    event = Event.objects.get(kind="agreement.executed")
    issue_grants(event)
    assert commands.issue(access.agreement_setup.agreement.pk, by=SYSTEM) == []
    assert AccessGrant.objects.count() == Event.objects.filter(kind="grant.issued").count() == 1


def test_a_member_who_signs_late_gets_their_grant_when_they_sign() -> None:
    late = stories.person()
    agreement_setup = stories.offered(members=[late])
    stories.sign(agreement_setup.agreement, agreement_setup.applicant)
    stories.countersign(agreement_setup.agreement, agreement_setup.owner)
    stories.drain()
    assert not AccessGrant.objects.filter(holder=late).exists()
    stories.sign(agreement_setup.agreement, late)
    stories.drain()
    grant = AccessGrant.objects.get(holder=late)
    first = AccessGrant.objects.get(holder=agreement_setup.applicant)
    assert grant.ends_at <= first.ends_at
    assert queries.downloadable_by(late).get() == agreement_setup.published_dataset.file


@pytest.mark.parametrize("stage", ["offered", "signed"])
def test_no_grant_without_an_executed_agreement(stage: str) -> None:
    """T83."""
    agreement_setup = getattr(stories, stage)()
    assert commands.issue(agreement_setup.agreement.pk, by=SYSTEM) == []
    assert not queries.downloadable_by(agreement_setup.applicant).exists()
    for consequence in (issue_grants, activate_request):
        consequence(Event(kind="agreement.signed"))


def test_a_grant_ends_with_the_last_day_agreed() -> None:
    access = stories.granted(days=30)
    last = access.agreement_setup.agreement.ends_on
    assert access.grant.ends_at == datetime(last.year, last.month, last.day, tzinfo=UTC) + DAY
    assert access.grant.starts_at <= clock.now()


def test_case_2_what_is_signed_is_what_is_given_to_the_day() -> None:
    """Case 2: snapshot, clause of the agreement and grant say the same last day; nothing is cut after the signature.

    The owner allows less after the request was submitted: what was decided and signed counts.
    """
    published_dataset = stories.published_dataset()
    datasets.describe(published_dataset.dataset, by=published_dataset.owner, longest_grant_days=31)
    setup = stories.signed(published_dataset=published_dataset, days=30)
    datasets.describe(published_dataset.dataset, by=published_dataset.owner, longest_grant_days=7)
    grant = stories.granted(stories.executed(setup)).grant
    last = clock.today() + 30 * DAY
    snapshot = setup.case.request.rounds.get().snapshot
    assert grant.last_day == setup.agreement.ends_on == last
    assert snapshot["ends_on"] == last.isoformat()
    assert last.isoformat() in setup.agreement.text
    assert access_state(setup.applicant, published_dataset.dataset).last_day == last


def test_an_agreement_whose_days_are_over_issues_nothing() -> None:
    agreement_setup = stories.executed(days=10)
    with clock.freeze(clock.now() + 20 * DAY):
        assert commands.issue(agreement_setup.agreement.pk, by=SYSTEM) == []
    assert not AccessGrant.objects.exists()


def test_a_request_with_something_still_open_becomes_active_later() -> None:
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=first)
    only_first = stories.Case(case.request, case.applicant, [first])
    stories.granted(stories.executed(stories.signed(stories.offered(only_first))))
    assert case.reload().request.state == "in_review"
    for voter in second.committee_setup.everyone[:2]:
        stories.vote(case, voter, "deny", published_dataset=second)
    stories.drain()
    assert case.reload().request.state == "active"


def test_a_request_without_a_grant_does_not_become_active() -> None:
    case = stories.decided()
    commands.activate_request(case.request.pk, by=SYSTEM)
    assert case.reload().request.state == "decided"


# --------------------------------------------------------------------------------------------------------- revoking
def test_a_revoked_grant_opens_nothing_at_once() -> None:
    """T14."""
    access = stories.granted()
    assert opens(access)
    commands.revoke(access.grant, reason=" A breach. ", by=access.owner)
    assert not opens(access)
    access.grant.refresh_from_db()
    assert (access.grant.revoked_by, access.grant.revoked_because) == (access.owner, "A breach.")
    with pytest.raises(WrongState, match="already revoked"):
        commands.revoke(access.grant, reason="Again.", by=access.owner)


def test_who_may_end_a_grant() -> None:
    """T10: those who manage the dataset, and the holder; nobody else, and nobody who is deactivated."""
    access = stories.granted()
    outsiders = [
        access.case.committee_setup.chair,
        stories.person(),
        stories.operator(),
        stories.published_dataset().owner,
    ]
    for by in outsiders:
        with pytest.raises(Denied, match="the user with this access can revoke"):
            commands.revoke(access.grant, reason="No.", by=by)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "reason"):
        commands.revoke(access.grant, reason="  ", by=access.owner)
    gone = access.holder
    gone.is_active = False
    with pytest.raises(Denied):
        commands.revoke(access.grant, reason="Mine.", by=gone)
    gone.is_active = True
    commands.revoke(access.grant, reason="I have finished.", by=gone)
    assert not opens(access)


@pytest.mark.parametrize("broken", [{"revoked_by": None}, {"revoked_because": ""}, {"revoked_at": None}])
def test_the_database_keeps_a_revocation_whole(broken: dict[str, object]) -> None:
    access = stories.granted()
    commands.revoke(access.grant, reason="A breach.", by=access.owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessGrant.objects.filter(pk=access.grant.pk).update(**broken)


def test_the_end_of_an_agreement_ends_its_grants() -> None:
    """T16, L31."""
    access = stories.granted()
    agreements.terminate(access.agreement_setup.agreement, reason="A breach.", by=access.owner)
    assert not opens(access)


# -------------------------------------------------------------------------------------------------------- suspending
def test_a_pause_closes_and_its_end_opens_again() -> None:
    access = stories.granted()
    with pytest.raises(WrongState, match="is not suspended"):
        commands.resume(access.grant, by=access.owner)
    pause = commands.suspend(access.grant, reason="A question.", by=access.owner)
    assert str(pause) == f"pause of {access.grant.pk}"
    assert not opens(access)
    with pytest.raises(WrongState, match="already suspended"):
        commands.suspend(access.grant, reason="Twice.", by=access.owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.create(grant=access.grant, by=access.owner, reason="Twice.")
    commands.resume(access.grant, by=access.owner)
    assert opens(access)
    kinds = Event.objects.filter(subject_id=access.grant.pk).values_list("kind", flat=True)
    assert list(kinds) == ["grant.issued", "grant.suspended", "grant.resumed"]


def test_what_is_revoked_or_over_is_neither_paused_nor_begun_again() -> None:
    """An old window still shows the buttons; nobody is notified of a pause or of access that is active again."""
    over, ended = stories.granted(), stories.granted()
    commands.suspend(over.grant, reason="A question", by=over.agreement_setup.owner)
    commands.suspend(ended.grant, reason="A question", by=ended.agreement_setup.owner)
    commands.revoke(ended.grant, reason="Answered badly", by=ended.agreement_setup.owner)
    for deed in (commands.resume, partial(commands.suspend, reason="Again")):
        with pytest.raises(WrongState, match="already revoked"):
            deed(ended.grant, by=ended.agreement_setup.owner)
    with clock.freeze(over.grant.ends_at):
        for deed in (commands.resume, partial(commands.suspend, reason="Again")):
            with pytest.raises(WrongState, match="already ended"):
                deed(over.grant, by=over.agreement_setup.owner)


def test_the_holder_neither_pauses_nor_resumes() -> None:
    access, steward = stories.granted(), stories.person()
    datasets.give_role(access.published_dataset.dataset, person=steward, role=Dataset.STEWARD, by=access.owner)
    for by in (access.holder, stories.person(), access.case.committee_setup.chair):
        with pytest.raises(Denied):
            commands.suspend(access.grant, reason="No.", by=by)
        with pytest.raises(Denied):
            commands.resume(access.grant, by=by)
    with pytest.raises(Invalid):
        commands.suspend(access.grant, reason=" ", by=steward)
    commands.suspend(access.grant, reason="A question.", by=steward)
    datasets.give_role(access.published_dataset.dataset, person=access.holder, role=Dataset.STEWARD, by=access.owner)
    with pytest.raises(Denied, match="your own access"):
        commands.resume(access.grant, by=access.holder)


# ---------------------------------------------------------------------------------------------------------- freezing
def test_one_operator_stops_everything_and_two_start_it_again() -> None:
    """R21."""
    access, first, second = stories.granted(), stories.operator(), stories.operator()
    with pytest.raises(Denied, match="Only an operator"):
        commands.stop_downloads("An incident.", by=access.owner)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "reason"):
        commands.stop_downloads(" ", by=first)
    stop = commands.stop_downloads("An incident.", by=first)
    with pytest.raises(WrongState):
        commands.stop_downloads("Another.", by=second)
    assert stop == queries.current_download_stop()
    assert str(stop).startswith("freeze from ")
    assert not opens(access)
    with pytest.raises(WrongState, match="Nobody has proposed"):
        commands.resume_downloads(stop, by=second)
    commands.propose_resume(stop, by=first)
    with pytest.raises(Denied, match="A second person"):
        commands.resume_downloads(stop, by=first)
    with pytest.raises(Denied, match="Only an operator"):
        commands.resume_downloads(stop, by=access.owner)
    commands.resume_downloads(stop, by=second)
    assert opens(access)
    assert queries.current_download_stop() is None


def test_downloads_are_resumed_once() -> None:
    first, second = stories.operator(), stories.operator()
    stop = commands.stop_downloads("An incident.", by=first)
    commands.propose_resume(stop, by=first)
    commands.resume_downloads(stop, by=second)
    for again in (lambda: commands.resume_downloads(stop, by=second), lambda: commands.propose_resume(stop, by=first)):
        with pytest.raises(WrongState, match="already resumed"):
            again()
    assert Event.objects.filter(kind__in=["downloads.resumed", "downloads.resume_proposed"]).count() == 2


def test_a_proposal_sent_again_is_one_event_and_another_operator_is_sent_to_confirm() -> None:
    """Case 8."""
    first, second = stories.operator(), stories.operator()
    stop = commands.stop_downloads("An incident.", by=first)
    for _again in range(3):
        commands.propose_resume(stop, by=first)
    with pytest.raises(WrongState):
        commands.propose_resume(stop, by=second)
    stop.refresh_from_db()
    assert stop.resume_proposed_by == first
    assert Event.objects.filter(kind="downloads.resume_proposed").count() == 1


def test_the_database_holds_one_stop_at_a_time() -> None:
    """Case 8: also for rows that no command wrote; an ended stop does not count."""
    first, second = stories.operator(), stories.operator()
    stop = commands.stop_downloads("An incident.", by=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        DownloadStop.objects.create(started_by=second, reason="Another.")
    commands.propose_resume(stop, by=first)
    commands.resume_downloads(stop, by=second)
    assert commands.stop_downloads("A second incident.", by=second).ends_at is None


def test_a_stop_that_the_database_refuses_is_not_taken_for_the_stop_of_another() -> None:
    """Nobody has stopped the downloads: the command fails, and leaves neither a stop nor an event."""
    with pytest.raises(IntegrityError, match="download_stop_text_is_seen"), transaction.atomic():
        commands.stop_downloads("An \u202eincident.", by=stories.operator())
    assert not DownloadStop.objects.exists()
    assert not Event.objects.filter(kind="downloads.stopped").exists()


def test_the_database_asks_for_two_people_too() -> None:
    stop = commands.stop_downloads("An incident.", by=(boss := stories.operator()))
    with pytest.raises(IntegrityError), transaction.atomic():
        DownloadStop.objects.filter(pk=stop.pk).update(ends_at=clock.now(), ended_by=boss, resume_proposed_by=boss)


# --------------------------------------------------------------------------------------------------------- the sets
def test_a_grant_is_seen_by_its_holder_and_those_who_manage_the_dataset() -> None:
    access = stories.granted()
    for by, seen in (
        (access.holder, True),
        (access.owner, True),
        (access.case.committee_setup.chair, False),
        (stories.person(), False),
    ):
        assert queries.visible_to(by).filter(pk=access.grant.pk).exists() is seen
    grant: Any = queries.grants_of(access.holder).get()
    assert grant.grant_is_active
    used: Any = queries.on_datasets_managed_by(access.owner).get()
    assert used == access.grant
    assert not queries.grants_of(access.owner).exists()
    assert not queries.on_datasets_managed_by(access.holder).exists()
    commands.revoke(access.grant, reason="A breach.", by=access.owner)
    grant = queries.grants_of(access.holder).get()
    assert not grant.grant_is_active
    assert not queries.grant_is_active(access.grant.pk)
