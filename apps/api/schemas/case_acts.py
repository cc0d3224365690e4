"""What members send and read beside votes: declarations, undoing, due dates, verdicts, reports on conditions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.access_requests.models import Message, Verdict
from apps.access_requests.rules_clocks import LONGEST_REASON
from apps.api.schemas.base import Colleague, Input, Named


class DeclaredAbout(Colleague):
    institution: str | None


class SuggestionOut(Schema):
    why: str = Field(description="`institution`, `together`, `earlier` or `work`.")
    person: Colleague
    work: str = Field(default="", description="Of `work`: on what the applicant says you worked together.")
    year: int | None = None


class DeclarationOut(Schema):
    declared: bool = Field(description="Whether you have declared that you have no conflict of interest with them.")
    seen: str = Field(description="A digest of these people: send it with your answer.")
    people: list[DeclaredAbout] = Field(description="Applicant first. An empty `code` stands for unknown people.")
    datasets: list[Named]
    suggestions: list[SuggestionOut] = Field(description="What suggests that you have a conflict of interest.")


class NewDeclaration(Input):
    """That you have no conflict of interest; for a conflict see `recuse`."""

    conflict: Literal[False] = Field(description="Must be `false`: you have none.")
    seen: Annotated[str, Field(max_length=64)] = Field(default="", description="Of the declaration you read.")


class NewUndo(Input):
    why: Annotated[str, Field(max_length=5000)]


class NewDueDate(Input):
    change: Literal["extended", "fast"]
    reason: Annotated[str, Field(max_length=LONGEST_REASON)]


class NewVerdict(Input):
    round: int = Field(description="`round.number` of the review you read; an older one is 409.")
    says: Annotated[str, Field(max_length=20)] = Field(
        description=", ".join(f"`{one}`" for one in Verdict.Says.values) + "."
    )
    reason: Annotated[str, Field(max_length=Verdict.LONGEST)]


class ReportAnswer(Input):
    answer: Annotated[str, Field(max_length=Message.LONGEST)] = Field(
        default="", description="A note for the applicant; required to send the report back."
    )


class VerdictOut(Schema):
    says: str
    reason: str
    given_by: Colleague
    given_at: datetime


class CriterionOut(Schema):
    number: int
    text: str
    verdict: VerdictOut | None


class ChecklistOut(Schema):
    committee: str
    required: bool = Field(description="Whether each criterion needs a verdict before anybody votes.")
    criteria: list[CriterionOut]


class ReportOut(Schema):
    id: UUID
    note: str
    reported_by: Colleague
    reported_at: datetime
    verdict: str = Field(description="`waiting`, `accepted` or `sent_back`.")
    answer: str
    reviewed_at: datetime | None


class ConditionReportsOut(Schema):
    id: UUID
    item: UUID
    text: str
    state: str = Field(description="`to_report`, `reported`, `sent_back` or `accepted`.")
    reports: list[ReportOut]


class NewReport(Input):
    note: Annotated[str, Field(max_length=Message.LONGEST)] = Field(description="How the condition is met.")
