"""What publishing asks for, and of whom."""

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
from apps.people.models import Person
from apps.people.rules import check_not_break_glass

DESCRIBED = (
    "title", "summary", "description", "keywords", "licence", "attribution",
    "access", "conditions", "committee", "longest_grant_days", "requires_second_factor",
)  # fmt: skip
LONGEST_NAME = 255  # bytes in UTF-8: more than that no file system takes, and no line of a link page could save it


def check_can_manage(by: Person, dataset: Dataset) -> None:
    check_not_break_glass(by)
    if not by.is_active or not queries.is_manager(by, dataset):
        raise Denied(_("Only the dataset owner or a data steward can do this."))


def check_is_owner(by: Person, dataset: Dataset) -> None:
    check_not_break_glass(by)
    if not by.is_active or not queries.is_owner(by, dataset):
        raise Denied(_("Only a dataset owner can do this."))


def check_can_draft(by: Person) -> None:
    check_not_break_glass(by)
    if not by.is_active or by.institution_id is None:
        raise Denied(_("To create a dataset, you must belong to an institution. Yours is not known yet."))


def check_description(dataset: Dataset, changes: dict[str, Any]) -> None:
    """Known use conditions only; once something was published the access level stands, and somebody decides."""
    unknown = sorted({use.code for use in changes.get("conditions", [])} - set(TERMS))
    if unknown:
        raise Invalid(_("Unknown use condition: %(code)s") % {"code": unknown[0]}, field="conditions")
    was = Dataset.objects.filter(pk=dataset.pk, listed_from__isnull=False).values_list("access", flat=True).first()
    if was is not None and changes.get("access", was) != was:
        raise Invalid(
            _("The access level of a published dataset cannot be changed. Publish a new dataset instead."),
            field="access",
        )
    if was == Dataset.Access.CONTROLLED and changes.get("committee", dataset.committee) is None:
        raise Invalid(_("Choose the committee that decides on access."), field="committee")
    said = {"access": dataset.access, "requires_second_factor": dataset.requires_second_factor} | changes
    if said["requires_second_factor"] and said["access"] == Dataset.Access.OPEN:
        raise Invalid(
            _("Open access data can be downloaded without signing in, so a second factor cannot be required."),
            field="requires_second_factor",
        )


def seal_of(dataset: Dataset) -> str:
    """A short mark of everything that is said about the dataset now (SHA-256, hex, shortened)."""
    said = [str(value) for value in description_of(dataset).values()]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def description_of(dataset: Dataset) -> dict[str, Any]:
    """Everything that is said about the dataset now: the use conditions as codes with values, the committee by id."""
    columns = {name: "committee_id" if name == "committee" else name for name in DESCRIBED}
    return {
        name: queries.uses_of(dataset) if name == "conditions" else getattr(dataset, column)
        for name, column in columns.items()
    }


def check_seen(dataset: Dataset, seen: str) -> None:
    """Two people, one description: what one of them opened earlier never overwrites what the other saved since."""
    if seen and seen != seal_of(dataset):
        raise WrongState(
            _("This description was changed after you opened it, by a colleague or in another "
              "window. Copy your text and reload the page.")
        )  # fmt: skip


def check_file_name(name: str) -> str:
    """The name as it will be kept (Unicode NFC, no space around it), or a sentence on what is wrong with it.

    Hidden are also the characters that turn the direction of text: they can make "fdp.exe" read as "exe.pdf".
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
            _("The file name is too long. Use at most 255 letters a–z, or fewer in other alphabets."), field="file"
        )
    return name


def check_size(size: int, declared: int | None) -> None:
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
    """Ready to be published: described, at least one file, every file checked, somebody to decide."""
    dataset = version.dataset
    check_can_manage(by, dataset)
    version.check_can("publish")
    missing = missing_for_publication(version)
    if missing:
        raise Invalid(missing[0])


def missing_for_publication(version: Version) -> list[str]:
    """What still stands between a draft and its publication, as sentences."""
    dataset, files = version.dataset, version.distributions
    says: list[str] = []
    if is_blank(dataset.summary) or is_blank(dataset.description):
        says.append(_("Add a summary and a description of the dataset."))
    if not files.exists():
        says.append(_("Upload at least one file."))
    elif files.filter(sha256="").exists():
        says.append(_("Some files are still being checked. Wait until they have a checksum."))
    if dataset.access == Dataset.Access.CONTROLLED:
        if dataset.committee_id is None:
            says.append(_("Choose the committee that decides on access."))
        elif not CommitteeMember.objects.appointed().filter(committee_id=dataset.committee_id).exists():
            says.append(
                _("The chosen committee has no members yet. Choose another committee or wait until members are added.")
            )
    return says


def check_embargo(until: datetime | None) -> None:
    if until is not None and until <= clock.now():
        raise Invalid(_("The embargo must end in the future."), field="embargo_until")


def check_says_why(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Give the reason in one sentence. It is shown on the dataset page."), field="reason")
