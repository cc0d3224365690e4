"""Who is named in a submission, as its snapshot says. Pure functions; what it does not say is unknown, not nobody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

UNKNOWN = UUID(int=0)  # stands for people who are not known; it is the id of nobody


def named_members(snapshot: Mapping[str, Any]) -> list[UUID]:
    """The project members of the snapshot; one UNKNOWN if it has no list of them."""
    members = snapshot.get("members")
    return [UUID(pk) for pk in members] if isinstance(members, list) else [UNKNOWN]


def named_people(snapshot: Mapping[str, Any]) -> list[UUID]:
    """The applicant and the project members of the snapshot."""
    return [UUID(snapshot["applicant"]), *named_members(snapshot)]
