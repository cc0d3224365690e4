"""Approval rules and deputies as committee members read and write them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.api.schemas.base import Code, Colleague, Day, Input, Slug


class ApprovedCase(Schema):
    request: UUID
    reference: str
    dataset: str


class ShadowCase(ApprovedCase):
    differs: bool = Field(description="Whether the committee did not approve it as it was.")


class ShadowRunOut(Schema):
    id: UUID
    run_at: datetime
    looked_at: int
    is_cut: bool = Field(description="Whether only the newest cases were looked at.")
    approved: int
    differed: int
    reasons: dict[str, int] = Field(description="How many cases are not covered, by reason.")
    cases: list[ShadowCase] = Field(description="Those that you may read, at most 100.")
    not_readable: int
    agreed_by: list[Colleague]


class ApprovalRuleLine(Schema):
    id: UUID
    title: str
    owner: Colleague
    state: str = Field(description="`off`, `on`, `paused` or `ended`.")
    paused_because: str
    datasets: list[str]
    kinds: list[str]
    institutions: list[str]
    sample_every: int
    replaces: UUID | None
    written_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class ApprovalRuleOut(ApprovalRuleLine):
    run: ShadowRunOut | None = Field(description="The newest shadow run, to which members can agree.")


class ApprovalRuleList(Schema):
    items: list[ApprovalRuleLine]


class NewApprovalRule(Input):
    title: Annotated[str, Field(max_length=120)]
    datasets: Annotated[list[Slug], Field(max_length=1000)]
    kinds: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=10)]
    institutions: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=1000)] = Field(
        description="Name or ROR id of each."
    )
    sample_every: Annotated[int, Field(ge=-(2**31), lt=2**31)] = 10
    replaces: UUID | None = Field(default=None, description="The rule that ends when this one is switched on.")


class NewRuleAgreement(Input):
    run: UUID
    looked: bool = Field(description="That you looked at the cases of this shadow run.")


class ApprovalToCheck(ApprovedCase):
    id: UUID
    rule: UUID
    decided_at: datetime


class ApprovalsToCheck(Schema):
    items: list[ApprovalToCheck]


class NewApprovalCheck(Input):
    verdict: Literal["agree", "disagree"]
    comment: Annotated[str, Field(max_length=2000)] = Field(default="", description="Required if you disagree.")


class DeputyOut(Schema):
    id: UUID
    member: Colleague
    deputy: Colleague
    first_day: date
    last_day: date


class DeputyList(Schema):
    items: list[DeputyOut]


class NewDeputy(Input):
    member: Code = Field(default="", description="Code of the member; empty for yourself.")
    deputy: Code = Field(description="Colleague code of a person outside the committee.")
    first_day: Day
    last_day: Day
