"""The fields of requests and responses. The OpenAPI document is generated from these."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from apps.access_requests import fields
from apps.api.form_answers import Answers, FormAnswers
from apps.api.matches import MatchOut
from apps.core.errors import Invalid
from apps.core.text import typed


def _day(value: Any) -> Any:
    """A date as text, `2026-09-01`; numbers are refused."""
    if value is None or isinstance(value, date):
        return value
    try:
        found = parse_date(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:  # the right format, but no such date
        found = None
    if found is None:
        raise PydanticCustomError("day", "not a date")
    return found


def _moment(value: Any) -> datetime:
    """A date and time as text with a time zone, `2026-09-01T12:00:00Z`; without one it is refused."""
    found = None
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = parse_datetime(value.replace(" ", "+"))  # a plus sign that was not escaped in a URL
        except ValueError:
            found = None
    if found is None or found.tzinfo is None:
        raise PydanticCustomError("moment", "not a date and time with a time zone")
    return found


def _seen(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return typed(value)
    except Invalid as refusal:
        raise PydanticCustomError("hidden", "{sentence}", {"sentence": refusal.sentence}) from None


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Slug = Annotated[str, Field(max_length=80)]
Code = Annotated[str, Field(max_length=fields.ENTRY_LENGTH)]


class Input(Schema):
    """The body of a call; unknown fields and hidden characters are refused."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _without_hidden_characters(cls, value: Any) -> Any:
        """Each text as it is stored (`apps.core.text.typed`)."""
        if isinstance(value, list):
            return [_seen(one) for one in value]
        return _seen(value)


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    reference: str
    errors: list[dict[str, str]] | None = None


class Named(Schema):
    """An object with a short name for addresses and a name for people."""

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
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last page.")
    total: int = Field(description="How many there are, counted up to 1000.")
    total_is_exact: bool
    searched_for: str | None = Field(description="Words that were searched because nothing matched `q`; else null.")
    some_words: bool = Field(description="Nothing matched all words of `q`; these match some of them.")


class File(Schema):
    id: UUID
    name: str
    size: int = Field(description="Bytes.")
    media_type: str
    sha256: str = Field(description="SHA-256 of the file in lower-case hex; empty while it is still being computed.")
    downloadable: bool = Field(description="Whether you can download it now, by the access rule.")


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
    value: str = Field(description="What the condition is about, such as a disease or a region; may be empty.")


class NextAction(Schema):
    code: str = Field(description="What to do next, such as `request_access`, `sign`, `download`.")
    label: str
    address: str = Field(description="The page on which it is done; empty if there is none.")


class AccessStateOut(Schema):
    """The one state that pages, lists and e-mails show too."""

    state: str = Field(description="Such as `none`, `in_review`, `awaiting_signatures`, `active`, `revoked`.")
    cause: str = Field(description="What tells one state apart, such as `ends_soon` or `affiliation`; may be empty.")
    turn: str = Field(description="Whose turn it is: `you`, `others` or `nobody`.")
    waiting_for: list[str]
    since: datetime | None
    last_day: date | None = Field(description="The last day of access (UTC), inclusive.")
    sentence: str
    next_action: NextAction | None


class DatasetOut(DatasetLine):
    description: str
    licence: str
    attribution: str
    conditions: list[Condition] = Field(description="Data use conditions (GA4GH Data Use Ontology).")
    versions: list[VersionOut]
    access_state: AccessStateOut = Field(description="What you have on this dataset, now.")


class FactOut(Schema):
    part: str
    holds: bool
    moment: datetime | None = Field(description="The date and time of this part, if there is one.")
    sentence: str


class WhyOut(Schema):
    dataset: str
    version: int
    allowed: bool
    facts: list[FactOut] = Field(description="The parts of the access rule; all must be true.")
    grant: UUID | None
    grant_facts: list[FactOut] = Field(description="The parts of the rule about the grant in `grant`.")
    access_state: AccessStateOut | None = Field(description="What you have on this dataset, unless `at` was sent.")


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
    due_on: date | None
    denial_codes: list[str] = Field(description="Of a denial: the reasons from the list, see `docs/api.md`.")
    appeal_until: date | None = Field(
        description="The last day on which the applicant can appeal; null if they cannot."
    )
    appeal: "AppealOut | None"
    conditions: "list[ConditionToMeet]" = Field(description="The conditions of the approval that have a due date.")


