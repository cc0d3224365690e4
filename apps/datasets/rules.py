"""Who may describe, publish and withdraw datasets, and what their descriptions and files must meet."""

import hashlib
import json
import unicodedata
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.committees.models import CommitteeMember
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank, is_hidden
from apps.datasets import queries
from apps.datasets.conditions import TERMS
from apps.datasets.models import Dataset, Version
from apps.datasets.states import VersionState
from apps.people.models import Person, PlatformRole
from apps.people.queries import accounts_of, has_platform_role, institutions_signed_for
from apps.people.rules import check_not_break_glass

DESCRIBED = (
    "title", "summary", "description", "keywords", "licence", "attribution",
    "access", "conditions", "committee", "longest_grant_days", "requires_second_factor",
)  # fmt: skip
LONGEST_NAME = 255  # bytes in UTF-8, the limit of common file systems


def check_can_manage(by: Person, dataset: Dataset) -> None:
    """An active owner or steward of the dataset."""
    check_not_break_glass(by)
    if not by.is_active or not queries.is_manager(by, dataset):
        raise Denied(_("Only a dataset owner or a data steward can do this."))


def check_is_owner(by: Person, dataset: Dataset) -> None:
    """An active owner of the dataset."""
    check_not_break_glass(by)
    if not by.is_active or not queries.is_owner(by, dataset):
        raise Denied(_("Only a dataset owner can do this."))


def check_can_name_owner(by: Person, dataset: Dataset) -> None:
    """A signing official of the dataset's institution, or an operator, for a dataset that no active person owns."""
    check_not_break_glass(by)
    official = institutions_signed_for(by).filter(datasets=dataset).exists()
    if not by.is_active or not (official or has_platform_role(by, PlatformRole.Kind.OPERATOR)):
        raise Denied(_("Only a signing official of the institution or an operator can name an owner for this dataset."))
    if queries.has_owner(dataset):
        raise WrongState(_("This dataset has an owner, who can add other owners."))


def check_can_become_owner(by: Person, person: Person) -> None:
    """Somebody else than whoever names them, active and of an institution."""
    check_not_break_glass(person)
    if accounts_of(by).filter(pk=person.pk).exists():
        raise Denied(_("You cannot name yourself. Enter another person."))
    if not person.is_active or person.institution_id is None:
        raise Invalid(_("This person cannot own a dataset, because their institution is not known."), field="person")


def check_can_draft(by: Person) -> None:
    """An active person of an institution."""
    check_not_break_glass(by)
    if not by.is_active or by.institution_id is None:
        raise Denied(
            _("To create a dataset, you must belong to an institution. Gatehouse does not know your institution yet.")
        )


def check_description(dataset: Dataset, changes: dict[str, Any]) -> None:
    """The use conditions are known. A published dataset keeps its access level and, if controlled, has a committee."""
    unknown = sorted({use.code for use in changes.get("conditions", [])} - set(TERMS))
    if unknown:
        raise Invalid(_("Unknown use condition: %(code)s") % {"code": unknown[0]}, field="conditions")
    published = Dataset.objects.filter(pk=dataset.pk, listed_from__isnull=False)
    published_access = published.values_list("access", flat=True).first()
    if published_access is not None and changes.get("access", published_access) != published_access:
        raise Invalid(
            _("The access level of a published dataset cannot be changed. Publish a new dataset instead."),
            field="access",
        )
    if published_access == Dataset.Access.CONTROLLED and changes.get("committee", dataset.committee) is None:
        raise Invalid(_("Choose the committee that decides on access."), field="committee")
    new = {"access": dataset.access, "requires_second_factor": dataset.requires_second_factor} | changes
    if new["requires_second_factor"] and new["access"] == Dataset.Access.OPEN:
        raise Invalid(
            _("Open access data can be downloaded without signing in, so a second factor cannot be required."),
            field="requires_second_factor",
        )


def description_digest(dataset: Dataset) -> str:
    """A digest of the dataset's description: the first 32 hex digits of a SHA-256."""
    values = [str(value) for value in description_of(dataset).values()]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:32]


