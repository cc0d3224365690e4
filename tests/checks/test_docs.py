"""The docs name what exists: links between pages, paths in code spans, and names in a file (`NAME` in `path`)."""

import re
from collections.abc import Iterator
from pathlib import Path

PAGES = ("*.md", "docs/**/*.md", "deploy/**/*.md", "templates/**/*.md")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
SPAN = re.compile(
    r"(?P<new>new (?:file|folder) )?`(?P<path>(?:apps|deploy|docs|locale|portal|static|templates|tests)/[^`\s]*)`", re.I
)
PLACEHOLDER = re.compile(r"[<>(]")
NAMES_IN = re.compile(r"(?P<names>`[^`\n]+`(?:(?:, | and | or |, and )`[^`\n]+`)*)\s+in\s+`(?P<path>[\w/.-]+\.\w+)`")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*(?:\(\))?")
# Tables in which a change needs a row.
REGISTERS = {
    ("CALLS", "tests/integration/api/test_tokens.py"),
    ("FORMS", "tests/access/world.py"),
    ("PUBLIC", "tests/access/test_sweeps.py"),
    ("VISITS", "tests/browser/visits.py"),
    ("NAMED_ONLY", "tests/access/test_named_actors.py"),
    ("BESIDE_PERSONS", "tests/access/test_named_actors.py"),
    ("UNWRITTEN", "tests/unit/test_commands_record_events.py"),
    ("SEVERAL_STEPS", "tests/checks/check_commands.py"),
    ("EVIDENCE", "tests/unit/core/test_triggers.py"),
    ("EVENTS", "tests/acceptance/step_audit.py"),
    ("NOTIFICATIONS", "tests/acceptance/step_audit.py"),
    ("STEPS", "tests/acceptance/script.py"),
    ("COMPLETE", "tests/production.py"),
    ("FAULTS", "tests/checks/test_import_contracts.py"),
    ("FAULTS", "tests/checks/test_planted_faults.py"),
    ("BADGES", "apps/web/common/gallery.py"),
    ("ACTIONS", "apps/web/common/state_samples.py"),
    ("EFFECTS", "portal/backup/effects.py"),
    ("TABLES", "portal/backup/institution_tables.py"),
}
NOT_READ = {Path("docs/glossary.md")}  # its tables contain regular expressions


def missing(root: Path) -> list[str]:
    """Each link and path that names nothing. A path after "new file" or "new folder" is one that a change will add."""
    pages = {path for pattern in PAGES for path in root.glob(pattern)}
    return [finding for page in sorted(pages) if page.relative_to(root) not in NOT_READ for finding in _in(page, root)]


def _in(page: Path, root: Path) -> Iterator[str]:
    text, name = page.read_text(encoding="utf-8"), page.relative_to(root)
    for link in LINK.findall(text):
        if not (page.parent / link).exists():
            yield f"{name}: the link {link}"
    for span in SPAN.finditer(text):
        path = span["path"].rstrip("/")
        if not span["new"] and not PLACEHOLDER.search(path) and not any(root.glob(path)):
            yield f"{name}: the path {span['path']}"
    yield from (f"{name}: {absent}" for absent in _absent(text, root))


def _absent(text: str, root: Path) -> Iterator[str]:
    """Each `NAME` in `path` that the file does not define, or does not contain if it is not Python."""
    for place in NAMES_IN.finditer(text):
        file = root / place["path"]
        content = file.read_text(encoding="utf-8") if file.is_file() else ""
        for span in re.findall(r"`([^`]+)`", place["names"]):
            last = span.removesuffix("()").split(".")[-1]
            if content and NAME.fullmatch(span) and not _has(content, last, file.suffix):
                yield f"the name {span} in {place['path']}"


def _has(content: str, name: str, suffix: str) -> bool:
    defined = rf"^\s*(?:(?:async )?def |class ){name}\b|^\s*{name}(?::| =)" if suffix == ".py" else rf"\b{name}\b"
    return re.search(defined, content, re.MULTILINE) is not None


def test_every_link_and_path_in_the_docs_names_something(root: Path) -> None:
    assert missing(root) == []


def test_readme_names_the_tables_that_a_change_must_fill(root: Path) -> None:
    """The test above looks at these among others: a name that it does not recognise would not be compared."""
    places = list(NAMES_IN.finditer((root / "README.md").read_text(encoding="utf-8")))
    named = {(name, place["path"]) for place in places for name in re.findall(r"`([^`]+)`", place["names"])}
    assert REGISTERS - named == set()


def test_what_names_nothing_is_found(root: Path, tmp_path: Path) -> None:
    """The control: a page with four wrong names, the others right."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/one.py").write_text("HERE: int = 1\n\n\ndef rule() -> None:\n    GONE()\n", encoding="utf-8")
    (tmp_path / "apps/one.js").write_text("function save() {}\n", encoding="utf-8")
    right = "[a](other.md) `apps/` new file `apps/later.py` `apps/<app>/models.py` `HERE`, `rule()` in `apps/one.py`"
    wrong = "[b](gone.md) `apps/gone.py` `HERE` and `GONE` in `apps/one.py`, `load` in `apps/one.js`"
    (tmp_path / "docs/page.md").write_text(f"{right} `save` in `apps/one.js` {wrong}", encoding="utf-8")
    (tmp_path / "docs/other.md").write_text("[c](page.md#part)", encoding="utf-8")
    assert missing(tmp_path) == [
        "docs/page.md: the link gone.md",
        "docs/page.md: the path apps/gone.py",
        "docs/page.md: the name GONE in apps/one.py",
        "docs/page.md: the name load in apps/one.js",
    ]
