"""Datasets, their versions and files, and why they can be downloaded."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.api.schemas.base import AccessStateOut, Input, Moment, Named


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
