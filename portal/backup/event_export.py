"""The event log, shipped outside the portal: a folder of segments, each signed and chained to the one before it.

A restore needs it: what was revoked after a backup is known from here only. Each run appends the events that the folder
lacks. A segment is JSON lines: a header, the events, and an end with the head of the chain (SHA-256 of the head before
and of every byte so far) and its signature. `latest.json` says how many segments there are, so that a cut is seen.

An event may be committed after one with a higher number. Each run therefore looks again at the last hour, which is
longer than a transaction of the portal can last.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from apps.audit.models import Event
from apps.core import clock
from portal.backup import sealing
from portal.backup.errors import BackupError

LATEST = "latest.json"
LATE = timedelta(hours=1)
FIELDS = ("id", "at", "kind", "actor_kind", "actor_id", "subject_type", "subject_id", "about", "correlation", "facts")


@dataclass
class State:
    """What `latest.json` says, signed: segments, events in all, the highest number, and when."""

    portal: str
    segments: int
    events: int
    last: int
    last_line: str  # SHA-256 of the line of event `last`
    head: str
    exported_at: str
    recent: list[int]  # numbers of the last hour, which the next run must not export again


def line_of(event: Event) -> str:
    """One event as it is exported; the same event is always the same line."""
    values = {name: getattr(event, name) for name in FIELDS}
    values["at"] = event.at.isoformat(timespec="microseconds")
    values["about"] = [str(one) for one in event.about]
    for name in ("actor_id", "subject_id"):
        values[name] = str(values[name]) if values[name] is not None else None
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def export(folder: Path) -> State:
    """Append the events that the folder lacks; the state afterwards. A run without new events moves the time on."""
    folder.mkdir(parents=True, exist_ok=True)
    before = read_state(folder) if (folder / LATEST).exists() else None
    if before is None and any(folder.glob("events-*.jsonl")):
        raise BackupError(f"{folder} has segments but no {LATEST}, so part of it is missing. Use a new folder.")
    if before is not None:
        _check_same_log(before)
    now = clock.now()
    writer = _Writer(folder, before)
    for event in _lacking(before).iterator(chunk_size=2000):
        writer.add(event, recent=event.at > now - LATE)
    state = writer.finish(now.isoformat())
    _write_state(folder, state)
    return state


def _lacking(before: State | None) -> Any:
    events = Event.objects.order_by("id")
    if before is None:
        return events
    since = parse_datetime(before.exported_at)
    assert since is not None
    late = Q(at__gt=since - LATE) & ~Q(pk__in=before.recent)
    return events.filter(Q(pk__gt=before.last) | late)


def _check_same_log(before: State) -> None:
    """The folder's newest event is in this log, unchanged."""
    if not before.last:
        return
    newest = Event.objects.filter(pk=before.last).first()
    if newest is None or digest(line_of(newest)) != before.last_line:
        raise BackupError(
            "The folder contains events of another log, or of this log before a restore. Use a new folder."
        )


class _Writer:
    """Writes at most one segment, which appears under its name only when it is whole."""

    def __init__(self, folder: Path, before: State | None) -> None:
        self.folder = folder
        self.before = before or State(sealing.portal_name(), 0, 0, 0, "", "", "", [])
        self.number = self.before.segments + 1
        self.path = folder / f"events-{self.number:08}.jsonl"
        self.part = self.path.with_name(f"{self.path.name}.part")
        self.file: IO[str] | None = None
        self.chain = hashlib.sha256(self.before.head.encode())
        self.count, self.last, self.last_line = 0, self.before.last, self.before.last_line
        self.recent = list(self.before.recent)

    def add(self, event: Event, *, recent: bool) -> None:
        if self.file is None:
            self.file = self.part.open("w", encoding="ascii")
            self._write(json.dumps({"gatehouse_events": 1, "portal": self.before.portal, "segment": self.number,
                                    "previous": self.before.head}))  # fmt: skip
        line = line_of(event)
        self._write(line)
        self.count += 1
        if event.pk > self.last:
            self.last, self.last_line = event.pk, digest(line)
        if recent:
            self.recent.append(event.pk)

    def _write(self, line: str) -> None:
        assert self.file is not None
        self.file.write(f"{line}\n")
        self.chain.update(f"{line}\n".encode())

    def finish(self, moment: str) -> State:
        known = Event.objects.filter(pk__in=self.recent, at__gt=clock.now() - 2 * LATE).values_list("pk", flat=True)
        recent = sorted(set(known))
        if self.file is None:
            return State(**vars(self.before) | {"exported_at": moment, "recent": recent})
        head = self.chain.hexdigest()
        end = {"end": self.count, "head": head, "signature": sealing.signature_of(head, purpose="events")}
        self.file.write(f"{json.dumps(end)}\n")
        self.file.close()
        self.part.rename(self.path)
        return State(
            self.before.portal, self.number, self.before.events + self.count, self.last, self.last_line, head, moment,
            recent,
        )  # fmt: skip


def _write_state(folder: Path, state: State) -> None:
    text = json.dumps(vars(state), sort_keys=True)
    part = folder / f"{LATEST}.part"
    part.write_text(f"{text}\n{sealing.signature_of(text, purpose='events.latest')}\n")
    part.rename(folder / LATEST)


def read_state(folder: Path) -> State:
    """What the folder says of itself; BackupError if it is not of this portal."""
    try:
        text, signature = (folder / LATEST).read_text().splitlines()
    except (OSError, ValueError):
        raise BackupError(f"{folder} contains no exported events: {LATEST} is missing or cannot be read.") from None
    sealing.check_signature(text, signature, purpose="events.latest", what="The list of exported events")
    state = State(**json.loads(text))
    if state.portal != sealing.portal_name():
        raise BackupError(f"The exported events belong to another portal: {state.portal}.")
    return state


def lines(folder: Path, state: State) -> Iterator[str]:
    """Every exported event as its line, in the order of the export; the chain is checked while it is read."""
    head, count = "", 0
    for number in range(1, state.segments + 1):
        path = folder / f"events-{number:08}.jsonl"
        try:
            with path.open(encoding="ascii") as file:
                chain = hashlib.sha256(head.encode())
                header = next(file, "")
                chain.update(header.encode())
                if _said(header).get("previous") != head or _said(header).get("portal") != state.portal:
                    raise _broken(path)
                line, inside = next(file, ""), 0
                for following in file:
                    chain.update(line.encode())
                    inside += 1
                    yield line.rstrip("\n")
                    line = following
        except (OSError, UnicodeDecodeError):
            raise BackupError(
                f"The exported events are incomplete: {path.name} is missing or cannot be read."
            ) from None
        head, count = chain.hexdigest(), count + inside
        _check_end(path, _said(line), head, inside)
    if head != state.head or count != state.events:
        raise BackupError("The exported events are incomplete or were changed: they do not match latest.json.")


def _check_end(path: Path, end: dict[str, Any], head: str, inside: int) -> None:
    if end.get("head") != head or end.get("end") != inside:
        raise _broken(path)
    sealing.check_signature(head, str(end.get("signature")), purpose="events", what=f"The segment {path.name}")


def _said(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _broken(path: Path) -> BackupError:
    return BackupError(
        f"The exported events are incomplete or were changed: {path.name} does not match the segment before it."
    )
