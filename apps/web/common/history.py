"""What happened, in sentences: every kind of event as a line of a timeline."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.kinds import Kind, kind_of
from apps.audit.kinds_by_fact import BY_FACT, ENDED_EARLY
from apps.audit.kinds_hidden import COMMITTEE_ONLY, UNNAMED
from apps.audit.models import Event
from apps.core.actors import ANONYMOUS, CONSOLE, SYSTEM

# What several people do one after the other, each alike: one line a day, with all their names.
ONE_LINE = frozenset({Kind.NO_CONFLICT_DECLARED})

# Who acted when no person is known, by the event's `actor_kind`.
NAMED_ACTORS: dict[str, Any] = {
    SYSTEM.value: gettext_lazy("Gatehouse"),
    CONSOLE.value: gettext_lazy("Command line"),
    ANONYMOUS.value: gettext_lazy("Someone who is not signed in"),
}


def sentence_of(event: Event, *, dataset: str = "") -> tuple[str, str, str]:
    """The event as (sentence, icon, tone); a kind nobody has worded is shown by its code, never dropped."""
    icon, tone, words = _row_of(event)
    names = ("number", "round", "version", "added", "changed", "removed", "n")
    facts = {name: event.facts.get(name, "?") for name in names}
    facts["due"] = day_of_code(str(event.facts.get("due", "")))
    return str(words) % {**facts, "dataset": dataset or _("the dataset")}, icon, tone


def day_of_code(code: str) -> str:
    """A day that an event has as a code, as it is read: "2026-11-26" is 26 Nov 2026; "?" for anything else."""
    try:
        return str(formats.date_format(date.fromisoformat(code), "j M Y"))
    except ValueError:
        return "?"


def _row_of(event: Event) -> tuple[str, str, Any]:
    """The icon, the tone and the sentence from the table of kinds."""
    kind = kind_of(event.kind)
    if kind is None:
        return "circle", "still", event.kind
    if kind == Kind.GRANT_REVOKED and event.actor_id in event.about:  # the people among these ids: whose access it is
        return ENDED_EARLY
    fact, rows = BY_FACT.get(kind, ("", {}))
    return rows.get(str(event.facts.get(fact)), (kind.icon, kind.tone, kind.label))


def timeline(
    events: Iterable[Event],
    *,
    names: Mapping[UUID, str],
    datasets: Mapping[UUID, str],
    viewer: UUID | None = None,
    inside: bool = False,
    notes: Mapping[int, str] | None = None,
) -> list[dict[str, Any]]:
    """Entries for components/timeline.html, newest first. `names` holds who may be named; others stay unnamed.

    `notes` are further texts by the id of their event.

    Without `inside` (the committee's own view) nobody learns who voted or is recused.
    """
    shown = [event for event in events if inside or event.kind not in COMMITTEE_ONLY]
    said = notes or {}
    return [_line(group, names, datasets, viewer) | {"note": said.get(group[0].pk, "")} for group in _grouped(shown)]


def _grouped(events: Iterable[Event]) -> list[list[Event]]:
    """The events newest first, each alone; those of `ONE_LINE` in one group for each kind and day."""
    found: dict[Any, list[Event]] = {}
    for event in reversed(list(events)):
        day = timezone.localtime(event.at).date()
        key = (event.kind, day, event.facts.get("suggested", "")) if event.kind in ONE_LINE else event.pk
        found.setdefault(key, []).append(event)
    return list(found.values())


def _line(
    group: list[Event], names: Mapping[UUID, str], datasets: Mapping[UUID, str], viewer: UUID | None
) -> dict[str, Any]:
    """The newest event of the group, with everybody who did the same and when."""
    entry = _entry(group[0], names, datasets, viewer)
    if len(group) == 1:
        return entry
    people = [(_who(event, names, viewer), event.at) for event in group]
    said = [f"{who} ({formats.date_format(timezone.localtime(at), 'H:i')})" for who, at in people if who]
    return entry | {"who": ", ".join(dict.fromkeys(said))}


def _entry(
    event: Event, names: Mapping[UUID, str], datasets: Mapping[UUID, str], viewer: UUID | None
) -> dict[str, Any]:
    about = next((datasets[pk] for pk in event.about if pk in datasets), "")
    what, icon, tone = sentence_of(event, dataset=about)
    who = _who(event, names, viewer)
    if event.kind.startswith("grant."):
        who = _for_whom(event, names, viewer) or who
    return {"what": what, "who": who, "when": event.at, "icon": icon, "tone": tone}


def _for_whom(event: Event, names: Mapping[UUID, str], viewer: UUID | None) -> str:
    """Whose access an event is about; it stands among the ids that the event concerns."""
    if viewer in event.about:
        return _("for you")
    name = next((names[pk] for pk in event.about if pk in names), "")
    return _("for %(name)s") % {"name": name} if name else ""


def _who(event: Event, names: Mapping[UUID, str], viewer: UUID | None) -> str:
    if event.kind in UNNAMED:
        return ""
    if event.actor_id is None:
        return str(NAMED_ACTORS[event.actor_kind])
    who = _("you") if event.actor_id == viewer else names.get(event.actor_id, "")
    if who and event.facts.get("service_account"):
        return _("%(name)s, through a service account") % {"name": who}
    return who


def noun_of(event: Event) -> str:
    """What kind of thing the event is about, in the reader's words."""
    named = (model._meta for model in apps.get_models() if model._meta.model_name == event.subject_type)
    return next((str(meta.verbose_name) for meta in named), event.subject_type)
