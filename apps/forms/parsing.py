"""Reading a form from JSON. Every other shape is refused, with a sentence that names the place."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from apps.core.errors import Invalid
from apps.core.text import is_blank, typed
from apps.forms import kinds
from apps.forms.definition import DEFAULT_LANGUAGE, FORMAT, Definition, Json, Option, Question, Section
from apps.forms.kinds import Profile, Readers, Type
from apps.forms.problems import check_can_be_filled_in
from apps.forms.visibility import COMPARISONS, MOST_DEPTH, MOST_PARTS, parts

MOST_QUESTIONS, MOST_SECTIONS, MOST_OPTIONS, MOST_COLUMNS = 500, 60, 300, 20
MOST_BYTES = 1_000_000
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}\Z", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2}\Z", re.ASCII)
LONGEST = {"label": 500, "title": 200, "name": 200, "help": 5_000, "about": 5_000}
FIELD = "definition"  # the field of a form or API body that has the JSON


def from_text(text: str) -> Definition:
    """The form in a JSON text (RFC 8259) of at most 1 MB; raises Invalid."""
    if len(text.encode()) > MOST_BYTES:
        raise Invalid(_("The form is larger than 1 MB. Split it into several forms."), field=FIELD)
    try:
        found = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except RecursionError:
        raise Invalid(_("The JSON is nested too deeply."), field=FIELD) from None
    except ValueError:
        raise Invalid(_("This is not valid JSON. Export a form to see an example."), field=FIELD) from None
    return parse(found)


def parse(found: Json) -> Definition:
    """The form in a JSON value, which can be filled in; raises Invalid for any other shape."""
    definition = parse_draft(found)
    check_can_be_filled_in(definition)
    return definition


def parse_draft(found: Json) -> Definition:
    """The form in a JSON value that may still have problems, such as a condition about a later question."""
    here = _object(found, "", {"format", "name", "about", "sections"})
    if here.get("format") != FORMAT:
        _refuse("format", _("must be “%(format)s”") % {"format": FORMAT})
    sections = _list(here.get("sections", []), "sections", most=MOST_SECTIONS)
    definition = Definition(
        name=_texts(here.get("name"), "name"),
        about=_texts(here.get("about", {}), "about", needed=False),
        sections=tuple(_section(one, f"sections[{at}]") for at, one in enumerate(sections)),
    )
    _check_keys(definition)
    return definition


def _check_keys(definition: Definition) -> None:
    """Each key is used once, and there are not too many questions."""
    keys = [question.key for question in definition.questions()]
    if len(keys) > MOST_QUESTIONS:
        _refuse("sections", _("there are more than %(most)s questions") % {"most": MOST_QUESTIONS})
    for what, used in (("sections", [one.key for one in definition.sections]), ("questions", keys)):
        twice = next((key for key in used if used.count(key) > 1), "")
        if twice:
            _refuse(what, _("the key “%(key)s” is used twice") % {"key": twice})


def _section(found: Json, path: str) -> Section:
    here = _object(found, path, {"key", "title", "help", "visible_if", "questions"})
    questions = _list(here.get("questions", []), f"{path}.questions", most=MOST_QUESTIONS)
    return Section(
        key=_key(here.get("key"), f"{path}.key"),
        title=_texts(here.get("title"), f"{path}.title"),
        help=_texts(here.get("help", {}), f"{path}.help", needed=False),
        visible_if=_condition(here.get("visible_if"), f"{path}.visible_if"),
        questions=tuple(question(one, f"{path}.questions[{at}]") for at, one in enumerate(questions)),
    )


def question(found: Json, path: str, *, is_column: bool = False) -> Question:
    """One question, or one column of a table; what its type does not have is refused."""
    here = _object(found, path, {"key", "type", "label", *READ})
    kind = _one_of(here.get("type"), f"{path}.type", Type)
    if is_column and kind not in kinds.IN_TABLES:
        _refuse(f"{path}.type", _("a column cannot have this type"))
    members = {name: READ[name](here[name], f"{path}.{name}") for name in READ if name in here}
    for name in members:
        if (is_column and name in NOT_IN_COLUMNS) or kind not in ONLY_FOR.get(name, ASKING):
            _refuse(f"{path}.{name}", _("this is not allowed for a question of this type"))
    read = Question(
        key=_key(here.get("key"), f"{path}.key"), type=kind, label=_texts(here.get("label"), f"{path}.label"), **members
    )
    _check_complete(read, path)
    return read


def _check_complete(read: Question, path: str) -> None:
    """What the type needs is there, each once."""
    if read.type in kinds.WITH_OPTIONS and not read.options:
        _refuse(f"{path}.options", _("add at least one answer to choose from"))
    if read.type == Type.TABLE and not read.columns:
        _refuse(f"{path}.columns", _("add at least one column"))
    for name, keys in (("options", [one.key for one in read.options]), ("columns", [one.key for one in read.columns])):
        if len(keys) != len(set(keys)):
            _refuse(f"{path}.{name}", _("a key is used twice"))
    if read.prefill and read.type not in kinds.FILLED_FROM[Profile(read.prefill)]:
        _refuse(f"{path}.prefill", _("answers of this type cannot be filled in from that part of the profile"))
    _check_limits(read, path)


def _check_limits(read: Question, path: str) -> None:
    """The limits are in order."""
    if read.least is not None and read.most is not None and read.least > read.most:
        _refuse(f"{path}.least", _("the minimum is greater than the maximum"))
    if read.type != Type.NUMBER and any(limit is not None and limit < 0 for limit in (read.least, read.most)):
        _refuse(path, _("a limit must not be negative"))
    if _is_day(read.earliest) and _is_day(read.latest) and read.earliest > read.latest:
        _refuse(f"{path}.earliest", _("the earliest day is after the latest"))


def _is_day(text: str) -> bool:
    return text not in ("", "today")


# ------------------------------------------------------------------------------------------------- the values
def _refuse(path: str, why: str) -> NoReturn:
    raise Invalid(_("%(place)s: %(why)s.") % {"place": path or _("the form"), "why": why}, field=FIELD)


def _object(found: Json, path: str, allowed: set[str]) -> dict[str, Any]:
    if not isinstance(found, dict):
        _refuse(path, _("must be a JSON object"))
    for name in found:
        if name not in allowed:
            _refuse(f"{path}.{name[:60]}".lstrip("."), _("this key is unknown"))
    return found


def _list(found: Json, path: str, *, most: int) -> list[Any]:
    if not isinstance(found, list):
        _refuse(path, _("must be a list"))
    if len(found) > most:
        _refuse(path, _("can have at most %(most)s entries") % {"most": most})
    return found


def _text(found: Json, path: str, longest: int = 200) -> str:
    if not isinstance(found, str):
        _refuse(path, _("must be text"))
    if len(found) > longest:
        _refuse(path, _("can have at most %(most)s characters") % {"most": longest})
    try:
        return typed(found).strip()
    except Invalid as refusal:
        _refuse(path, refusal.sentence.rstrip("."))


def _texts(found: Json, path: str, *, needed: bool = True) -> dict[str, str]:
    """A text in several languages, one of them English."""
    if not isinstance(found, dict):
        _refuse(path, _('must be an object with a text for each language, such as {"en": "Purpose"}'))
    longest = LONGEST[path.rsplit(".", 1)[-1]]
    texts = {}
    for language, text in found.items():
        if not LANGUAGE.match(language):
            _refuse(f"{path}.{language[:20]}", _("must be a language code of two letters"))
        read = _text(text, f"{path}.{language}", longest)
        if not is_blank(read):
            texts[language] = read
    if DEFAULT_LANGUAGE not in texts and (needed or texts):
        _refuse(path, _("the English text is missing"))
    return texts


def _key(found: Json, path: str) -> str:
    if not isinstance(found, str) or not KEY.match(found):
        _refuse(path, _("must be 1 to 60 characters from a-z, 0-9 and _, and start with a-z"))
    return found


def _one_of(found: Json, path: str, choices: Any) -> Any:
    if not isinstance(found, str) or found not in choices.values:
        _refuse(path, _("must be one of: %(all)s") % {"all": ", ".join(choices.values)})
    return choices(found)


def _flag(found: Json, path: str) -> bool:
    if not isinstance(found, bool):
        _refuse(path, _("must be true or false"))
    return found


def _number(found: Json, path: str) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 1e15:
        _refuse(path, _("must be a number"))
    return found


def _count(found: Json, path: str) -> int:
    number = _number(found, path)
    if not isinstance(number, int) or number < 1:
        _refuse(path, _("must be a whole number of 1 or more"))
    return number


def _day(found: Json, path: str) -> str:
    text = _text(found, path)
    if _is_day(text):
        try:
            date.fromisoformat(text)
        except ValueError:
            _refuse(path, _("must be a date such as 2026-09-01, or “today”"))
    return text


def _options(found: Json, path: str) -> tuple[Option, ...]:
    options = []
    for at, one in enumerate(_list(found, path, most=MOST_OPTIONS)):
        here = _object(one, f"{path}[{at}]", {"key", "label"})
        label = _texts(here.get("label"), f"{path}[{at}].label")
        options.append(Option(_key(here.get("key"), f"{path}[{at}].key"), label))
    return tuple(options)


def _columns(found: Json, path: str) -> tuple[Question, ...]:
    columns = _list(found, path, most=MOST_COLUMNS)
    return tuple(question(one, f"{path}[{at}]", is_column=True) for at, one in enumerate(columns))


def _formats(found: Json, path: str) -> tuple[str, ...]:
    formats = tuple(_text(one, path).lower() for one in _list(found, path, most=len(kinds.FORMATS)))
    if not set(formats) <= set(kinds.FORMATS):
        _refuse(path, _("can contain only: %(all)s") % {"all": ", ".join(kinds.FORMATS)})
    return formats


def _rules(found: Json, path: str) -> tuple[str, ...]:
    return tuple(_text(one, path) for one in _list(found, path, most=30))


def _condition(found: Json, path: str, depth: int = 0) -> Json:
    """A condition as it is written in `apps.forms.visibility`."""
    if found is None:
        return None
    here = _object(found, path, {"question", "all", "any", "not", *COMPARISONS})
    names = sorted(here)
    if depth > MOST_DEPTH:
        _refuse(path, _("the condition is nested too deeply"))
    if names in (["all"], ["any"]):
        inner = _list(here[names[0]], f"{path}.{names[0]}", most=MOST_PARTS)
        read: Json = {names[0]: [_needed(one, f"{path}.{names[0]}[{at}]", depth) for at, one in enumerate(inner)]}
    elif names == ["not"]:
        read = {"not": _needed(here["not"], f"{path}.not", depth)}
    else:
        read = _comparison(here, path)
    if len(list(parts(read))) > MOST_PARTS:
        _refuse(path, _("can have at most %(most)s entries") % {"most": MOST_PARTS})
    return read


def _needed(found: Json, path: str, depth: int) -> Json:
    if found is None:
        _refuse(path, _("must be a JSON object"))
    return _condition(found, path, depth + 1)


def _comparison(here: Mapping[str, Any], path: str) -> Json:
    compared = [name for name in COMPARISONS if name in here]
    if len(here) != 2 or len(compared) != 1 or "question" not in here:
        _refuse(path, _("must name a question and one comparison: is, answered, at_least or at_most"))
    name = compared[0]
    read: Callable[[Json, str], Any] = {"is": _key, "answered": _flag}.get(name, _number)
    return {"question": _key(here["question"], f"{path}.question"), name: read(here[name], f"{path}.{name}")}


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            _refuse(name[:60], _("this name occurs twice in one JSON object"))
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    _refuse(name, _("NaN and Infinity are not numbers in JSON"))


READ: dict[str, Callable[[Json, str], Any]] = {
    "help": lambda found, path: _texts(found, path, needed=False),
    "required": _flag,
    "readers": lambda found, path: _one_of(found, path, Readers),
    "confidential": _flag,
    "visible_if": _condition,
    "prefill": lambda found, path: str(_one_of(found, path, Profile)),
    "refers_to": _rules,
    "least": _number,
    "most": _number,
    "most_words": _count,
    "earliest": _day,
    "latest": _day,
    "options": _options,
    "columns": _columns,
    "formats": _formats,
    "largest": _count,
}
ASKING = frozenset(Type) - kinds.SILENT
ONLY_FOR = {
    "help": frozenset(Type),
    "visible_if": frozenset(Type),
    "refers_to": frozenset(Type),
    "least": kinds.COUNTED,
    "most": kinds.COUNTED | {Type.FILE},
    "most_words": kinds.IN_WORDS,
    "earliest": kinds.IN_DAYS,
    "latest": kinds.IN_DAYS,
    "options": kinds.WITH_OPTIONS,
    "columns": frozenset({Type.TABLE}),
    "formats": frozenset({Type.FILE}),
    "largest": frozenset({Type.FILE}),
}
NOT_IN_COLUMNS = frozenset({"readers", "confidential", "visible_if", "prefill", "refers_to", "columns"})
