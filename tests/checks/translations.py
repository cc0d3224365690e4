"""The Danish catalogue is complete, and the compiled one is what a newcomer's machine would compile."""

import re
from pathlib import Path

import polib

from tests.checks.messages import Message, messages, unreadable

CATALOGUE = Path("locale/da/LC_MESSAGES/django.po")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")


def translations(root: Path) -> list[str]:
    """Messages without Danish, with other placeholders, fuzzy ones, and a compiled catalogue that is out of date."""
    path = root / CATALOGUE
    if not path.exists():
        return [f"{CATALOGUE} is missing; run `python manage.py messages`"]
    catalogue = polib.pofile(str(path))
    known = {(entry.msgid, entry.msgctxt or ""): entry for entry in catalogue if not entry.obsolete}
    said = messages(root)
    findings = unreadable(root) + [f for message in said for f in _findings(message, known)]
    extra = set(known) - {(message.msgid, message.context) for message in said}
    findings += [f"{CATALOGUE}: nothing says {msgid!r} any more" for msgid, _context in sorted(extra)]
    return findings + _compiled(path, catalogue)


def _findings(message: Message, known: dict[tuple[str, str], polib.POEntry]) -> list[str]:
    entry = known.get((message.msgid, message.context))
    if entry is None:
        return [f"{message.place}: not in the catalogue: {message.msgid!r}; run `python manage.py messages`"]
    danish = list(entry.msgstr_plural.values()) if message.plural else [entry.msgstr]
    if not danish or not all(danish) or "fuzzy" in entry.flags:
        return [f"{message.place}: no Danish for {message.msgid!r}"]
    wanted = set(PLACEHOLDER.findall(message.plural or message.msgid)) | set(PLACEHOLDER.findall(message.msgid))
    wrong = [text for text in danish if not set(PLACEHOLDER.findall(text)) <= wanted]
    lost = wanted - {found for text in danish for found in PLACEHOLDER.findall(text)}
    return [f"{message.place}: other placeholders in the Danish of {message.msgid!r}"] if wrong or lost else []


def _compiled(path: Path, catalogue: polib.POFile) -> list[str]:
    compiled = path.with_suffix(".mo")
    if compiled.exists() and compiled.read_bytes() == catalogue.to_binary():
        return []
    return [f"{CATALOGUE.with_suffix('.mo')} is not what {CATALOGUE.name} compiles to; run `python manage.py messages`"]


def update(root: Path) -> tuple[int, int]:
    """Bring the catalogue in line with what is said and compile it; answers (messages, those without Danish)."""
    path = root / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    before = {(entry.msgid, entry.msgctxt or ""): entry for entry in old}
    new = polib.POFile(wrapwidth=118)
    new.metadata = {
        "Project-Id-Version": "Gatehouse",
        "Language": "da",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    said = messages(root)
    new.extend(_entry(message, before.get((message.msgid, message.context))) for message in said)
    new.save(str(path))
    path.with_suffix(".mo").write_bytes(new.to_binary())
    return len(said), sum(not entry.translated() for entry in new)


def _entry(message: Message, old: polib.POEntry | None) -> polib.POEntry:
    """The message with the Danish it had; where it is said is left out, so that moving a line changes nothing."""
    entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context or None)
    if "%(" in message.msgid or re.search(r"(?<!%)%[sd]", message.msgid):
        entry.flags.append("python-format")
    if message.plural:
        entry.msgid_plural = message.plural
        had = old.msgstr_plural if old else {}
        entry.msgstr_plural = {0: had.get(0, ""), 1: had.get(1, "")}
    else:
        entry.msgstr = old.msgstr if old else ""
    return entry
