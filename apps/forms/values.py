"""The answer to a question: read from what was typed or sent, and as a person reads it. Pure functions, but for today.

An answer is JSON: text for most types, a number, a list of texts (`choices`, `country`, `variables`),
`{"from", "until"}` for a period, `{"name", "email", "orcid"}` for a person, a list of files (`apps.forms.files`), and a
list of objects, one a row, for a table.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import clock, countries
from apps.core.errors import Invalid
from apps.core.text import is_blank, is_email, seen_length, typed
from apps.forms import files, identifiers
from apps.forms.definition import Question
from apps.forms.kinds import Type

PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,28}[0-9]\Z", re.ASCII)
MOST = {Type.TEXT: 300, Type.LONG_TEXT: 20_000}  # characters, where the question says nothing
MOST_ENTRIES, MOST_ROWS = 300, 100
PERIOD, PERSON = ("from", "until"), ("name", "email", "orcid")


def read(question: Question, sent: Any) -> Any:
    """The answer in its one form, None for an empty one; raises Invalid with a sentence."""
    reader = READERS.get(question.type)
    if reader is None or is_empty(sent):
        return None
    return reader(question, sent)


def is_empty(sent: Any) -> bool:
    """Whether nothing was typed."""
    if isinstance(sent, str):
        return is_blank(sent)
    if isinstance(sent, Mapping):
        return all(is_empty(one) for one in sent.values())
    if isinstance(sent, list):
        return all(is_empty(one) for one in sent)
    return sent is None


# ------------------------------------------------------------------------------------------------- reading
def _text(sent: Any, most: int = 2_000) -> str:
    if not isinstance(sent, str):
        raise Invalid(_("This must be text."))
    text = typed(sent).strip()
    if len(text) > most:
        raise Invalid(_("Use at most %(most)s characters. You have used %(n)s.") % {"most": most, "n": len(text)})
    return text


def _read_text(question: Question, sent: Any) -> str:
    text = _text(sent, int(question.most or MOST[question.type]))
    if question.least is not None and seen_length(text) < question.least:
        raise Invalid(_("Use at least %(least)s characters.") % {"least": int(question.least)})
    words = len(text.split())
    if question.most_words is not None and words > question.most_words:
        raise Invalid(_("Use at most %(most)s words. You have used %(n)s.") % {"most": question.most_words, "n": words})
    return text


def _read_number(question: Question, sent: Any) -> float:
    try:
        number = Decimal(str(sent).strip().replace(",", ".")) if not isinstance(sent, bool) else Decimal("nan")
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number) > Decimal("1e15") or len(number.as_tuple().digits) > 15:
        raise Invalid(_("Enter a number, for example 120 or 2.5."))
    if question.least is not None and number < Decimal(str(question.least)):
        raise Invalid(_("Enter %(least)s or more.") % {"least": _plain(question.least)})
    if question.most is not None and number > Decimal(str(question.most)):
        raise Invalid(_("Enter %(most)s or less.") % {"most": _plain(question.most)})
    return int(number) if number == number.to_integral_value() else float(number)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _read_date(question: Question, sent: Any) -> str:
    day = _day(sent)
    earliest, latest = limit_of(question.earliest), limit_of(question.latest)
    if earliest is not None and day < earliest:
        raise Invalid(_("Enter %(day)s or a later date.") % {"day": _shown_day(earliest)})
    if latest is not None and day > latest:
        raise Invalid(_("Enter %(day)s or an earlier date.") % {"day": _shown_day(latest)})
    return day.isoformat()


def _day(sent: Any) -> date:
    try:
        return date.fromisoformat(sent.strip()) if isinstance(sent, str) else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> date:
    raise Invalid(_("Enter a date that exists, for example 2026-09-01."))


def limit_of(text: str) -> date | None:
    """A limit of days: none, today, or that day."""
    if not text:
        return None
    return clock.today() if text == "today" else date.fromisoformat(text)


def _shown_day(day: date) -> str:
    return formats.date_format(day, "j M Y")


def _read_period(question: Question, sent: Any) -> dict[str, str]:
    parts = _members(sent, PERIOD)
    if is_empty(parts["from"]) or is_empty(parts["until"]):
        raise Invalid(_("Enter both the first and the last day."))
    begin, end = (_read_date(question, parts[name]) for name in PERIOD)
    if begin > end:
        raise Invalid(_("The last day must not be before the first day."))
    return {"from": begin, "until": end}


def _members(sent: Any, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(sent, Mapping) or not set(sent) <= set(names):
        raise Invalid(_("This answer has the wrong format for the question."))
    return {name: sent.get(name, "") for name in names}


def _read_choice(question: Question, sent: Any) -> str:
    if not isinstance(sent, str) or question.option(sent) is None:
        raise Invalid(_("Choose an answer from the list."))
    return sent


def _entries(question: Question, sent: Any) -> list[str]:
    """A list of texts; one text has an entry on each line."""
    entries = sent.splitlines() if isinstance(sent, str) else sent
    if not isinstance(entries, list) or not all(isinstance(one, str) for one in entries):
        raise Invalid(_("This answer has the wrong format for the question."))
    kept = list(dict.fromkeys(one.strip() for one in entries if not is_blank(one)))
    most = int(question.most or MOST_ENTRIES)
    if len(kept) > most:
        raise Invalid(
            ngettext("Enter at most %(most)s entry.", "Enter at most %(most)s entries.", most) % {"most": most}
        )
    least = int(question.least or 0)
    if len(kept) < least:
        raise Invalid(
            ngettext("Enter at least %(least)s entry.", "Enter at least %(least)s entries.", least) % {"least": least}
        )
    return kept


def _read_choices(question: Question, sent: Any) -> list[str]:
    chosen = set(_entries(question, [sent] if isinstance(sent, str) else sent))
    if not chosen <= {option.key for option in question.options}:
        raise Invalid(_("Choose answers from the list."))
    return [option.key for option in question.options if option.key in chosen]


def _read_countries(question: Question, sent: Any) -> list[str]:
    entries = _entries(question, re.sub(r"[;,]", "\n", sent) if isinstance(sent, str) else sent)
    codes = []
    for entry in entries:
        code = countries.code_of(entry)
        if code not in countries.NAMES:
            sentence = _("“%(words)s” is not a country. Enter its name or its two-letter code, for example DK.")
            raise Invalid(sentence % {"words": entry[:60]})
        codes.append(code)
    return list(dict.fromkeys(codes))


def _read_variables(question: Question, sent: Any) -> list[str]:
    return [_text(one, 200) for one in _entries(question, sent)]


def _read_email(_question: Question, sent: Any) -> str:
    address = _text(sent, 254)
    if not is_email(address):
        raise Invalid(_("Enter an e-mail address, for example name@example.org."))
    return address


def _read_phone(_question: Question, sent: Any) -> str:
    number = " ".join(_text(sent, 40).split())
    if not PHONE.match(number):
        raise Invalid(_("Enter a telephone number with its country code, for example +45 33 33 33 33."))
    return number


def _read_url(_question: Question, sent: Any) -> str:
    address = _text(sent)
    try:
        URLValidator(schemes=["https", "http"])(address)
    except ValidationError:
        raise Invalid(_("Enter a web address that starts with https://.")) from None
    return address


def _read_orcid(_question: Question, sent: Any) -> str:
    found = identifiers.orcid(_text(sent))
    if not found:
        raise Invalid(_("Enter an ORCID iD, for example 0000-0002-1825-0097. Check the digits."))
    return found


def _read_organisation(_question: Question, sent: Any) -> str:
    found = identifiers.ror(_text(sent))
    if not found:
        raise Invalid(_("Enter the ROR id of the organisation, for example https://ror.org/03yrm5c26."))
    return found


def _read_person(question: Question, sent: Any) -> dict[str, str]:
    parts = _members({"name": sent} if isinstance(sent, str) else sent, PERSON)
    if is_empty(parts["name"]):
        raise Invalid(_("Enter the name of the person."))
    read_parts = {"name": _text(parts["name"], 200)}
    for name, reader in (("email", _read_email), ("orcid", _read_orcid)):
        if not is_empty(parts[name]):
            read_parts[name] = reader(question, parts[name])
    return read_parts


def _read_table(question: Question, sent: Any) -> list[dict[str, Any]]:
    if not isinstance(sent, list) or len(sent) > 2_000:
        raise Invalid(_("This answer has the wrong format for the question."))
    keys = tuple(column.key for column in question.columns)
    rows = [_members(one, keys) for one in sent if not is_empty(one)]
    most = int(question.most or MOST_ROWS)
    if len(rows) > most:
        raise Invalid(ngettext("Use at most %(most)s row.", "Use at most %(most)s rows.", most) % {"most": most})
    least = int(question.least or 0)
    if len(rows) < least:
        raise Invalid(
            ngettext("Fill in at least %(least)s row.", "Fill in at least %(least)s rows.", least) % {"least": least}
        )
    return [_read_row(question, row, number) for number, row in enumerate(rows, start=1)]


def _read_row(question: Question, row: Mapping[str, Any], number: int) -> dict[str, Any]:
    cells = {}
    for column in question.columns:
        try:
            cell = read(column, row[column.key])
        except Invalid as refusal:
            why = {"n": number, "column": column, "why": refusal.sentence}
            raise Invalid(_("Row %(n)s, %(column)s: %(why)s") % why) from None
        if cell is None and column.required:
            raise Invalid(_("Row %(n)s: fill in “%(column)s”.") % {"n": number, "column": column})
        if cell is not None:
            cells[column.key] = cell
    return cells


READERS: Mapping[Type, Callable[[Question, Any], Any]] = {
    Type.TEXT: _read_text,
    Type.LONG_TEXT: _read_text,
    Type.NUMBER: _read_number,
    Type.DATE: _read_date,
    Type.PERIOD: _read_period,
    Type.CHOICE: _read_choice,
    Type.CHOICES: _read_choices,
    Type.TABLE: _read_table,
    Type.EMAIL: _read_email,
    Type.PHONE: _read_phone,
    Type.URL: _read_url,
    Type.ORCID: _read_orcid,
    Type.ORGANISATION: _read_organisation,
    Type.COUNTRY: _read_countries,
    Type.PERSON: _read_person,
    Type.VARIABLES: _read_variables,
    Type.FILE: files.read,
}


# ------------------------------------------------------------------------------------------------- showing
def lines(question: Question, answer: Any) -> list[str]:
    """The answer as a person reads it, a line for each entry; a row of a table is one line. Nothing for no answer."""
    if answer is None:
        return []
    if isinstance(answer, list):
        return [_entry(question, one) for one in answer]
    return [_entry(question, answer)]


def _entry(question: Question, answer: Any) -> str:
    if question.type in (Type.CHOICE, Type.CHOICES):
        option = question.option(answer)
        return str(option) if option is not None else str(answer)
    if question.type == Type.COUNTRY:
        return countries.name_of(answer)
    if question.type == Type.DATE:
        return _shown_day(date.fromisoformat(answer))
    if question.type == Type.PERIOD:
        begin, end = (_shown_day(date.fromisoformat(answer[name])) for name in PERIOD)
        return _("%(begin)s to %(end)s") % {"begin": begin, "end": end}
    if question.type == Type.PERSON:
        return ", ".join(answer[name] for name in PERSON if name in answer)
    if question.type == Type.FILE:
        return files.in_words(answer)
    if question.type == Type.TABLE:
        return "; ".join(
            f"{column}: {', '.join(lines(column, answer[column.key]))}"
            for column in question.columns
            if column.key in answer
        )
    return formats.number_format(answer) if isinstance(answer, int | float) else str(answer)
