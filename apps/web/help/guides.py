"""The guides of docs/ as help pages: Markdown of the portal's own, with the headings of each as its contents.

A guide in another language is a file of the same name in docs/<language>/; without one the English guide is shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER: Path = settings.BASE_DIR / "docs"
ENGLISH = "en"
# By address: the file, and for whom it is. The order is that of the page "Help".
GUIDES: dict[str, tuple[str, Any]] = {
    "applicants": ("for-applicants.md", _("Find data, request access, sign, download")),
    "committees": ("for-committees.md", _("Review requests and vote")),
    "owners": ("for-owners.md", _("Publish datasets and manage access")),
    "officials": ("for-officials.md", _("Confirm the affiliations of your institution")),
    "auditors": ("for-auditors.md", _("Read the event log")),
    "operators": ("for-operators.md", _("Run a portal")),
    "api": ("api.md", _("Use the API from scripts and programs")),
    "glossary": ("glossary.md", _("What the terms mean")),
}
END = "<!-- The help pages end here"  # what follows in a file is for people who write texts or code
_OTHER_FILE = re.compile(r"(?:\.\./|\./)*(?:docs/)?([\w./-]+\.md)(#.*)?\Z")
_parser = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Section:
    """A heading of a guide, with its anchor."""

    name: str
    anchor: str


@dataclass(frozen=True)
class Guide:
    """One guide in one language."""

    slug: str
    language: str
    title: str
    html: SafeString
    sections: tuple[Section, ...]


def guide(slug: str, language: str) -> Guide | None:
    """The guide in this language, else in English; None if there is no guide of this name."""
    if slug not in GUIDES:
        return None
    file = GUIDES[slug][0]
    translated = FOLDER / language / file
    found, spoken = (translated, language) if translated.is_file() else (FOLDER / file, ENGLISH)
    return _read(slug, found, spoken) if found.is_file() else None


@cache
def _read(slug: str, file: Path, language: str) -> Guide:
    tokens = _parser.parse(file.read_text(encoding="utf-8").partition(END)[0])
    title, sections = slug, []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            name = _text(tokens[place + 1])
            if token.tag == "h1":
                title = name
            else:
                token.attrSet("id", slugify(name))
                sections += [Section(name, slugify(name))] if token.tag == "h2" else []
        elif token.type == "table_open":
            token.attrSet("class", "table")
        elif token.type in {"th_open", "td_open"}:
            token.attrs = {"scope": "col"} if token.tag == "th" else {}  # no inline style
        for child in token.children or []:
            if child.type == "link_open":
                child.attrSet("href", _address(str(child.attrGet("href") or "")))
    return Guide(slug, language, title, _html(_without_title(tokens)), tuple(sections))


def _html(tokens: Sequence[Token]) -> SafeString:
    return format_html_join("", "{}", ((_part(token),) for token in tokens))


def _part(token: Token) -> SafeString:
    """One token as HTML: its tag, or its text, which is escaped."""
    if token.hidden:
        return format_html("{}", "")
    if token.children is not None:
        return _html(token.children)
    if token.type in {"fence", "code_block"}:
        return format_html('<pre tabindex="0"><code>{}</code></pre>', token.content)
    if token.type == "code_inline":
        return format_html("<code>{}</code>", token.content)
    if token.nesting < 0:
        return format_html("</{}>", token.tag)
    if token.tag and token.nesting > 0:
        attributes = format_html_join("", ' {}="{}"', ((name, str(value)) for name, value in token.attrs.items()))
        return format_html("<{}{}>", token.tag, attributes)
    return format_html("{}", " " if token.type in {"softbreak", "hardbreak"} else token.content)


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _without_title(tokens: list[Token]) -> list[Token]:
    """The page has the title as its own heading."""
    end = next((place for place, token in enumerate(tokens) if token.type == "heading_close"), -1)
    has_title = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return tokens[end + 1 :] if has_title else tokens


def _address(href: str) -> str:
    """Another guide is a help page; a file that is none has no address here, so the link leads to the help's start."""
    found = _OTHER_FILE.match(href)
    if found is None:
        return href
    name = found[1].rpartition("/")[2]
    slug = next((one for one, (file, _about) in GUIDES.items() if file == name), "")
    return reverse("help_page", args=[slug]) + (found[2] or "") if slug else reverse("help")
