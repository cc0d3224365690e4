"""A committee of another institution decides on access to a dataset only when it has accepted the dataset."""

from django.db import transaction

from apps.audit.record import Kind, record
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import Actor
from apps.datasets import rules
from apps.datasets.commands.locks import _lock
from apps.datasets.models import CommitteeProposal, Dataset
from apps.datasets.queries import open_proposal
from apps.people.models import Person
from apps.people.rules import check_person


def _choose_committee(dataset: Dataset, committee: Committee | None, by: Person) -> bool:
    """Let this committee decide on access, or propose the dataset to it if it belongs to another institution.

    The dataset is locked. A published dataset keeps its committee until the new one accepts. Returns whether the
    committee of the dataset changed.
    """
    if dataset.access != Dataset.Access.CONTROLLED:
        committee = None
    pending = open_proposal(dataset)
    if pending is not None and committee is not None and pending.committee_id == committee.pk:
        return False
    if pending is not None:
        _answer(pending, CommitteeProposal.Outcome.WITHDRAWN, by)
        record(Kind.PROPOSAL_WITHDRAWN, actor=by, subject=pending, about=[dataset, pending.committee_id])
    if committee is None or committee.pk == dataset.committee_id or not rules.needs_acceptance(dataset, committee):
        return _set_committee(dataset, committee)
    proposal = CommitteeProposal.objects.create(dataset=dataset, committee=committee, proposed_by=by)
    record(Kind.DATASET_PROPOSED, actor=by, subject=proposal, about=[dataset, committee])
    return dataset.listed_from is None and _set_committee(dataset, None)


def _set_committee(dataset: Dataset, committee: Committee | None) -> bool:
    """Store the committee; returns whether it changed."""
    if dataset.committee_id == (committee.pk if committee is not None else None):
        return False
    dataset.committee = committee
    dataset.save(update_fields=["committee"])
    return True


@transaction.atomic
def accept_dataset(proposal: CommitteeProposal, *, by: Actor) -> Dataset:
    """The committee accepts the dataset and decides on access to it from now on."""
    by = check_person(by)
    dataset, proposal = _locked(proposal)
    rules.check_can_answer_proposal(by, proposal)
    rules.check_proposal_open(proposal)
    _answer(proposal, CommitteeProposal.Outcome.ACCEPTED, by)
    dataset.committee = proposal.committee
    dataset.save(update_fields=["committee"])
    record(Kind.DATASET_ACCEPTED, actor=by, subject=proposal, about=[dataset, proposal.committee_id])
    return dataset


@transaction.atomic
def decline_dataset(proposal: CommitteeProposal, *, reason: str, by: Actor) -> None:
    """The committee declines the dataset, with a reason for those who manage it."""
    by = check_person(by)
    dataset, proposal = _locked(proposal)
    rules.check_can_answer_proposal(by, proposal)
    rules.check_proposal_open(proposal)
    rules.check_decline_reason(reason)
    _answer(proposal, CommitteeProposal.Outcome.DECLINED, by, reason=reason.strip())
    record(Kind.DATASET_DECLINED, actor=by, subject=proposal, about=[dataset, proposal.committee_id])


@transaction.atomic
def withdraw_proposal(proposal: CommitteeProposal, *, by: Actor) -> None:
    """Whoever manages the dataset no longer asks the committee."""
    by = check_person(by)
    dataset, proposal = _locked(proposal)
    rules.check_can_manage(by, dataset)
    rules.check_proposal_open(proposal)
    _answer(proposal, CommitteeProposal.Outcome.WITHDRAWN, by)
    record(Kind.PROPOSAL_WITHDRAWN, actor=by, subject=proposal, about=[dataset, proposal.committee_id])


def _locked(proposal: CommitteeProposal) -> tuple[Dataset, CommitteeProposal]:
    dataset = _lock(proposal.dataset)
    return dataset, CommitteeProposal.objects.select_related("committee").get(pk=proposal.pk)


def _answer(proposal: CommitteeProposal, outcome: str, by: Person, *, reason: str = "") -> None:
    proposal.outcome, proposal.answered_by, proposal.answered_at = outcome, by, clock.now()
    proposal.reason = reason
    proposal.save(update_fields=["outcome", "answered_by", "answered_at", "reason"])
