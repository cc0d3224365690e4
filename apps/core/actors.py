"""Who acts: a person, or one of three named actors. Never None: what is done by nobody cannot be refused.

Which named actors a command admits is said at its beginning, by a rule of apps.accounts.rules; one it does not name is
refused.
"""

from enum import Enum
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from django.contrib.auth.models import AnonymousUser


class NamedActor(Enum):
    """Who acts when no person is known; the values stand in the event log."""

    SYSTEM = "system"
    CONSOLE = "console"
    ANONYMOUS = "anonymous"


SYSTEM: Final = NamedActor.SYSTEM  # background work, consequences of events, what a provider says about its people
CONSOLE: Final = NamedActor.CONSOLE  # management commands and the seed: whoever has a shell on the server
ANONYMOUS: Final = NamedActor.ANONYMOUS  # a visitor or a program that nobody has signed in

PERSON: Final = "person"  # beside the values above: what the event log says of a person
ACTOR_KINDS: Final = (PERSON, *(one.value for one in NamedActor))


class PersonActor(Protocol):
    """What a layer below apps.accounts needs to know of a person."""

    @property
    def pk(self) -> UUID: ...

    @property
    def is_active(self) -> bool: ...


Actor: TypeAlias = PersonActor | NamedActor
Viewer: TypeAlias = Actor | AnonymousUser  # whoever looks at a page; nobody has to be signed in to ask a query


def kind_of(actor: Actor) -> str:
    """One of ACTOR_KINDS, as it stands in the event log."""
    return actor.value if isinstance(actor, NamedActor) else PERSON


def person_id_of(actor: Actor) -> UUID | None:
    """The id of the person who acts; None for a named actor."""
    return None if isinstance(actor, NamedActor) else actor.pk


def actor_of(user: Viewer) -> Actor:
    """Whoever a request comes from: the person who is signed in, or ANONYMOUS."""
    return ANONYMOUS if isinstance(user, AnonymousUser) else user
