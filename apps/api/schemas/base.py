"""What bodies and responses have in common: days, moments, texts without hidden characters, errors."""

from datetime import date, datetime
from typing import Annotated, Any

from django.utils.dateparse import parse_date, parse_datetime
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from apps.access_requests import fields
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


class Colleague(Schema):
    code: str
    name: str


class FieldMessage(Schema):
    field: str
    detail: str
