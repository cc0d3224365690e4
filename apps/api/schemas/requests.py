"""Access requests as their applicant and members read and write them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.access_requests import fields
from apps.access_requests.shared_work import LONGEST_NAME, LONGEST_WORK, MOST
from apps.api.form_answers import Answers, FormAnswers
from apps.api.matches import MatchOut
from apps.api.schemas.base import AccessStateOut, Code, Colleague, Day, FieldMessage, Input, Slug


class AppealOut(Schema):
    text: str
    appealed_at: datetime
    denied_at: datetime
    outcome: str = Field(description="`open`, `granted`, `rejected` or `withdrawn`.")
    ended_at: datetime | None


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


class QuestionOut(Schema):
    id: UUID
    field: str = Field(description="The only field it unlocks; empty if it is about the whole request.")
    text: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None


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


class ClassOut(Schema):
    """The class that a request is for: numbers, and no names."""

    course: str
    institution: str
    first_day: date
    last_day: date
    places: int
    students: dict[str, int] = Field(
        description="For the supervisor: how many students are listed, invited, confirmed, signed, access, ended, "
        "declined or removed. Empty for everybody else."
    )


class SharedWork(Input):
    """With whom somebody on the request wrote or worked in the last 3 years."""

    party: Annotated[str, Field(max_length=20)] = Field(
        default="", description="Colleague code of the applicant or a member; empty for the applicant."
    )
    colleague: Annotated[str, Field(max_length=LONGEST_NAME)] = Field(
        description="A name, an ORCID iD or an e-mail address."
    )
    work: Annotated[str, Field(max_length=LONGEST_WORK)] = Field(description="The publication or project.")
    year: int


class RequestOut(RequestLine):
    shared_work: list[SharedWork] = Field(description="With whom people on the request wrote or worked.")
    cohort: ClassOut | None = Field(default=None, description="The class that the request is for, if it is for one.")
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
    shared_work: Annotated[list[SharedWork], Field(max_length=MOST)] = Field(
        default=[], description="With whom people on the request wrote or worked in the last 3 years."
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


class InvitedLabel(Schema):
    id: str
    label: str = Field(description="The e-mail address or ORCID iD; empty once it is erased.")


class SubmittedWork(Schema):
    id: str
    party: str = Field(description="The id of the person on the request.")
    colleague: str
    work: str
    year: int


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
    invited: list[InvitedLabel] = Field(description="Who was invited and had not confirmed: no party to the request.")
    shared_work: list[SubmittedWork] = Field(description="With whom people on the request wrote or worked.")


class AppealedItem(Input):
    dataset: Slug = Field(description="The denied dataset of the request.")


class NewAppeal(AppealedItem):
    text: Annotated[str, Field(min_length=1, max_length=5000, description="Why the decision is wrong.")]


class RequestChange(RequestFields):
    """Only the fields that are sent are changed."""

    datasets: Annotated[list[Slug], Field(min_length=1, max_length=fields.DATASETS.most)] | None = None
    revision: int | None = Field(default=None, description="The revision this change was made from, if not `If-Match`.")


class NewAnswer(Input):
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
