"""The account of the caller, agreements, grants and links."""

from datetime import date, datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field


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
