"""Who acts: a person, or one of three named actors; never None, because a command could not refuse that.

Each command starts with a rule of apps.people.rules that lists the named actors it accepts; others are refused.
"""

from enum import Enum
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from django.contrib.auth.models import AnonymousUser


class NamedActor(Enum):
    """Who acts if it is not a person; the values are those in the event log."""

    SYSTEM = "system"
    CONSOLE = "console"
    ANONYMOUS = "anonymous"


SYSTEM: Final = NamedActor.SYSTEM  # background tasks, consequences of events, claims of a provider
CONSOLE: Final = NamedActor.CONSOLE  # management commands and the demo seed: a person with a shell on the server
ANONYMOUS: Final = NamedActor.ANONYMOUS  # a visitor or program without a session or token

PERSON: Final = "person"  # the value for a person in the event log
ACTOR_KINDS: Final = (PERSON, *(actor.value for actor in NamedActor))


class PersonActor(Protocol):
    """What apps below apps.people need to know of a person."""

    @property
    def pk(self) -> UUID: ...

    @property
    def is_active(self) -> bool: ...


Actor: TypeAlias = PersonActor | NamedActor
Viewer: TypeAlias = Actor | AnonymousUser  # who reads: queries also accept a visitor


def kind_of(actor: Actor) -> str:
    """One of ACTOR_KINDS, as recorded in the event log."""
    return actor.value if isinstance(actor, NamedActor) else PERSON


def person_id_of(actor: Actor) -> UUID | None:
    """The id of the person who acts; None for a named actor."""
    return None if isinstance(actor, NamedActor) else actor.pk


def actor_of(user: Viewer) -> Actor:
    """The actor of a request: the person who is signed in, or ANONYMOUS."""
    return ANONYMOUS if isinstance(user, AnonymousUser) else user
