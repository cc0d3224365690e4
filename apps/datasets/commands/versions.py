"""Commands on versions of a dataset: start, discard, publish, release after an embargo, withdraw."""

from datetime import datetime

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.datasets import rules
from apps.datasets.commands.files import _copy_files, _drop_files
from apps.datasets.commands.locks import _lock
from apps.datasets.models import Dataset, Version
from apps.datasets.queries import embargo_ended
from apps.datasets.states import VersionState
from apps.people.rules import check_named, check_person


@transaction.atomic
def start_version(dataset: Dataset, *, by: Actor, notes: str = "") -> Version:
    """Create a draft after the newest version; returns the existing draft if there is one.

    It starts with the files of the newest version that is not withdrawn. No bytes are copied: the new rows name the
    same stored files.
    """
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_can_manage(by, dataset)
    existing = Version.objects.filter(dataset=dataset, state=VersionState.DRAFT).first()
    if existing is not None:
        return existing
    versions = Version.objects.filter(dataset=dataset).order_by("-number")
    newest, source = versions.first(), versions.exclude(state=VersionState.WITHDRAWN).first()
    version = Version.objects.create(dataset=dataset, number=newest.number + 1 if newest else 1, notes=notes)
    copied = _copy_files(source, version) if source is not None else 0
    record(Kind.VERSION_DRAFTED, actor=by, subject=version, about=[dataset], number=version.number, files=copied)
    return version


@transaction.atomic
def discard_version(version: Version, *, by: Actor) -> None:
    """Delete a draft version with its files. Published versions are never deleted."""
    by = check_person(by)
    dataset = _lock(version.dataset)
    version = Version.objects.select_for_update().get(pk=version.pk)
    rules.check_can_manage(by, dataset)
    rules.check_draft(version)
    _drop_files(version)
    record(Kind.VERSION_DISCARDED, actor=by, subject=version, about=[dataset], number=version.number)
    version.delete()


@transaction.atomic
def publish(version: Version, *, by: Actor, embargo_until: datetime | None = None) -> Version:
    """Publish the version; it cannot be changed afterwards and becomes visible when its embargo, if any, ends.

    Earlier versions are superseded now, or when the embargo ends (`release_versions`).
    """
    by = check_person(by)
    dataset = _lock(version.dataset)
    version = Version.objects.select_related("dataset").get(pk=version.pk)
    rules.check_can_publish(by, version)
    rules.check_embargo(version, embargo_until)
    now = clock.now()
    if embargo_until is None:
        _supersede_before(version)
    version.move("publish", published_at=now, embargo_until=embargo_until)
    visible_from = embargo_until or now
    if dataset.listed_from is None or dataset.listed_from > visible_from:
        dataset.listed_from = visible_from
        dataset.save(update_fields=["listed_from"])
    record(Kind.VERSION_PUBLISHED, actor=by, subject=version, about=[dataset], number=version.number)
    return version


@transaction.atomic
def release_versions(*, by: Actor) -> int:
    """Supersede what is earlier than each version whose embargo has ended; returns how many versions were released.

    Who can download does not depend on this: the access rule compares the embargo with the database clock.
    """
    check_named(by, SYSTEM)
    return sum(_release(version, by) for version in embargo_ended().select_related("dataset"))


def _release(version: Version, by: Actor) -> bool:
    """Release one version, unless another worker was first; returns whether it was released now."""
    dataset = _lock(version.dataset)
    version = Version.objects.get(pk=version.pk)
    if version.released_at is not None or version.state != VersionState.PUBLISHED:
        return False
    _supersede_before(version)
    version.released_at = clock.now()
    version.save(update_fields=["released_at"])
    record(Kind.VERSION_RELEASED, actor=by, subject=version, about=[dataset], number=version.number)
    return True


def _supersede_before(version: Version) -> None:
    earlier = Version.objects.filter(dataset=version.dataset_id, number__lt=version.number)
    for each in earlier.filter(state=VersionState.PUBLISHED):
        each.move("supersede")


@transaction.atomic
def withdraw(version: Version, *, by: Actor, reason: str) -> None:
    """Withdraw the version. Its files cannot be downloaded any more; its page shows the reason."""
    by = check_person(by)
    dataset = _lock(version.dataset)
    version = Version.objects.select_for_update().get(pk=version.pk)
    rules.check_is_owner(by, dataset)
    rules.check_withdrawal_reason(reason)
    version.move("withdraw", withdrawn_at=clock.now(), withdrawn_because=reason.strip())
    record(Kind.VERSION_WITHDRAWN, actor=by, subject=version, about=[dataset], number=version.number)
