"""The roster of a class as text: one student a line, as a spreadsheet saves it or as it is typed. Pure functions.

Comma, semicolon or tab, quoted as in RFC 4180. The first line may name the columns; otherwise they are name, e-mail
address and ORCID iD. Every fault has its line and column, and nothing is taken over while there is one.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.core.errors import Invalid
from apps.core.text import is_blank, is_email, typed
from apps.forms.identifiers import orcid as orcid_address

MOST = 500  # students of one class
MOST_BYTES = 200_000
MOST_FAULTS = 50  # that are named at once
LONGEST_NAME, LONGEST_EMAIL = 200, 254
ORCID_ADDRESS = "https://orcid.org/"
NAME, EMAIL, ORCID = "name", "email", "orcid"
COLUMNS = (NAME, EMAIL, ORCID)
HEADINGS = {
    "name": NAME, "full name": NAME, "student": NAME, "navn": NAME,
    "e-mail": EMAIL, "email": EMAIL, "mail": EMAIL, "e-mail address": EMAIL, "email address": EMAIL,
    "e-mailadresse": EMAIL, "orcid": ORCID, "orcid id": ORCID,
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One student, as entered: the e-mail address in lower case, the ORCID iD with hyphens and without its address."""

    name: str
    email: str
    orcid: str
    line: int = 0


@dataclass(frozen=True)
class Fault:
    """What is wrong on one line (from 1), in one of the COLUMNS; an empty column is the line as a whole."""

    line: int
    column: str
    sentence: str


@dataclass
class Roster:
    """The students that were read, and everything that is wrong with the text."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark; Invalid at `file` for any other."""
    if len(content) > MOST_BYTES:
        raise Invalid(_("The file is larger than 200 kB. A class has at most 500 students."), field="file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            _(
                "The file is not in UTF-8. In your spreadsheet, save it as “CSV UTF-8”, or copy the rows into "
                "the field below."
            ),
            field="file",
        ) from None


def read(text: str) -> Roster:
    """The students in the text. Empty lines are skipped, and columns with another heading are ignored."""
    found = Roster()
    try:
        rows = list(_rows(text.removeprefix("\ufeff")))
    except csv.Error:
        found.faults.append(Fault(_line_of_fault(text), "", _("A quotation mark is not closed, or is inside a cell.")))
        return found
    columns: Sequence[str] = COLUMNS
    if rows and (named := _headings(rows[0][1])):
        columns, rows = named, rows[1:]
        if NAME not in columns or not {EMAIL, ORCID} & set(columns):
            found.faults.append(Fault(1, "", _("The first line must name the columns: name, and e-mail or ORCID.")))
            return found
    if len(rows) > MOST:
        found.faults.append(Fault(rows[MOST][0], "", _("A class has at most %(n)s students.") % {"n": MOST}))
        return found
    for line, cells in rows:
        entry, faults = _entry(line, cells, columns)
        found.entries.append(entry)
        found.faults += faults
    found.faults += _repeated(found.entries)
    found.faults.sort(key=lambda one: one.line)
    return found


def written(entries: Iterable[Entry]) -> str:
    """The students as lines that `read` reads back."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows((one.name, one.email, one.orcid) for one in entries)
    return text.getvalue()


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty with its number; a cell in quotation marks may go over several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    for cells in reader:
        if any(not is_blank(cell) for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _line_of_fault(text: str) -> int:
    """The line on which the last row began that could not be read."""
    line = 1
    try:
        for line, _cells in _rows(text.removeprefix("\ufeff")):
            line += 1
    except csv.Error:
        return line
    return line


def _delimiter(text: str) -> str:
    """The separator that the first line uses outside quotation marks; a comma if it uses none."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return max(",;\t", key=bare.count)


def _headings(cells: Sequence[str]) -> list[str]:
    """The column of each cell if the line names columns, "" for one that is not known; otherwise no columns."""
    named = [HEADINGS.get(" ".join(cell.split()).casefold(), "") for cell in cells]
    return named if any(named) and not any("@" in cell for cell in cells) else []


def _entry(line: int, cells: Sequence[str], columns: Sequence[str]) -> tuple[Entry, list[Fault]]:
    faults: list[Fault] = []
    if any(not is_blank(cell) for cell in cells[len(columns) :]):
        faults.append(Fault(line, "", _("This line has more cells than there are columns.")))
    said: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and column not in said:
            said[column], wrong = _typed(cell)
            faults += [Fault(line, column, wrong)] if wrong else []
    known = {one.column for one in faults}
    entry, wrongs = _checked(line, said)
    return entry, faults + [Fault(line, column, wrong) for column, wrong in wrongs.items() if column not in known]


def _typed(cell: str) -> tuple[str, str]:
    """The cell in one line as it is stored, or as it was typed and what is wrong with it."""
    try:
        return " ".join(typed(cell).split()), ""
    except Invalid as refusal:
        return " ".join(cell.split()), refusal.sentence


def _checked(line: int, said: Mapping[str, str]) -> tuple[Entry, dict[str, str]]:
    """The student, and what is wrong by column."""
    name, email, orcid = said.get(NAME, ""), said.get(EMAIL, "").lower(), said.get(ORCID, "")
    wrong: dict[str, str] = {}
    if is_blank(name):
        wrong[NAME] = _("Enter the student’s name.")
    elif len(name) > LONGEST_NAME:
        wrong[NAME] = _("A name can have at most %(n)s characters.") % {"n": LONGEST_NAME}
    if not said.get(EMAIL, "").isascii() or not is_email(email) or len(email) > LONGEST_EMAIL:
        wrong[EMAIL] = _("Enter an e-mail address, such as name@university.example.")
    bare = orcid_address(orcid).removeprefix(ORCID_ADDRESS)
    if orcid and not bare:
        wrong[ORCID] = _("This is not a valid ORCID iD. Check the digits. Example: 0000-0002-1825-0097.")
    if not email and not orcid:
        wrong[EMAIL] = _("Enter an e-mail address or an ORCID iD.")
    return Entry(name, email, bare or orcid, line), wrong


def _repeated(entries: Iterable[Entry]) -> list[Fault]:
    """Each e-mail address or ORCID iD that an earlier line has."""
    first: dict[tuple[str, str], int] = {}
    faults = []
    for one in entries:
        for column, value in ((EMAIL, one.email), (ORCID, one.orcid)):
            line = first.setdefault((column, value), one.line) if value else one.line
            if line != one.line:
                faults.append(Fault(one.line, column, _("This student is on line %(line)s too.") % {"line": line}))
    return faults
