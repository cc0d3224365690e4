"""The fields of messages about a request."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.access_requests.models import Message
from apps.api.schemas.base import Input


class NewMessage(Input):
    text: Annotated[str, Field(max_length=Message.LONGEST)]


class MessageOut(Schema):
    id: UUID
    author: str = Field(description="Colleague code of the author on the applicant’s side; empty for a committee.")
    committee: str = Field(description="Short name of the committee that wrote it; empty for the applicant’s side.")
    text: str = Field(description="Empty if the message was withdrawn or its text was erased.")
    written_at: datetime
    withdrawn_at: datetime | None


class MessagePage(Schema):
    items: list[MessageOut]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last page.")
