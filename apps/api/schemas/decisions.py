"""The register of decisions."""

from datetime import date

from ninja import Schema
from pydantic import Field

from apps.api.schemas.base import Named


class RegisteredDataset(Schema):
    slug: str
    title: str


class PublicAnswerOut(Schema):
    question: str = Field(description="In the language of the call.")
    text: str = Field(description="Empty for a choice.")
    options: list[str] = Field(description="The keys of the chosen options; empty for a text.")


class RegisterEntry(Schema):
    decided_on: date = Field(description="In UTC.")
    committee: Named
    dataset: RegisteredDataset | None = Field(description="Null for a dataset that is not public.")
    institution: str | None = Field(description="Of the applicant when the request was submitted; null if not known.")
    country: str | None = Field(description="Of that institution (ISO 3166-1).")
    organisations: list[str] = Field(
        description="`public`, `nonprofit`, `company`; only if the institution is unknown."
    )
    purposes: list[str] = Field(
        description="The kind of research, then `methods`, `ancestry`, `genetic`, `commercial`."
    )
    diseases: list[str] = Field(description="Ontology ids, such as MONDO:0004989.")
    summary: str = Field(description="For the public, after an approval; else empty.")
    answers: list[PublicAnswerOut] = Field(description="Answers that the form marks for the public, after an approval.")
    outcome: str = Field(description="`approved`, `conditional` or `denied`.")
    conditions: list[str] = Field(
        description="By when conditions are due: `term` (no date), `signing`, `download`, `date`, `after_signing`."
    )
    reasons: list[str] = Field(description="Of a denial: codes, as in `denial_codes` of a request.")


class RegisterPage(Schema):
    items: list[RegisterEntry]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last page.")