def description_of(dataset: Dataset) -> dict[str, Any]:
    """The values of the DESCRIBED fields: use conditions as `conditions.Use`, the committee as its id."""
    columns = {name: "committee_id" if name == "committee" else name for name in DESCRIBED}
    return {
        name: queries.uses_of(dataset) if name == "conditions" else getattr(dataset, column)
        for name, column in columns.items()
    }


def check_seen(dataset: Dataset, seen: str) -> None:
    """The description has not changed since the editor opened it; `seen` is its digest then, or empty to skip this."""
    if seen and seen != description_digest(dataset):
        raise WrongState(
            _("This description was changed after you opened it, by a colleague or in another "
              "window. Copy your text and reload the page.")
        )  # fmt: skip


def check_file_name(name: str) -> str:
    """The name as it will be stored (Unicode NFC, without surrounding spaces); Invalid if it cannot be.

    Characters that change the direction of text count as hidden: they can make "fdp.exe" look like "exe.pdf".
    """
    name = unicodedata.normalize("NFC", name).strip()
    if is_blank(name) or name in {".", ".."}:
        raise Invalid(_("The file has no name. Name the file and upload it again."), field="file")
    if any(c in "/\\" or is_hidden(c) for c in name):
        raise Invalid(
            _("The file name contains a path or hidden characters. Rename the file and try again."), field="file"
        )
    if len(name.encode()) > LONGEST_NAME:
        raise Invalid(
            _(
                "The file name is too long. Use at most 255 characters, or fewer if it contains "
                "characters other than a–z and digits."
            ),
            field="file",
        )
    return name


def check_size(size: int, declared: int | None) -> None:
    """The size in bytes is positive, within MAX_UPLOAD_BYTES, and the declared one if there is one."""
    if size <= 0:
        raise Invalid(_("The file is empty."), field="file")
    if size > settings.MAX_UPLOAD_BYTES:
        raise Invalid(_("The file is larger than the limit for one upload."), field="file")
    if declared is not None and declared != size:
        raise Invalid(
            _("The file should be %(declared)s bytes, but %(size)s bytes arrived. Upload it again.")
            % {"declared": declared, "size": size},
            field="file",
        )


def check_draft(version: Version) -> None:
    if version.state != VersionState.DRAFT:
        raise WrongState(_("The files of a published version cannot be changed. Create a new version to change them."))


def check_can_publish(by: Person, version: Version) -> None:
    """The person manages the dataset, the version is a draft, and the publishing checklist is done."""
    dataset = version.dataset
    check_can_manage(by, dataset)
    version.check_can("publish")
    missing = missing_for_publication(version)
    if missing:
        raise Invalid(missing[0])


def missing_for_publication(version: Version) -> list[str]:
    """What is left to do before the draft can be published, as sentences."""
    dataset, files = version.dataset, version.distributions
    sentences: list[str] = []
    if is_blank(dataset.summary) or is_blank(dataset.description):
        sentences.append(_("Add a summary and a description of the dataset."))
    if not files.exists():
        sentences.append(_("Upload at least one file."))
    elif files.filter(sha256="").exists():
        sentences.append(_("Some files are still being checked. Wait until they have a checksum."))
    if dataset.access == Dataset.Access.CONTROLLED:
        if dataset.committee_id is None:
            sentences.append(_("Choose the committee that decides on access."))
        elif not CommitteeMember.objects.appointed().filter(committee_id=dataset.committee_id).exists():
            sentences.append(
                _("The chosen committee has no members yet. Choose another committee or wait until members are added.")
            )
    return sentences


def check_embargo(until: datetime | None) -> None:
    if until is not None and until <= clock.now():
        raise Invalid(_("The embargo must end in the future."), field="embargo_until")


def check_withdrawal_reason(reason: str) -> None:
    """A version is withdrawn with a reason, which its page shows."""
    if is_blank(reason):
        raise Invalid(_("Give the reason in one sentence. It is shown on the dataset page."), field="reason")
