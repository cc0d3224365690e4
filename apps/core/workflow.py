"""Workflows: tables `{(state, verb): state}`. Only this module sets a state.

The same table is used for the check, for the diagram in docs/diagrams and for the steps that a page offers.
"""

import copy
from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext as _

from apps.core.errors import WrongState


class Workflow:
    """The transitions of one kind of object; all others are refused."""

    def __init__(self, table: Mapping[tuple[Any, str], Any], *, start: Any, name: str) -> None:
        self.table = dict(table)
        self.start = start
        self.name = name

    def after(self, state: str, verb: str) -> str | None:
        """The state that `verb` leads to from `state`, or None if there is no such transition."""
        target = self.table.get((state, verb))
        return None if target is None else str(_value(target))

    def verbs(self, state: str) -> list[str]:
        """The transitions that are possible in this state."""
        return [verb for (source, verb) in self.table if _value(source) == _value(state)]

    def states(self) -> list[str]:
        """All states, the first one first."""
        states = [self.start, *(s for (s, _v) in self.table), *self.table.values()]
        return list(dict.fromkeys(str(_value(s)) for s in states))

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        sources = {_value(s) for (s, _v) in self.table}
        lines = ["stateDiagram-v2", f"    [*] --> {_value(self.start)}"]
        lines += [f"    {_value(s)} --> {_value(t)}: {verb.replace('_', ' ')}" for (s, verb), t in self.table.items()]
        lines += [f"    {state} --> [*]" for state in self.states() if state not in sources]
        return "\n".join(lines) + "\n"


class WorkflowModel(models.Model):
    """A model with a `state` that only changes along its `WORKFLOW`."""

    WORKFLOW: ClassVar[Workflow]
    state: "models.CharField[str, str]"

    class Meta:
        abstract = True

    def can(self, verb: str) -> bool:
        """Whether `verb` is possible in the present state."""
        return self.WORKFLOW.after(self.state, verb) is not None

    def check_can(self, verb: str) -> None:
        """Raise WrongState if `verb` is not possible in the present state."""
        if not self.can(verb):
            raise WrongState(_wrong_state(self))

    def move(self, verb: str, **facts: Any) -> None:
        """Make the transition `verb`, and store `facts` (fields and their values: who, when, why) in the same update.

        Raises WrongState if it is not possible, or if the state in the database is no longer that of this object.
        """
        self.check_can(verb)
        target = self.WORKFLOW.after(self.state, verb)
        rows: models.QuerySet[Any] = type(self)._default_manager.filter(pk=self.pk)
        moved = rows.filter(state=self.state).update(state=target, **facts)
        if not moved:
            raise WrongState(_wrong_state(self))
        self.state = str(target)
        for name, value in facts.items():
            setattr(self, name, value)

    def shown_as(self, state: str, **facts: Any) -> Self:
        """A copy to read, in which this object has another state and other facts; it is never saved."""
        shown = copy.copy(self)
        shown.state = state
        for name, value in facts.items():
            setattr(shown, name, value)
        return shown


def _value(state: Any) -> Any:
    return state.value if isinstance(state, Enum) else state


def _wrong_state(thing: WorkflowModel) -> str:
    noun = str(thing._meta.verbose_name)
    label = getattr(thing, "get_state_display", lambda: thing.state)()
    return _("This action is not possible now. The status of this %(noun)s is “%(state)s”.") % {
        "noun": noun,
        "state": label,
    }
