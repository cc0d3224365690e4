"""Commands on a dataset itself: create, describe, discard."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.audit.record import Kind, record
from apps.core import roles
from apps.core.actors import Actor
from apps.core.errors import Invalid, Unavailable
from apps.core.identifiers import new_id
from apps.core.text import is_blank
from apps.datasets import diseases, queries, rules
from apps.datasets.commands.files import _drop_files
from apps.datasets.commands.locks import _lock
from apps.datasets.commands.proposals import _choose_committee
from apps.datasets.conditions import Use, tidied
from apps.datasets.models import CommitteeProposal, Condition, Dataset, Removal, Version
from apps.people.models import Person
from apps.people.rules import check_person

RESERVED_SLUGS = {"new", "requests", "users"}  # /my-datasets/requests/ and the like are pages of the portal
SLUG_ATTEMPTS = 5


@transaction.atomic
def draft(title: str, *, by: Actor, slug: str = "") -> Dataset:
    """Create a dataset with an empty first version. The person who creates it becomes its owner."""
    by = check_person(by)
    rules.check_can_draft(by)
    if is_blank(title):
        raise Invalid(_("Enter a title for the dataset."), field="title")
    dataset = _create(title.strip(), slug or title, by)
    roles.assign(by, Dataset.OWNER, dataset)
    record(Kind.DATASET_DRAFTED, actor=by, subject=dataset)
    record(Kind.ROLE_GIVEN, actor=by, subject=dataset, about=[by], role=Dataset.OWNER)
    Version.objects.create(dataset=dataset, number=1)
    return dataset


def _create(title: str, wanted: str, owner: Person) -> Dataset:
    """Create the row; if somebody else takes the same short name in the same moment, try another one."""
    for _attempt in range(SLUG_ATTEMPTS):
        try:
            with transaction.atomic():
                return Dataset.objects.create(title=title, slug=_free_slug(wanted), institution_id=owner.institution_id)
        except IntegrityError:
            continue
    raise Unavailable(_("Several datasets with this title are being created now. Try again."))


def _free_slug(text: str) -> str:
    base = slugify(text)[:60] or "dataset"
    if base not in RESERVED_SLUGS and not Dataset.objects.filter(slug=base).exists():
        return base
    return f"{base}-{new_id().hex[-8:]}"


@transaction.atomic
def describe(dataset: Dataset, *, by: Actor, seen: str = "", **changes: Any) -> Dataset:
    """Change the description. Fields outside DESCRIBED are refused.

    `seen` is the digest of the description that the editor opened; empty skips that check. `conditions` is the complete
    list of use conditions, as `conditions.Use`. A `committee` of another institution is only proposed: it decides on
    access when it has accepted the dataset.
    """
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_can_manage(by, dataset)
    rules.check_seen(dataset, seen)
    unknown = set(changes) - set(rules.DESCRIBED)
    if unknown:
        raise Invalid(_("You cannot change these fields here: %(names)s") % {"names": ", ".join(sorted(unknown))})
    if "conditions" in changes:
        changes["conditions"] = [diseases.tidied(tidied(use)) for use in changes["conditions"]]
    rules.check_description(dataset, changes)
    changed = _set_columns(dataset, changes)
    if "conditions" in changes and _set_conditions(dataset, changes["conditions"]):
        changed.append("conditions")
    if "committee" in changes and _choose_committee(dataset, changes["committee"], by):
        changed.append("committee")
    if changed:
        record(Kind.DATASET_DESCRIBED, actor=by, subject=dataset, fields="+".join(sorted(changed)))
    return dataset


def _set_columns(dataset: Dataset, changes: dict[str, Any]) -> list[str]:
    """Store the changed columns; returns their names."""
    elsewhere = {"conditions", "committee"}
    changed = [name for name, value in changes.items() if name not in elsewhere and getattr(dataset, name) != value]
    for name in changed:
        setattr(dataset, name, changes[name])
    if changed:
        dataset.save(update_fields=changed)
    return changed


def _set_conditions(dataset: Dataset, uses: list[Use]) -> bool:
    """Replace the use conditions of the dataset; returns whether that changed anything."""
    wanted, current = set(uses), set(queries.uses_of(dataset))
    for removed in current - wanted:
        Condition.objects.filter(dataset=dataset, code=removed.code, value=removed.value).delete()
    added = [Condition(dataset=dataset, code=use.code, value=use.value) for use in wanted - current]
    Condition.objects.bulk_create(added)
    return wanted != current


@transaction.atomic
def discard(dataset: Dataset, *, by: Actor) -> None:
    """Delete a dataset of which no version was ever published, with its files, conditions and roles."""
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_can_discard(by, dataset)
    record(Kind.DATASET_DISCARDED, actor=by, subject=dataset)
    for version in Version.objects.filter(dataset=dataset):
        _drop_files(version)
        version.delete()
    Condition.objects.filter(dataset=dataset).delete()
    CommitteeProposal.objects.filter(dataset=dataset).delete()
    Removal.objects.filter(dataset=dataset).delete()
    dataset.delete()
