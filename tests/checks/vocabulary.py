"""No retired word of docs/glossary.md is in a page text, a name, a docstring, a comment or a page of the docs.

The glossary has two tables. "Retired words" are phrases that no text uses, nor a name split at "_" and capitals.
"Retired names in code" are whole names, or ends of file paths, that would be ordinary English in a sentence.

Deliberately not found, because they are also ordinary English or a term of the field:
- "open", "rest", "word", "care", "hold", "told", "behind", "begin" and "stand" by themselves: only the phrases of the
  table are found ("the rest of", "password", "behind a proxy" and "healthcare" are not);
- "kept" and "word" as names of variables: what was kept, and a word of a search;
- the alphabet ("two-letter code", "lower-case letters"), and "asked by" for the author of a question;
- `make bench`: the usual name of such a target;
- "holder": the holder of a visa is a term of GA4GH, and the holder of a grant is named after it;
- "Open", "Registered" and "Controlled" without "access", "for" and "against", "More", "Figures", "Why?": a phrase that
  short says nothing without its page, so tests of the pages look at those;
- a phrase that is broken over two comment lines;
- Danish (locale/), generated files, migrations (they repeat the models), texts that others wrote (seed data), and the
  changelog, which lists the old names beside the new ones.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.checks.source import files

GLOSSARY = "docs/glossary.md"
WORDS = "Retired words"
NAMES = "Retired names in code"
CODE_SPAN = re.compile(r"`([^`]+)`")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
NAME = re.compile(r"[A-Za-z_][\w.:/-]*")
TEXT_FILES = {".html", ".txt", ".svg", ".xml", ".css", ".js", ".mjs", ".sql", ".typ", ".toml", ".conf"}
BY_NAME = {"Makefile", "Caddyfile", "run", "env.sample"}
OURS = re.compile(r"(?:apps|portal|deploy|tests|templates|static|docs|\.ci)/|[^/]+$")
SKIPPED = re.compile(
    r"^(?:locale/|static/icons/|deploy/demo/seed/(?:data|texts)/|deploy/requirements/|LICENSE$|CHANGELOG\.md$|docs/glossary\.md$"
    r"|tests/identity/node_provider/package)|/migrations/"
)

# A retired word where it is the right one: (end of the path, words found there, why).
EXCEPTIONS: tuple[tuple[str, str, str], ...] = (
    ("Makefile", "bench", "the target of `make bench`"),
    ("tests/checks/vocabulary.py", "bench", "the exception above"),
)


@dataclass(frozen=True, eq=False)
class Retired:
    """A row of a table: what is looked for, and what to say instead."""

    pattern: re.Pattern[str]
    say: str


@dataclass(frozen=True)
class Piece:
    """A piece of a file that is looked at: where it begins, what kind it is and what it says."""

    path: str
    line: int
    kind: str
    text: str


def vocabulary(root: Path) -> list[str]:
    """Retired words and names, each with its place and what to say instead."""
    glossary = root / GLOSSARY
    if not glossary.exists():
        return [f"{GLOSSARY}: there is no glossary, so nothing says which words are retired"]
    text = glossary.read_text(encoding="utf-8")
    words, names = rows(text, WORDS), rows(text, NAMES)
    missing = [
        f"{GLOSSARY}: no rows under '## {title}'" for title, found in ((WORDS, words), (NAMES, names)) if not found
    ]
    return missing + [finding for piece in pieces(root) for finding in found_in(piece, words, names)]


@lru_cache(maxsize=8)
def rows(glossary: str, title: str) -> tuple[Retired, ...]:
    """The rows of the table under this heading; every code span of the left column is one regular expression."""
    section = glossary.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    cells = [re.split(r"(?<!\\)\|", line)[1:3] for line in section.splitlines() if line.startswith("| ")]
    return tuple(
        Retired(_compiled(span.replace(r"\|", "|"), title), say.strip())
        for left, say in cells
        for span in CODE_SPAN.findall(left)
    )


def _compiled(pattern: str, title: str) -> re.Pattern[str]:
    if title == NAMES:
        return re.compile(pattern if "/" not in pattern else rf"(?:.*/)?(?:{pattern})")
    spaced = pattern.replace(" ", r"\s+")
    return re.compile(rf"\b(?:{spaced})\b", re.IGNORECASE)


def found_in(piece: Piece, words: tuple[Retired, ...], names: tuple[Retired, ...]) -> Iterator[str]:
    """The findings in one piece."""
    stem = piece.text.rpartition("/")[2]
    text = spoken(piece.text) if has_word(piece.text, words) else ""
    for row in words if text else ():
        for match in row.pattern.finditer(text):
            line = piece.line + text.count("\n", 0, match.start())
            yield from _finding(piece, line, " ".join(match.group().split()), row)
    if piece.kind in {"name", "file name"}:
        texts = {piece.text, stem} if piece.kind == "file name" else {piece.text}
        for row in {row: None for text in sorted(texts) for row in retired_as(text, names)}:
            yield from _finding(piece, piece.line, piece.text, row)


@lru_cache(maxsize=200_000)
def retired_as(name: str, names: tuple[Retired, ...]) -> tuple[Retired, ...]:
    """The rows that the whole name matches."""
    return tuple(row for row in names if row.pattern.fullmatch(name))


@lru_cache(maxsize=200_000)
def has_word(text: str, words: tuple[Retired, ...]) -> bool:
    """Whether any of the words is in the text; asked once of a text, although the same names are given everywhere."""
    return _any_of(words).search(spoken(text)) is not None


@lru_cache(maxsize=8)
def _any_of(words: tuple[Retired, ...]) -> re.Pattern[str]:
    """One pattern for all the words: some hundred of them are looked for in some hundred thousand texts."""
    return re.compile("|".join(f"(?:{row.pattern.pattern})" for row in words) or r"(?!)", re.IGNORECASE)


def _finding(piece: Piece, line: int, found: str, row: Retired) -> Iterator[str]:
    excepted = any(piece.path.endswith(end) and found == words for end, words, _why in EXCEPTIONS)
    if not excepted:
        yield f"{piece.path}:{line}: {piece.kind}: {found!r} is retired: say {row.say}"


def spoken(text: str) -> str:
    """The text with every name in it split at "_", "-" and capitals; lines stay where they were."""
    return CAMEL.sub(" ", text).replace("_", " ").replace("-", " ")


def pieces(root: Path) -> Iterator[Piece]:
    """Everything of the tree that is looked at."""
    for path in files(root):
        name = path.as_posix()
        if SKIPPED.search(name) or not OURS.match(name):
            continue
        yield Piece(name, 1, "file name", name.removesuffix(path.suffix))
        if path.suffix == ".py":
            yield from of_python(name, (root / path).read_text(encoding="utf-8"))
        elif path.suffix == ".md":
            yield Piece(name, 1, "docs", (root / path).read_text(encoding="utf-8"))
        elif path.suffix in TEXT_FILES or path.name in BY_NAME:
            yield Piece(name, 1, "text", (root / path).read_text(encoding="utf-8"))


def of_python(path: str, text: str) -> Iterator[Piece]:
    """Comments, docstrings, texts and every name that a Python file gives to something."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield Piece(path, token.start[0], "comment", token.string)
    tree = ast.parse(text, path)
    docstrings = set(_docstrings(tree))
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        yield from (Piece(path, line, "name", name) for name in names_given(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Piece(path, line, _kind(node, node.value, docstrings), node.value)


def _kind(node: ast.Constant, value: str, docstrings: set[ast.expr]) -> str:
    """A docstring is commentary; a text without a space is a name (of an event, a URL, a constraint, a template)."""
    if node in docstrings:
        return "docstring"
    return "name" if NAME.fullmatch(value) else "text"


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def names_given(node: ast.AST) -> Iterator[str]:
    """The names that this node gives: function, class, argument, variable, attribute, import alias, keyword."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.alias) and node.asname:
        yield node.asname
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg
