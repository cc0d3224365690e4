"""Messages about datasets: their versions, and the committees they are proposed to."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.queries import memberships_of
from apps.datasets.models import CommitteeProposal, Dataset, Version
from apps.datasets.queries import owners_of, stewards_of, who_names_owner
from apps.grants.models import AccessGrant
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of
from apps.people.models import Person, PlatformRole
from apps.people.queries import people_with_platform_role


def _version_published(event: Event) -> Notes:
    """Holders hear of it when its files may leave; under an embargo only those who manage the dataset do."""
    version, facts, path = _version(event)
    if Version.objects.available().filter(pk=version.pk).exists():
        for holder in _holders(version.dataset):
            yield Note(holder, "version_published.holder", path, facts)
    actor = actor_of(event)
    for manager in (*owners_of(version.dataset), *stewards_of(version.dataset)):
        yield Note(manager, "version_published.manager", path, facts | {"actor": actor})


def _version_released(event: Event) -> Notes:
    """Holders are notified when the embargo has ended."""
    version, facts, path = _version(event)
    for holder in _holders(version.dataset):
        yield Note(holder, "version_released.holder", path, facts)


def _proposed(event: Event) -> Notes:
    """The chair answers for the committee; the operators where there is no chair."""
    for proposal, facts in _proposal(event):
        path = reverse("dataset_proposal", args=[proposal.pk])
        for person in _who_answers(proposal):
            yield Note(person, "dataset_proposed.committee", path, facts)


def _proposal_withdrawn(event: Event) -> Notes:
    for proposal, facts in _proposal(event):
        path = reverse("dataset_proposal", args=[proposal.pk])
        for person in _who_answers(proposal):
            yield Note(person, "dataset_proposal_withdrawn.committee", path, facts)


def _who_answers(proposal: CommitteeProposal) -> list[Person]:
    members = memberships_of(proposal.committee).filter(is_chair=True)
    chairs = [membership.person for membership in members]
    return chairs or list(people_with_platform_role(PlatformRole.Kind.OPERATOR))


def _accepted(event: Event) -> Notes:
    yield from _answered(event, "dataset_accepted.manager")


def _declined(event: Event) -> Notes:
    yield from _answered(event, "dataset_declined.manager")


def _answered(event: Event, notification: str) -> Notes:
    for proposal, facts in _proposal(event):
        path = reverse("managed_dataset", args=[proposal.dataset.slug])
        for manager in (*owners_of(proposal.dataset), *stewards_of(proposal.dataset)):
            yield Note(manager, notification, path, facts, proposal.reason)


def _proposal(event: Event) -> Iterable[tuple[CommitteeProposal, dict[str, Any]]]:
    """The proposal with what fills its messages; nothing if the dataset was discarded meanwhile."""
    for proposal in CommitteeProposal.objects.filter(pk=subject_of(event)).select_related("dataset", "committee"):
        facts = {"dataset": proposal.dataset.title, "committee": proposal.committee.name}
        yield proposal, facts | {"actor": actor_of(event)}


def _version_withdrawn(event: Event) -> Notes:
    version, facts, path = _version(event)
    for holder in _holders(version.dataset):
        yield Note(holder, "version_withdrawn.holder", path, facts, version.withdrawn_because)


def _owner_missing(event: Event) -> Notes:
    dataset = Dataset.objects.get(pk=subject_of(event))
    path = reverse("dataset_owner", args=[dataset.slug])
    for person in who_names_owner(dataset):
        yield Note(person, "owner_missing.chooser", path, {"dataset": dataset.title})


def _operators() -> Iterable[Person]:
    return people_with_platform_role(PlatformRole.Kind.OPERATOR)


def _version(event: Event) -> tuple[Version, dict[str, Any], str]:
    version = Version.objects.select_related("dataset").get(pk=subject_of(event))
    facts = {"dataset": version.dataset.title, "number": version.number}
    return version, facts, reverse("dataset", args=[version.dataset.slug])


def _holders(dataset: Dataset) -> Iterable[Person]:
    """Everyone who has an active grant on the dataset."""
    return Person.objects.filter(pk__in=AccessGrant.objects.active().filter(dataset=dataset).values("holder_id"))


MESSAGES: Mapping[Kind, Message] = {
    Kind.OWNER_MISSING: Message(
        _owner_missing,
        {
            "owner_missing.chooser": (
                _("%(dataset)s has no owner"),
                _(
                    "The account of the last owner of “%(dataset)s” was closed. Nobody can countersign agreements, "
                    "revoke access or publish versions until the dataset has an owner. Appoint an owner on this "
                    "page."
                ),
            ),
        },
    ),
    Kind.VERSION_PUBLISHED: Message(
        _version_published,
        {
            "version_published.holder": (
                _("New version of %(dataset)s"),
                _(
                    "Version %(number)s of “%(dataset)s” has been published. Your access includes "
                    "it. You can download it now."
                ),
            ),
            "version_published.manager": (
                _("Version %(number)s of %(dataset)s is published"),
                _("%(actor)s published version %(number)s of “%(dataset)s”. Its files can no longer be changed."),
            ),
        },
    ),
    Kind.VERSION_RELEASED: Message(
        _version_released,
        {
            "version_released.holder": (
                _("New version of %(dataset)s"),
                _(
                    "The embargo of version %(number)s of “%(dataset)s” has ended. Your access includes it. You can "
                    "download it now."
                ),
            ),
        },
    ),
    Kind.DATASET_PROPOSED: Message(
        _proposed,
        {
            "dataset_proposed.committee": (
                _("Accept or decline %(dataset)s"),
                _(
                    "%(actor)s asks %(committee)s to decide on requests for “%(dataset)s”. The dataset cannot be "
                    "published with controlled access until the committee accepts it."
                ),
            ),
        },
    ),
    Kind.PROPOSAL_WITHDRAWN: Message(
        _proposal_withdrawn,
        {
            "dataset_proposal_withdrawn.committee": (
                _("%(dataset)s is no longer proposed to your committee"),
                _(
                    "%(actor)s no longer asks %(committee)s to decide on requests for “%(dataset)s”. You do not need "
                    "to do anything."
                ),
            ),
        },
    ),
    Kind.DATASET_ACCEPTED: Message(
        _accepted,
        {
            "dataset_accepted.manager": (
                _("%(committee)s accepted %(dataset)s"),
                _("%(committee)s now decides on requests for “%(dataset)s”."),
            ),
        },
    ),
    Kind.DATASET_DECLINED: Message(
        _declined,
        {
            "dataset_declined.manager": (
                _("%(committee)s declined %(dataset)s"),
                _("%(committee)s does not decide on requests for “%(dataset)s”. Choose another committee. Reason:"),
            ),
        },
    ),
    Kind.VERSION_WITHDRAWN: Message(
        _version_withdrawn,
        {
            "version_withdrawn.holder": (
                _("Version %(number)s of %(dataset)s was withdrawn"),
                _(
                    "A dataset owner withdrew version %(number)s of “%(dataset)s”. Its files can "
                    "no longer be downloaded. Stop using copies of them. Reason:"
                ),
            ),
        },
    ),
}
