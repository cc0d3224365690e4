"""Committees, how they decide and how long it takes, and their forms."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.api.schemas.reviews import RulesOut


class DaysOut(Schema):
    amount: int
    unit: str = Field(description="`days`, `working_days`, `weeks` or `months`.")


class DeadlinesOut(Schema):
    review: DaysOut
    extension: DaysOut | None = Field(description="By how much a review can be extended once; null if it cannot.")
    fast_track: DaysOut | None
    answer: DaysOut | None = Field(description="How long an applicant has to answer questions; null without a limit.")
    calendar: str = Field(description="Of the holidays, such as `DK`; empty if none are left out.")
    time_zone: str
    closing_days: list[date]


class WaitOut(Schema):
    """From first submission to decision, of the last decisions of two years."""

    median_days: int
    ninetieth_percentile_days: int
    decisions: int


class CommitteeLine(Schema):
    slug: str
    name: str
    institution: str | None
    accepting: bool
    closed_because: str
    closed_until: date | None


class CommitteePage(Schema):
    items: list[CommitteeLine]
    next_cursor: str | None


class CommitteeOut(CommitteeLine):
    about: str
    contact: str
    rules: RulesOut = Field(description="How votes on what is submitted now are counted.")
    undo_minutes: int = Field(description="For how long a decision can be undone before it takes effect.")
    appeal_days: int
    appeal_text: str
    deadlines: DeadlinesOut
    expected_on: date | None = Field(
        description="The due date of a request that is submitted today; null if no date can be computed or the "
        "committee does not accept requests."
    )
    usual_time: WaitOut | None = Field(description="Null with fewer than 5 decisions in the last two years.")


class FormLine(Schema):
    version: UUID
    number: int
    committee: str
    name: str
    about: str
    sha256: str
    published_at: datetime
    withdrawn: bool = Field(description="Whether new requests are no longer asked with this form.")
    current: bool = Field(description="Whether a new request is asked with this version.")


class FormOut(FormLine):
    definition: dict[str, Any] = Field(description="The form, `gatehouse-form/1`; a form page can import it.")


class FormList(Schema):
    items: list[FormLine]
