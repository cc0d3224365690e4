"""Messages about versions of a dataset."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.datasets.models import Dataset, Version
from apps.datasets.queries import owners_of, stewards_of
from apps.grants.models import AccessGrant
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of
from apps.people.models import Person, PlatformRole
from apps.people.queries import officials_of, people_with_platform_role


def _version_published(event: Event) -> Notes:
    """Holders hear of it when its files may leave; under an embargo only those who manage the dataset do."""
    version, facts, path = _version(event)
    if Version.objects.available().filter(pk=version.pk).exists():
        for holder in _holders(version.dataset):
            yield Note(holder, "version_published.holder", path, facts)
    actor = actor_of(event)
    for manager in (*owners_of(version.dataset), *stewards_of(version.dataset)):
        yield Note(manager, "version_published.manager", path, facts | {"actor": actor})


def _version_withdrawn(event: Event) -> Notes:
    version, facts, path = _version(event)
    for holder in _holders(version.dataset):
        yield Note(holder, "version_withdrawn.holder", path, facts, version.withdrawn_because)


def _owner_missing(event: Event) -> Notes:
    """The officials of the dataset's institution; the operators where there is none."""
    dataset = Dataset.objects.get(pk=subject_of(event))
    path = reverse("dataset_owner", args=[dataset.slug])
    officials = officials_of([dataset.institution_id] if dataset.institution_id else [])
    for person in [one for each in officials.values() for one in each] or _operators():
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
                    "revoke access or publish versions until the dataset has an owner. Name one on this page."
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
