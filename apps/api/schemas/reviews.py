"""Requests as the members of the committees that decide on them read them, and what members send."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.access_requests.models import Message, Vote
from apps.access_requests.questions import MOST
from apps.api.matches import MatchOut
from apps.api.schemas.base import Colleague, Day, Input, Named, Slug
from apps.api.schemas.case_acts import ChecklistOut, ConditionReportsOut
from apps.api.schemas.messages import MessageOut
from apps.api.schemas.requests import RequestDocument

DocumentKind = Literal["ethics", "protocol", "cv", "plan", "other"]
Reason = Annotated[str, Field(max_length=5000)]
RoundNumber = Annotated[int, Field(description="`round.number` of the review you read; an older one is 409.")]


class Applicant(Colleague):
    institution: str | None


class ReviewItemLine(Schema):
    dataset: str
    committee: str
    state: str
    due_on: date | None


class ReviewLine(Schema):
    id: UUID
    reference: str
    title: str
    state: str
    round: int
    submitted_at: datetime
    applicant: Applicant
    next_action: str = Field(
        description="`declare` (whether you have a conflict of interest), `check`, `vote`, "
        "`confirm`, `change`, `wait_for_applicant`, `wait_for_members` or `none`."
    )
    items: list[ReviewItemLine] = Field(description="The datasets on which your committees decide.")


class ReviewPage(Schema):
    items: list[ReviewLine]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last page.")


class RoundOut(Schema):
    number: int
    submitted_at: datetime
    closed_at: datetime | None = Field(description="Null while the committees review this round.")
    sha256: str


class RulesOut(Schema):
    rule: str = Field(description="`any_one`, `majority`, `k_of_n`, `unanimous` or `chair`.")
    quorum: int
    votes_needed: int = Field(description="Approvals needed; only for `k_of_n`.")
    veto: bool
    blind: bool = Field(description="Whether votes are hidden until everybody has voted or the due date is over.")


class ConditionOut(Schema):
    id: UUID
    text: str
    due: str = Field(description="`signing`, `download`, `date`, `after_signing`, or empty without a due date.")
    due_on: date | None = Field(description="With `date`: the last day.")
    due_days: int | None = Field(description="With `after_signing`: how many days.")
    adopted: int | None = Field(description="How many voters adopt it; null until you have voted.")


class VoteOut(Schema):
    voter: Colleague
    in_place_of: Colleague | None = Field(description="The member for whom a deputy voted.")
    choice: str
    reason: str
    conditions: list[UUID]
    denial_codes: list[str]
    cast_at: datetime


class ClockOut(Schema):
    unit: str = Field(description="What is counted: `days`, `working_days`, `weeks` or `months`; empty if unknown.")
    due_on: date | None = Field(description="Null while the clock is paused, or if no date could be computed.")
    paused: bool
    stopped: bool
    extended: bool
    reason: str = Field(description="Why the review was extended or put on the fast track.")
    days_used: int | None
    days_left: int | None = Field(description="Negative once the due date has passed.")


class ReviewItem(Schema):
    id: UUID
    dataset: str
    title: str
    committee: Named
    yours: bool = Field(description="Whether your committee decides on it, or one for which you are a deputy.")
    state: str
    decided_at: datetime | None
    takes_effect_at: datetime | None = Field(description="Until then the decision can be undone.")
    reason: str
    terms: str
    denial_codes: list[str]
    rules: RulesOut
    clock: ClockOut | None
    eligible_voters: int
    votes_cast: int
    waiting_for: list[Colleague] = Field(description="The eligible voters who have not voted.")
    can_vote: bool
    why_not: str = Field(
        description="Why you cannot vote: `decided`, `other_committee`, `member_voted`, `joined_later`, `not_checked` "
        "or `not_in_review`; empty if you can."
    )
    votes_for: Colleague | None = Field(description="The member whose vote you cast: you, or whose deputy you are.")
    choices_shown: bool = Field(description="Whether `votes` are shown to you: after your own vote.")
    my_vote: VoteOut | None
    votes: list[VoteOut]
    conditions: list[ConditionOut] = Field(description="The conditions that members proposed, without their names.")


class ReviewQuestion(Schema):
    id: UUID
    field: str
    text: str
    answer: str
    asked_by: Colleague
    asked_at: datetime
    answered_at: datetime | None


class DocumentOut(Schema):
    id: UUID
    name: str
    kind: str
    field: str = Field(description="The question of a form that asked for it; empty if none did.")
    size: int = Field(description="Bytes.")
    media_type: str
    sha256: str
    malware_check: str = Field(description="`waiting`, `clean`, `unchecked` or `infected`.")
    can_be_opened: bool


class DocumentList(Schema):
    items: list[DocumentOut]


class ReviewOut(Schema):
    id: UUID
    reference: str
    state: str
    next_action: str
    round: RoundOut
    submitted: RequestDocument = Field(description="What was submitted, with the answers your committees may read.")
    matches: list[MatchOut] = Field(description="The purpose compared with the use conditions as they are today.")
    items: list[ReviewItem]
    questions: list[ReviewQuestion]
    recused: list[Colleague] = Field(description="Members who declared a conflict of interest.")
    documents: list[DocumentOut]
    checklists: list[ChecklistOut] = Field(description="Of the committees in which you are a member.")
    condition_reports: list[ConditionReportsOut] = Field(description="Conditions of approvals by your committees.")


class ReviewMessage(MessageOut):
    internal: bool = Field(description="Whether only the committee in `committee` reads it.")
    documents: list[DocumentOut]


class ReviewMessagePage(Schema):
    items: list[ReviewMessage]
    next_cursor: str | None


class NewReviewMessage(Input):
    text: Annotated[str, Field(max_length=Message.LONGEST)]
    committee: Slug = Field(default="", description="Your committee; needed if you are in several that decide on it.")
    internal: bool = Field(default=True, description="False: the applicant and the other committees read it too.")


class NewQuestion(Input):
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    field: Annotated[str, Field(max_length=60)] = Field(
        default="", description="The only field that is unlocked; empty if it is about the whole request."
    )


class Questions(Input):
    questions: Annotated[list[NewQuestion], Field(min_length=1, max_length=MOST)]


class NewVote(Input):
    round: RoundNumber
    choice: str = Field(description=", ".join(f"`{one}`" for one in Vote.Choice.values))
    reason: Reason
    denial_codes: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=20)] = []
    conditions: Annotated[list[UUID], Field(max_length=100)] = Field(
        default=[], description="Ids of proposed conditions that an approval with conditions adopts."
    )
    new_condition: Annotated[str, Field(max_length=2000)] = Field(
        default="", description="One more condition, which you propose and adopt."
    )
    new_due: Literal["", "signing", "download", "date", "after_signing"] = Field(
        default="", description="By when the new condition has to be met; empty without a due date."
    )
    new_due_on: Day | None = Field(default=None, description="With `date`: the last day.")
    new_due_days: int | None = Field(default=None, description="With `after_signing`: how many days.")


class Confirmation(Input):
    round: RoundNumber


class NewRecusal(Input):
    reason: Annotated[str, Field(min_length=1, max_length=500)]
