"""A research purpose as answers, and its JSON form. No database, no Django models.

Every answer may be missing. A missing answer is unknown, and unknown never means yes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, NamedTuple

SHAPE = 1  # the version of the JSON shape
KINDS = ("disease", "health", "population", "ancestry", "methods", "other", "care")
ORGANISATIONS = ("public", "nonprofit", "company")
AI = ("no", "inside", "leaves")
ETHICS = ("approved", "pending", "none")
SENSITIVE = ("controls", "children", "stigma", "illegal", "sexuality", "psychology", "vulnerable")
MOST_DISEASES, MOST_COUNTRIES, LONGEST_TEXT = 20, 60, 200
DISEASE_ID = re.compile(r"(?:MONDO|DOID):\d{1,9}")
COUNTRY = re.compile(r"[A-Z]{2}")


class Disease(NamedTuple):
    """A disease by its ontology id, for example MONDO:0004989; `id` is empty if it was typed as free text."""

    id: str
    label: str


@dataclass(frozen=True)
class Purpose:
    """The answers. None is "not answered"; an empty set is the answer "none of these"."""

    kind: str | None = None
    diseases: tuple[Disease, ...] | None = None
    methods: bool | None = None
    ancestry: bool | None = None
    genetic: bool | None = None
    sensitive: frozenset[str] | None = None
    commercial: bool | None = None
    organisations: frozenset[str] | None = None
    countries: frozenset[str] | None = None
    processing: frozenset[str] | None = None
    ai: str | None = None
    reidentify: bool | None = None
    ethics: str | None = None
    ethics_until: date | None = None
    publish: bool | None = None
    return_results: bool | None = None
    collaborate: bool | None = None
    project: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no question is answered."""
        return self == Purpose()

    @property
    def unanswered(self) -> list[str]:
        """The names of the questions without an answer, in order."""
        return [one.name for one in fields(self) if getattr(self, one.name) is None]


class ShapeError(ValueError):
    """JSON that is no purpose; `faults` maps the name of an answer ("" for the whole) to what is wrong, in English."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {said}" if name else said for name, said in faults.items()))
        self.faults = dict(faults)


def read_purpose(data: Any) -> Purpose:
    """The purpose in this JSON; an empty object is one without answers.

    Raises ShapeError for another version, an unknown answer, or a value of another kind or outside its list.
    """
    if not isinstance(data, Mapping):
        raise ShapeError({"": "must be an object"})
    if data and data.get("version") != SHAPE:
        raise ShapeError({"version": f"must be {SHAPE}"})
    faults = {str(name): "is not a known answer" for name in data if name != "version" and name not in READERS}
    answers: dict[str, Any] = {}
    for name, read in READERS.items():
        if data.get(name) is not None:
            try:
                answers[name] = read(data[name])
            except (ValueError, TypeError) as fault:
                faults[name] = str(fault)
    if faults:
        raise ShapeError(faults)
    return Purpose(**answers)


def purpose_json(purpose: Purpose) -> dict[str, Any]:
    """The purpose as JSON: only what is answered, sets in order, days as 2027-06-30; empty for one without answers."""
    said = {one.name: _plain(getattr(purpose, one.name)) for one in fields(purpose)}
    answered = {name: value for name, value in said.items() if value is not None}
    return {"version": SHAPE, **answered} if answered else {}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [{"id": one.id, "label": one.label} for one in value]
    return value.isoformat() if isinstance(value, date) else value


# ------------------------------------------------------------------------------------------------ reading one answer
def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _one_of(known: Iterable[str]) -> Callable[[Any], str]:
    allowed = tuple(known)

    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return str(value)

    return read


def _some_of(known: Iterable[str]) -> Callable[[Any], frozenset[str]]:
    allowed = tuple(known)

    def read(value: Any) -> frozenset[str]:
        if not isinstance(value, list) or any(one not in allowed for one in value):
            raise ValueError(f"must be a list of {', '.join(allowed)}")
        return frozenset(value)

    return read


def _countries(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or len(value) > MOST_COUNTRIES:
        raise ValueError(f"must be a list of at most {MOST_COUNTRIES} country codes")
    if any(not isinstance(one, str) or not COUNTRY.fullmatch(one) for one in value):
        raise ValueError("must be ISO 3166-1 codes of two letters, for example DK")
    return frozenset(value)


def _diseases(value: Any) -> tuple[Disease, ...]:
    if not isinstance(value, list) or len(value) > MOST_DISEASES:
        raise ValueError(f"must be a list of at most {MOST_DISEASES} diseases")
    return tuple(dict.fromkeys(map(_disease, value)))


def _disease(value: Any) -> Disease:
    if not isinstance(value, Mapping) or set(value) - {"id", "label"}:
        raise ValueError('must be objects such as {"id": "MONDO:0004989", "label": "breast carcinoma"}')
    key, label = value.get("id", ""), value.get("label", "")
    if not isinstance(key, str) or (key and not DISEASE_ID.fullmatch(key)):
        raise ValueError("must have ids such as MONDO:0004989 or DOID:1612")
    _line(label)
    if not key and not str(label).strip():
        raise ValueError("must have an id or a label")
    return Disease(key, label)


def _line(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"must be one line of at most {LONGEST_TEXT} characters")
    return value


def _day(value: Any) -> date:
    if not isinstance(value, str):
        raise TypeError("must be a date, for example 2027-06-30")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a date, for example 2027-06-30") from None


READERS: dict[str, Callable[[Any], Any]] = {
    "kind": _one_of(KINDS),
    "diseases": _diseases,
    "methods": _flag,
    "ancestry": _flag,
    "genetic": _flag,
    "sensitive": _some_of(SENSITIVE),
    "commercial": _flag,
    "organisations": _some_of(ORGANISATIONS),
    "countries": _countries,
    "processing": _countries,
    "ai": _one_of(AI),
    "reidentify": _flag,
    "ethics": _one_of(ETHICS),
    "ethics_until": _day,
    "publish": _flag,
    "return_results": _flag,
    "collaborate": _flag,
    "project": _line,
}
