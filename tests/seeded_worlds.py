"""Fetch a world that `tests/seed_worlds.py` built by the portal's commands and kept in the template database.

A kept world is the rows that its commands wrote (schema `worlds`, table `kept`), the bytes of its stored files, and
the object its story returned, as JSON. `fetch` brings the rows into the test's own tables with one statement, so the
database of a test holds what the test asked for and nothing else.

A world is named by the call that made it: "granted()", "shelf(access='open')". Worlds of one `unit` share rows
(a granted world contains its shelf): a test gets each unit once, and the next call gets the next unit. When all are
used, when the clock is frozen, or when the name is not kept, `fetch` answers None and the story runs the commands.
"""

import base64
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.utils.module_loading import import_string

from apps.core import clock

P = ParamSpec("P")
T = TypeVar("T")
TEMPLATE_UNIT = "template()"


@dataclass(frozen=True)
class Copy:
    """One kept copy of a world: its key in `worlds.kept`, the unit it belongs to, whether it needs the template."""

    key: str
    unit: str
    needs_template: bool


@dataclass
class _State:
    copies: dict[str, list[Copy]]
    files: Path
    used: set[str]
    by_commands: bool = False


_state = _State({}, Path(), set())


def open_catalogue(files: Path) -> None:
    """Read which worlds the database holds; `files` is the folder with their stored bytes."""
    copies: dict[str, list[Copy]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, key, unit, needs_template FROM worlds.kept ORDER BY position")
        for name, *about in cursor.fetchall():
            copies[name].append(Copy(*about))
    _state.copies, _state.files = dict(copies), files


def close_catalogue() -> None:
    """From now on every story runs its commands."""
    _state.copies = {}


def names() -> set[str]:
    """The names of all kept worlds."""
    return set(_state.copies)


def begin_test() -> None:
    """A new test has used nothing."""
    _state.used = set()


@contextmanager
def by_commands() -> Iterator[None]:
    """Inside, every story runs its commands: for tests of the course itself."""
    before, _state.by_commands = _state.by_commands, True
    try:
        yield
    finally:
        _state.by_commands = before


# ------------------------------------------------------------------------------------------------------- stories
def fetched(story: Callable[P, T]) -> Callable[P, T]:
    """The story's world is fetched if it is kept under the name of this call, and built by commands otherwise."""

    @wraps(story)
    def notify(*args: P.args, **how: P.kwargs) -> T:
        name = None if args else name_of(story.__name__, how)
        found = None if name is None else fetch(name)
        return story(*args, **how) if found is None else found

    return notify


def name_of(story: str, how: dict[str, Any]) -> str | None:
    """The name of a call: "shelf(access='open')"; None if an argument is a world or a person of the test."""
    if not all(isinstance(value, str | int | bool) for value in how.values()):
        return None
    return f"{story}({', '.join(f'{key}={how[key]!r}' for key in sorted(how))})"


def fetch(name: str) -> Any:
    """The next copy of that world, its rows and files in place; None if there is none for this test."""
    while (copy := _next_copy(name)) is not None:
        template = _next_copy(TEMPLATE_UNIT) if copy.needs_template else None
        if template is not None:
            _bring(template)
        notified = _bring(copy)
        if notified is not None:
            return decode(notified)
    return None


def _next_copy(name: str) -> Copy | None:
    if _state.by_commands or clock.is_frozen():
        return None
    free = [copy for copy in _state.copies.get(name, []) if copy.unit not in _state.used]
    if not free or (_about_template(free[0]) and _has_template_of_its_own()):
        return None
    return free[0]


def _about_template(copy: Copy) -> bool:
    return copy.needs_template or copy.unit == TEMPLATE_UNIT


def _has_template_of_its_own() -> bool:
    """Whether the test published an agreement template: the kept agreements are offered on another one."""
    if TEMPLATE_UNIT in _state.used:
        return False
    return apps.get_model("agreements", "Template").objects.exists()


def _bring(copy: Copy) -> Any:
    """Insert the rows of the world, put its files into the test's storage, and return its object as JSON.

    None if its unit is there already: a fixture of the module or the session fetched it before this test began.
    """
    _state.used.add(copy.unit)
    with connection.cursor() as cursor:
        cursor.execute("SELECT told::text, files FROM worlds.bring(%s)", [copy.key])
        row = cursor.fetchone()
    if row is None:
        return None
    notified, files = row
    where = Path(settings.STORAGES["private"]["OPTIONS"]["location"])
    for name in files:
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_state.files / name, where / name)
    return json.loads(notified)


# ---------------------------------------------------------------------------------------------- objects as JSON
def encode(value: Any) -> Any:
    """JSON for what a story returns: dataclasses of plain values and rows; a row is its model and its key."""
    if isinstance(value, Model):
        return {"row": value._meta.label, "pk": str(value.pk)}
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        parts = {one.name: encode(getattr(value, one.name)) for one in fields(value)}
        return {"object": f"{kind.__module__}.{kind.__qualname__}", "parts": parts}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {"map": {key: encode(one) for key, one in value.items()}}
    if isinstance(value, list):
        return [encode(one) for one in value]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a world cannot keep {type(value)}")


def decode(notified: Any) -> Any:
    """The object again, its rows fetched with one statement a model."""
    wanted: dict[str, set[str]] = defaultdict(set)
    _collect(notified, wanted)
    rows: dict[tuple[str, str], Model] = {}
    for label, keys in wanted.items():
        for row in apps.get_model(label)._base_manager.filter(pk__in=keys):
            rows[label, str(row.pk)] = row
    return _build(notified, rows)


def _collect(notified: Any, wanted: dict[str, set[str]]) -> None:
    if isinstance(notified, list):
        for one in notified:
            _collect(one, wanted)
    elif isinstance(notified, dict):
        if "row" in notified:
            wanted[notified["row"]].add(notified["pk"])
        else:
            _collect(list((notified.get("parts") or notified.get("map") or {}).values()), wanted)


def _build(notified: Any, rows: dict[tuple[str, str], Model]) -> Any:
    if isinstance(notified, list):
        return [_build(one, rows) for one in notified]
    if not isinstance(notified, dict):
        return notified
    if "row" in notified:
        return rows[notified["row"], notified["pk"]]
    if "bytes" in notified:
        return base64.b64decode(notified["bytes"])
    if "map" in notified:
        return {key: _build(one, rows) for key, one in notified["map"].items()}
    parts = {key: _build(one, rows) for key, one in notified["parts"].items()}
    return import_string(notified["object"])(**parts)
