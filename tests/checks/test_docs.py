"""The docs name files that exist: links between pages, and paths in code spans."""

import re
from collections.abc import Iterator
from pathlib import Path

PAGES = ("*.md", "docs/**/*.md", "deploy/**/*.md", "templates/**/*.md")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
SPAN = re.compile(
    r"(?P<new>new (?:file|folder) )?`(?P<path>(?:apps|deploy|docs|locale|portal|static|templates|tests)/[^`\s]*)`", re.I
)
PLACEHOLDER = re.compile(r"[<>(]")
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


def test_every_link_and_path_in_the_docs_names_something(root: Path) -> None:
    assert missing(root) == []


def test_a_link_and_a_path_to_nothing_are_found(root: Path, tmp_path: Path) -> None:
    """The control: a page with two wrong and four right names."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "apps").mkdir()
    right = "[a](other.md) `apps/` new file `apps/later.py` `apps/<app>/models.py`"
    (tmp_path / "docs/page.md").write_text(f"{right} [b](gone.md) `apps/gone.py`", encoding="utf-8")
    (tmp_path / "docs/other.md").write_text("[c](page.md#part)", encoding="utf-8")
    assert missing(tmp_path) == ["docs/page.md: the link gone.md", "docs/page.md: the path apps/gone.py"]
