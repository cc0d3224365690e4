"""Invitations to a request, as the applicant and the invited person read them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.access_requests import fields
from apps.access_requests.rules_invitations import MOST
from apps.api.schemas.base import Colleague, Input
from apps.api.schemas.case_acts import DeclaredAbout


class NewInvitations(Input):
    invite: Annotated[
        list[Annotated[str, Field(max_length=fields.ENTRY_LENGTH)]], Field(min_length=1, max_length=MOST)
    ] = Field(description="E-mail addresses and ORCID iDs; one that is wrong refuses all.")


class InvitationOut(Schema):
    id: UUID
    email: str = Field(description="Empty if an ORCID iD was invited, and once it is erased.")
    orcid: str
    state: str = Field(description="`open`, `expired`, `confirmed`, `declined` or `withdrawn`.")
    delivered: bool = Field(description="False if the mail server refused the address.")
    claimed_by: Colleague | None = Field(
        description="Who wants to use the link with another account; answer on People."
    )
    member: Colleague | None = Field(description="Who confirmed.")
    invited_at: datetime
    expires_at: datetime


class ReceivedInvitation(Schema):
    id: UUID
    title: str
    invited_by: DeclaredAbout
    expires_at: datetime
