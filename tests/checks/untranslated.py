"""No word stands in a template where it cannot be translated."""

import re
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from tests.checks.templates import template_files

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = {"title", "aria-label", "aria-description", "placeholder", "alt", "label"}
UNSPOKEN = {"script", "style", "code", "kbd", "samp", "pre"}
WORD = re.compile(r"[^\W\d_]{2,}")
ENTITY = re.compile(r"&#?\w+;")
# Names that are the same in every language.
NAME = re.compile(r"\b(?:Gatehouse|SHA-256|ORCID|ROR|DUO|GA4GH|API|OpenAPI|CSV|PDF|JSON|curl|wget|aria2c?)\b")


# Pages for the people who build the portal, which show made-up examples.
SAMPLES = {"templates/components/gallery.html"}


def untranslated(root: Path) -> list[str]:
    """Words that stand in a template outside `translate` and `blocktranslate` (mark names and code translate="no")."""
    return [
        f"{path}:{line}: not translated: {words!r}"
        for path, text in template_files(root)
        if path.as_posix() not in SAMPLES
        for line, words in (bare_words(text) if path.suffix in {".html", ".svg"} else bare_lines(text))
    ]


def says_words(text: str) -> bool:
    """Whether there is a word left when entities and proper names are taken away."""
    return bool(WORD.search(NAME.sub("", ENTITY.sub("", text))))


def bare_words(text: str) -> list[tuple[int, str]]:
    """The words of a page that nobody can translate, with their lines."""
    reader = _Words()
    reader.feed(_without_tags(text))
    reader.close()
    return reader.found


def bare_lines(text: str) -> list[tuple[int, str]]:
    """The same for a plain text e-mail, where everything outside the tags is words."""
    lines = enumerate(_without_tags(text).splitlines(), start=1)
    return [(number, line.strip()) for number, line in lines if says_words(line)]


def _without_tags(text: str) -> str:
    """The text with every template tag, and everything inside blocktranslate, blanked; lines stay where they were."""
    kept, inside = [], ""
    for token in Lexer(text).tokenize():
        name = token.contents.split(" ")[0] if token.token_type is TokenType.BLOCK else ""
        if inside and name == f"end{inside}":
            inside = ""
        if name in {"blocktranslate", "blocktrans", "comment", "verbatim"}:
            inside = name
        plain = token.token_type is TokenType.TEXT and not inside
        kept.append(token.contents if plain else _blank(text, token))
    return "".join(kept)


def _blank(text: str, token: Token) -> str:
    """As many line ends as the token had, so that line numbers stay true."""
    if token.token_type is TokenType.TEXT:
        return "\n" * token.contents.count("\n")
    if token.position is None:
        return ""
    return "\n" * text[slice(*token.position)].count("\n")


class _Words(HTMLParser):
    """Collects text and spoken attributes of elements that are not marked translate="no"."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        quiet = tag in UNSPOKEN or ("translate", "no") in attrs
        if not self.silent and not quiet:
            spoken = {name: value for name, value in attrs if name in SPOKEN or (name == "value" and tag == "button")}
            self.found += [(self.getpos()[0], value) for value in spoken.values() if value and says_words(value)]
        if tag not in VOID and (quiet or self.silent):
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and says_words(data):
            self.found.append((self.getpos()[0], " ".join(data.split())[:60]))
