"""Whether anybody may sign in now, beyond what the provider says; a later app answers (`portal.apps` connects them)."""

from collections.abc import Callable

from apps.people.models import Person


def _everybody(_person: Person | None) -> bool:
    """Until a later app answers."""
    return True


_admits: Callable[[Person | None], bool] = _everybody


def admit_if(answer: Callable[[Person | None], bool]) -> None:
    """Ask `answer` at each sign-in, before anything is written; it gets the person, or None at a first sign-in."""
    global _admits
    _admits = answer


def admits(person: Person | None) -> bool:
    return _admits(person)
