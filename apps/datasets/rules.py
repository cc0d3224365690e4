"""Who may describe, publish and withdraw datasets, and what their descriptions and files must meet."""

import hashlib
import json
import unicodedata
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import chaired_by
from apps.committees.rules import check_can_manage_committee
from apps.core import clock, roles
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.sizes import size_in_words
from apps.core.text import is_blank, is_hidden
from apps.datasets import conditions, queries
from apps.datasets.models import CommitteeProposal, Dataset, Version
from apps.datasets.states import VersionState
from apps.people.models import Person, PlatformRole
from apps.people.queries import accounts_of, has_platform_role, institutions_signed_for
from apps.people.rules import check_not_break_glass

DESCRIBED = (
    "title", "summary", "description", "keywords", "licence", "attribution", "contact_name", "contact_email",
    "access", "conditions", "committee", "longest_grant_days", "requires_second_factor",
)  # fmt: skip
LONGEST_NAME = 255  # bytes in UTF-8, the limit of common file systems
# What Windows does not allow in the name of a file: static/js/upload.js has the same lists.
FORBIDDEN_IN_NAMES = '/\\:*?"<>|'
RESERVED_NAMES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))]
)


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


def check_can_discard(by: Person, dataset: Dataset) -> None:
    """An owner, as long as no version was ever published."""
    check_is_owner(by, dataset)
    if Version.objects.filter(dataset=dataset, published_at__isnull=False).exists():
        raise WrongState(
            _(
                "A version of this dataset was published, so the dataset cannot be discarded. Withdraw "
                "the version instead."
            )
        )


def needs_acceptance(dataset: Dataset, committee: Committee) -> bool:
    """Whether the committee must accept the dataset first: unless both certainly belong to one institution."""
    return committee.institution_id is None or committee.institution_id != dataset.institution_id


def check_can_answer_proposal(by: Person, proposal: CommitteeProposal) -> None:
    """The chair of the committee; or, if it has none, an operator who does not manage the dataset."""
    check_can_manage_committee(by, proposal.committee)
    if chaired_by(by).filter(pk=proposal.committee_id).exists():
        return
    if not queries.proposals_visible_to(by).filter(pk=proposal.pk).exists():
        raise Denied(_("Only the chair of the committee can accept or decline this dataset."))
    if queries.is_manager(by, proposal.dataset):
        raise Denied(_("You manage this dataset, so you cannot accept it for a committee that has no chair."))


def check_proposal_open(proposal: CommitteeProposal) -> None:
    """The committee has not answered yet, and the proposal was not withdrawn."""
    if proposal.outcome != CommitteeProposal.Outcome.AWAITING:
        raise WrongState(_("This proposal is closed. Reload the page to see its outcome."))


