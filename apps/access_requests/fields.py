"""The fields of an access request, each once: what it is called, what it asks for, and who reads it.

The form, the draft, the rule for submitting, the frozen round, the comparison of rounds, the pages, the API and the
demo's seed read this table. To add a field: one row here and its column in the model (a field of another kind also
needs its widget in the form and its value in the snapshot).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class Kind(StrEnum):
    """What a value is, and where it is kept: lines, texts, days and answers are columns of the request."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    ANSWERS = "answers"
    PEOPLE = "people"
    DATASETS = "datasets"


COLUMNS = (Kind.LINE, Kind.TEXT, Kind.DAY, Kind.ANSWERS)
ENTRY_LENGTH = 256  # characters that name one colleague


@dataclass(frozen=True)
class RequestField:
    """One row. `most` and `least` count characters of a text and entries of a list; `lines` is the height of its box.

    `missing` is the sentence for a request that is submitted without it; a field without one may stay empty.
    `in_snapshot` fields are frozen for the committee in every round;
    `shown_to_committee` fields are on the page of the case. `personal` ones are erased with their person.
    """

    name: str
    kind: Kind
    group: str
    label: Any
    question: Any
    help: Any = ""
    missing: Any = ""
    least: int = 1
    most: int = 0
    lines: int = 1
    personal: bool = False
    in_snapshot: bool = True
    shown_to_committee: bool = True

    @property
    def required(self) -> bool:
        """Whether a request is submitted with it only."""
        return bool(self.missing)


TITLE = RequestField(
    "title", Kind.LINE, "project", most=200, personal=True,
    label=_("Project title"),
    question=_("Project title"),
    help=_("One line that a colleague understands, for example “Survival after breast cancer”."),
    missing=_("Enter a project title."),
)  # fmt: skip
PURPOSE = RequestField(
    "purpose", Kind.TEXT, "project", least=40, most=20_000, lines=9, personal=True,
    label=_("Purpose"),
    question=_("What will you use the data for?"),
    help=_("The committee decides based on this. Describe your research question, your method and "
           "why you need these data."),
    missing=ngettext_lazy(
        "Describe your purpose in at least %(n)s character.",
        "Describe your purpose in at least %(n)s characters.",
        "n",
    ),
)  # fmt: skip
PUBLIC_SUMMARY = RequestField(
    "public_summary", Kind.TEXT, "project", most=2_000, lines=4, personal=True,
    label=_("Public summary"),
    question=_("Public summary"),
    help=_("Use plain language, for the people the data are about."),
    missing=_("Describe your project for the public in plain language."),
)  # fmt: skip
RESEARCH_PURPOSE = RequestField(
    "research_purpose", Kind.ANSWERS, "research",
    label=_("Research purpose"),
    question=_("Research purpose"),
)  # fmt: skip
STARTS_ON = RequestField(
    "starts_on", Kind.DAY, "when",
    label=_("From"),
    question=_("From"),
    missing=_("Enter the start date."),
)  # fmt: skip
ENDS_ON = RequestField(
    "ends_on", Kind.DAY, "when",
    label=_("Until"),
    question=_("Until"),
    missing=_("Enter the end date."),
)  # fmt: skip
MEMBERS = RequestField(
    "members", Kind.PEOPLE, "who", most=100, lines=2,
    label=_("Project members"),
    question=_("Colleagues who will also use the data"),
    help=_(
        "Enter one colleague per line: the e-mail address that their institution verified, their ORCID iD, or the "
        "colleague code from their Account page. You can enter the name of a person at your institution. Each "
        "colleague must have signed in once, and must sign the agreement. Names are checked when you save or submit."
    ),
)  # fmt: skip
DATASETS = RequestField(
    "datasets", Kind.DATASETS, "data", most=50,
    label=_("Datasets"),
    question=_("Datasets in this request"),
    help=_("To remove a dataset from the request, clear its checkbox."),
    missing=_("Choose at least one dataset."),
)  # fmt: skip

FIELDS: tuple[RequestField, ...] = (
    TITLE, PURPOSE, PUBLIC_SUMMARY, RESEARCH_PURPOSE, STARTS_ON, ENDS_ON, MEMBERS, DATASETS,
)  # fmt: skip


def of_kind(*kinds: Kind) -> list[RequestField]:
    """The fields of these kinds, in the order of the form."""
    return [field for field in FIELDS if field.kind in kinds]


def stored() -> list[str]:
    """The names of the fields that are columns of the request: what an applicant writes and a draft keeps."""
    return [field.name for field in of_kind(*COLUMNS)]


def personal() -> tuple[str, ...]:
    """The names of the fields that may say something about a person."""
    return tuple(field.name for field in FIELDS if field.personal)
