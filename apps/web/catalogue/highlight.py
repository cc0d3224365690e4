"""The words of a search, marked in a text."""

import re
import unicodedata

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FEWEST = 2  # characters that a marked word has in common with a typed one


def marked(text: str, typed: list[str]) -> SafeString:
    """The text, escaped, with each word that begins like a typed one in <mark>; apart from its surroundings.

    Only a help for the eye: the database decides what matches.
    """
    words = [folded(one) for part in typed for one in WORD.findall(part)]
    words = [one for one in words if len(one) >= FEWEST or SPACELESS.search(one)]
    if not words:
        return format_html("<bdi>{}</bdi>", text)
    pieces, end = [], 0
    for begin, stop in _hits(text, words):
        pieces += [(format_html("{}", text[end:begin]),), (format_html("<mark>{}</mark>", text[begin:stop]),)]
        end = stop
    pieces.append((format_html("{}", text[end:]),))
    return format_html("<bdi>{}</bdi>", format_html_join("", "{}", pieces))


def _hits(text: str, words: list[str]) -> list[tuple[int, int]]:
    spaceless = [one for one in words if SPACELESS.search(one)]
    found: list[tuple[int, int]] = []
    for match in WORD.finditer(text):
        if SPACELESS.search(match.group()):
            for one in spaceless:
                at = match.group().find(one)
                found += [(match.start() + at, match.start() + at + len(one))] if at >= 0 else []
        elif any(_is_like(folded(match.group()), one) for one in words):
            found.append(match.span())
    return sorted(set(found))[:50] if not spaceless else _apart(sorted(set(found)))


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for begin, stop in spans:
        if not kept or begin >= kept[-1][1]:
            kept.append((begin, stop))
    return kept


def _is_like(word: str, typed: str) -> bool:
    """Whether the word begins with the typed one, or both with what is left of it without its ending."""
    return word.startswith(typed) or (len(typed) > 4 and word.startswith(typed[: max(4, len(typed) - 3)]))


def folded(text: str) -> str:
    """Lower case without accents."""
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c))).casefold()