def check_decline_reason(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Enter the reason in one sentence. The dataset owner can read it."), field="reason")


def check_can_lose_role(dataset: Dataset, person: Person, role: str) -> None:
    """A dataset keeps at least one active owner."""
    others = roles.people_with_role(dataset, Dataset.OWNER).filter(is_active=True).exclude(pk=person.pk)
    if role == Dataset.OWNER and not others.exists():
        raise Invalid(_("A dataset must have at least one owner. Add another owner first."))


def check_role_reason(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Enter the reason in one sentence. The person can read it."), field="reason")


def check_can_name_owner(by: Person, dataset: Dataset) -> None:
    """A signing official of the dataset's institution, or an operator, for a dataset that no active person owns."""
    check_not_break_glass(by)
    official = institutions_signed_for(by).filter(datasets=dataset).exists()
    if not by.is_active or not (official or has_platform_role(by, PlatformRole.Kind.OPERATOR)):
        raise Denied(
            _("Only a signing official of the institution or an operator can appoint an owner for this dataset.")
        )
    if queries.has_owner(dataset):
        raise WrongState(_("This dataset has an owner, who can add other owners."))


def check_can_become_owner(by: Person, person: Person) -> None:
    """Somebody else than whoever names them, active and of an institution."""
    check_not_break_glass(person)
    if accounts_of(by).filter(pk=person.pk).exists():
        raise Denied(_("You cannot appoint yourself. Enter another person."))
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
    """The use conditions have their values and do not contradict each other.

    A published dataset keeps its access level and, if controlled, has a committee.
    """
    if "conditions" in changes:
        faults = conditions.faults_of(changes["conditions"], known=queries.uses_of(dataset), today=clock.now().date())
        if faults:
            raise Invalid(next(iter(faults.values())), field="conditions")
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
    """The values of the DESCRIBED fields: use conditions as `conditions.Use`, the committee as its id.

    A committee that the dataset is proposed to comes before the one that decides now.
    """
    said = {name: getattr(dataset, name) for name in DESCRIBED if name not in {"conditions", "committee"}}
    proposal = queries.open_proposal(dataset)
    committee = proposal.committee_id if proposal is not None else dataset.committee_id
    return said | {"conditions": queries.uses_of(dataset), "committee": committee}


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
    if any(is_hidden(c) for c in name):
        raise Invalid(_("The file name contains hidden characters. Rename the file and try again."), field="file")
    for forbidden in FORBIDDEN_IN_NAMES:
        if forbidden in name:
            raise Invalid(
                _("The file name contains %(character)s, which some computers do not allow. Rename the file.")
                % {"character": forbidden},
                field="file",
            )
    if name.endswith("."):
        raise Invalid(
            _("The file name ends with a full stop, which some computers remove. Rename the file."), field="file"
        )
    if name.split(".", 1)[0].rstrip().upper() in RESERVED_NAMES:
        raise Invalid(
            _("Some computers reserve the file name %(name)s. Rename the file.") % {"name": name.split(".", 1)[0]},
            field="file",
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
        raise too_large()
    if declared is not None and declared != size:
        raise Invalid(
            _("The file should be %(declared)s bytes, but %(size)s bytes arrived. Upload it again.")
            % {"declared": declared, "size": size},
            field="file",
        )


def too_large() -> Invalid:
    """The refusal of a file that is larger than MAX_UPLOAD_BYTES; it says the limit."""
    limit = {"limit": size_in_words(settings.MAX_UPLOAD_BYTES)}
    return Invalid(_("The file is larger than %(limit)s, the limit for one file.") % limit, field="file")


def check_number_of_files(version: Version) -> None:
    """The draft has room for one more file."""
    most = settings.MAX_FILES_PER_VERSION
    if version.distributions.count() >= most:
        raise Invalid(
            _("A version can have at most %(most)s files. Pack several files into one archive.") % {"most": most},
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
        proposal = queries.open_proposal(dataset)
        if dataset.committee_id is None and proposal is not None:
            sentences.append(_("Wait until the committee accepts the dataset, or choose another committee."))
        elif dataset.committee_id is None:
            sentences.append(_("Choose the committee that decides on access."))
        elif not CommitteeMember.objects.appointed().filter(committee_id=dataset.committee_id).exists():
            sentences.append(
                _("The chosen committee has no members yet. Choose another committee or wait until members are added.")
            )
    return sentences


def check_embargo(version: Version, until: datetime | None) -> None:
    """The embargo ends in the future, and not before that of an earlier version whose files this one contains."""
    if until is not None and until <= clock.now():
        raise Invalid(_("The embargo must end in the future."), field="embargo_until")
    earlier = queries.embargoed_with_files_of(version)
    if earlier is not None and earlier.embargo_until is not None and (until is None or until < earlier.embargo_until):
        raise Invalid(
            _(
                "This version contains files of version %(number)s, which are under embargo until %(day)s. Remove "
                "these files, or enter an embargo that ends on that day or later."
            )
            % {"number": earlier.number, "day": date_format(timezone.localtime(earlier.embargo_until), "j F Y, H:i T")},
            field="embargo_until",
        )


def check_withdrawal_reason(reason: str) -> None:
    """A version is withdrawn with a reason, which its page shows."""
    if is_blank(reason):
        raise Invalid(_("Enter the reason in one sentence. It is shown on the dataset page."), field="reason")
