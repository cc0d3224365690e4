"""What goes out and what comes in, field by field; the OpenAPI document is made from these."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from apps.access_requests import fields


def _day(value: Any) -> Any:
    """A day as text, `2026-09-01`: a number is no day."""
    if value is None or isinstance(value, date):
        return value
    try:
        found = parse_date(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:  # written well, and no day of any calendar
        found = None
    if found is None:
        raise PydanticCustomError("day", "not a day")
    return found


def _moment(value: Any) -> datetime:
    """A moment as text with its zone, `2026-09-01T12:00:00Z`: a time without a zone is no moment."""
    found = None
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = parse_datetime(value.replace(" ", "+"))  # a plus sign that was not escaped in the address
        except ValueError:
            found = None
    if found is None or found.tzinfo is None:
        raise PydanticCustomError("moment", "not a moment")
    return found


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Slug = Annotated[str, Field(max_length=80)]
Code = Annotated[str, Field(max_length=fields.CODE_LENGTH)]


class In(Schema):
    """What comes in: a field that nobody knows is refused instead of being lost."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    reference: str
    errors: list[dict[str, str]] | None = None


class Named(Schema):
    """Something with a short name for addresses and a name for people."""

    slug: str
    name: str


class DatasetLine(Schema):
    slug: str
    title: str
    summary: str
    keywords: str
    access: str = Field(description="open, registered or controlled")
    requires_second_factor: bool = Field(description="Whether a sign-in or token needs a second factor to download.")
    institution: str | None
    committee: Named | None
    listed_from: datetime | None


class DatasetPage(Schema):
    items: list[DatasetLine]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")
    total: int = Field(description="How many there are, counted up to 1000.")
    total_is_exact: bool


class File(Schema):
    id: UUID
    name: str
    size: int = Field(description="Bytes.")
    media_type: str
    sha256: str = Field(description="SHA-256 of the file in lower-case hex; empty while it is still being computed.")
    downloadable: bool = Field(description="Whether the asker may download it now: the answer of the access rule.")


class VersionOut(Schema):
    number: int
    state: str
    notes: str
    published_at: datetime | None
    embargo_until: datetime | None
    withdrawn_at: datetime | None
    withdrawn_because: str
    files: list[File] = Field(description="Empty for a withdrawn version.")


class Condition(Schema):
    code: str
    short: str
    label: str
    value: str = Field(description="What the condition is about, such as a disease or a region; empty if not said.")


class DatasetOut(DatasetLine):
    description: str
    licence: str
    attribution: str
    conditions: list[Condition] = Field(description="Data use conditions (GA4GH Data Use Ontology).")
    versions: list[VersionOut]


class FactOut(Schema):
    part: str
    holds: bool
    moment: datetime | None = Field(description="The moment that matters to this part, if there is one.")
    sentence: str


class WhyOut(Schema):
    dataset: str
    version: int
    allowed: bool
    facts: list[FactOut] = Field(description="The parts of the access rule; all must hold.")
    grant: UUID | None
    grant_facts: list[FactOut] = Field(description="What the grant that says most consists of.")


class Colleague(Schema):
    code: str
    name: str


class ItemOut(Schema):
    dataset: str
    committee: str
    state: str
    reason: str
    terms: str
    decided_at: datetime | None


class QuestionOut(Schema):
    id: UUID
    text: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None


class FieldSays(Schema):
    field: str
    detail: str


class RequestLine(Schema):
    id: UUID
    reference: str
    title: str
    state: str
    revision: int
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    items: list[ItemOut]


class RequestOut(RequestLine):
    purpose: str
    public_summary: str
    starts_on: date | None
    ends_on: date | None
    applicant: Colleague
    members: list[Colleague]
    questions: list[QuestionOut]
    missing: list[FieldSays] = Field(description="What still stands between the request and the committee.")


class RequestPage(Schema):
    items: list[RequestLine]
    next_cursor: str | None


class RequestFields(In):
    """What an applicant writes; all of it may come later, until the request is submitted."""

    title: Annotated[str, Field(max_length=fields.TITLE.most)] = ""
    purpose: Annotated[str, Field(max_length=fields.PURPOSE.most)] = ""
    public_summary: Annotated[str, Field(max_length=fields.PUBLIC_SUMMARY.most)] = ""
    starts_on: Day | None = None
    ends_on: Day | None = None
    members: Annotated[list[Code], Field(max_length=fields.MEMBERS.most)] = Field(
        default=[], description="Colleague codes; each colleague reads theirs on their account page."
    )


class NewRequest(RequestFields):
    datasets: Annotated[list[Slug], Field(min_length=1, max_length=fields.DATASETS.most)]


class RequestChange(RequestFields):
    """Only the fields that are sent change."""

    datasets: Annotated[list[Slug], Field(min_length=1, max_length=fields.DATASETS.most)] | None = None
    revision: int | None = Field(default=None, description="The revision this change was made from, if not `If-Match`.")


class DatasetChange(In):
    """Only the words that are sent change; access, conditions and committee are none of them."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = ""
    summary: Annotated[str, Field(max_length=500)] = ""
    description: Annotated[str, Field(max_length=50_000)] = ""
    keywords: Annotated[str, Field(max_length=300)] = ""
    licence: Annotated[str, Field(max_length=120)] = ""
    attribution: Annotated[str, Field(max_length=500)] = ""


class Publication(In):
    embargo_until: Moment | None = None


class NewAnswer(In):
    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class AgreementLine(Schema):
    id: UUID
    reference: str
    state: str
    dataset: str
    request: UUID
    sha256: str
    starts_on: date
    ends_on: date
    offered_at: datetime
    executed_at: datetime | None
    ended_at: datetime | None


class AgreementOut(AgreementLine):
    text: str = Field(description="The exact text that is signed; its SHA-256 is `sha256`.")


class AgreementPage(Schema):
    items: list[AgreementLine]
    next_cursor: str | None


class GrantOut(Schema):
    id: UUID
    dataset: str
    agreement: UUID
    starts_at: datetime
    ends_at: datetime
    active: bool
    revoked_at: datetime | None
    revoked_because: str


class GrantPage(Schema):
    items: list[GrantOut]
    next_cursor: str | None


class LinkOut(Schema):
    id: UUID
    address: str = Field(description="Answers GET and HEAD, with Range, until it expires; shown only here.")
    expires_at: datetime
    name: str
    size: int
    sha256: str


class TokenOut(Schema):
    name: str
    hint: str
    scopes: list[str]
    expires_at: datetime


class Me(Schema):
    id: UUID
    code: str
    name: str
    institution: str | None
    token: TokenOut