class ConditionToMeet(Schema):
    id: UUID
    text: str
    due: str = Field(description="`signing`, `download`, `date` or `after_signing`.")
    due_on: date | None = Field(description="The last day; null without one, and before the agreement is fully signed.")
    state: str = Field(description="`to_report`, `reported`, `sent_back` or `accepted`.")
    overdue: bool


class AppealOut(Schema):
    text: str
    appealed_at: datetime
    denied_at: datetime
    outcome: str = Field(description="`open`, `granted`, `rejected` or `withdrawn`.")
    ended_at: datetime | None


class QuestionOut(Schema):
    id: UUID
    field: str = Field(description="The only field it unlocks; empty if it is about the whole request.")
    text: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None


class FieldMessage(Schema):
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
    revises: UUID | None = Field(description="The denied request that this one revises.")
    items: list[ItemOut]
    access_state: AccessStateOut


class RequestOut(RequestLine):
    purpose: str
    public_summary: str
    research_purpose: dict[str, Any] = Field(description="The answers; empty without answers (docs/api.md).")
    starts_on: date | None
    ends_on: date | None
    applicant: Colleague
    members: list[Colleague]
    questions: list[QuestionOut]
    forms: list[FormAnswers] = Field(description="The forms of the committees, with the answers so far.")
    missing: list[FieldMessage] = Field(description="What is missing before the request can be submitted.")
    matches: list[MatchOut] = Field(description="The purpose compared with each undecided dataset.")


class RequestPage(Schema):
    items: list[RequestLine]
    next_cursor: str | None


class RequestFields(Input):
    """The fields of an applicant; all are optional until the request is submitted."""

    title: Annotated[str, Field(max_length=fields.TITLE.most)] = ""
    purpose: Annotated[str, Field(max_length=fields.PURPOSE.most)] = ""
    public_summary: Annotated[str, Field(max_length=fields.PUBLIC_SUMMARY.most)] = ""
    research_purpose: dict[str, Any] = Field(
        default={}, description="The answers of the purpose, all of them; see docs/api.md. They replace earlier ones."
    )
    starts_on: Day | None = None
    ends_on: Day | None = None
    members: Annotated[list[Code], Field(max_length=fields.MEMBERS.most)] = Field(
        default=[], description="Colleague codes; people find theirs on their account page."
    )
    answers: Answers = {}


class NewRequest(RequestFields):
    datasets: Annotated[list[Slug], Field(min_length=1, max_length=fields.DATASETS.most)]


class NamedPerson(Schema):
    id: str
    code: str
    name: str


class NamedDataset(Schema):
    id: str
    slug: str
    title: str


class RequestDocument(Schema):
    """A request as it was submitted; `POST /requests/import` makes a draft of it."""

    format: str
    reference: str
    round: int
    submitted_at: str
    sha256: str = Field(description="Of `request` as JSON with sorted keys, without spaces, in UTF-8.")
    request: dict[str, Any]
    people: list[NamedPerson]
    datasets: list[NamedDataset]


class AppealedItem(Input):
    dataset: Slug = Field(description="The denied dataset of the request.")


class NewAppeal(AppealedItem):
    text: Annotated[str, Field(min_length=1, max_length=5000, description="Why the decision is wrong.")]


class RequestChange(RequestFields):
    """Only the fields that are sent are changed."""

    datasets: Annotated[list[Slug], Field(min_length=1, max_length=fields.DATASETS.most)] | None = None
    revision: int | None = Field(default=None, description="The revision this change was made from, if not `If-Match`.")


class DatasetChange(Input):
    """Only the texts that are sent are changed. Access level, conditions and committee cannot be changed here."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = ""
    summary: Annotated[str, Field(max_length=500)] = ""
    description: Annotated[str, Field(max_length=50_000)] = ""
    keywords: Annotated[str, Field(max_length=300)] = ""
    licence: Annotated[str, Field(max_length=120)] = ""
    attribution: Annotated[str, Field(max_length=500)] = ""


class Publication(Input):
    embargo_until: Moment | None = None


class NewAnswer(Input):
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
    text: str = Field(description="The text that is signed; its SHA-256 is `sha256`.")


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
    address: str = Field(description="Works with GET and HEAD, also with Range, until it expires; shown only once.")
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
