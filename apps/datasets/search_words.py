"""What somebody types into the search, as a query of the database; and what they may have meant if nothing matches.

A query is a tsquery: each word as written, in its other forms and its stem, joined by "and". The last word may be the
beginning of one. Words in double quotes follow one another.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from apps.core import clock

LONGEST, MOST_WORDS = 200, 16
PREFIX_FROM, TYPO_FROM, LONG_WORD = 2, 4, 8  # characters
CANDIDATES = 60
# Words that say nothing about a dataset; they count if nothing else was typed, or in capitals ("WHO", "IT").
SMALL_WORDS = {
    "a", "af", "an", "and", "are", "as", "at", "by", "data", "dataset", "datasets", "datasæt", "de", "den", "der",
    "det", "efter", "en", "er", "et", "for", "fra", "from", "før", "har", "hos", "i", "ikke", "in", "into", "is",
    "it", "med", "mellem", "of", "og", "om", "on", "or", "på", "som", "that", "the", "their", "these", "this", "til",
    "to", "uden", "ved", "was", "were", "who", "with", "without",
}  # fmt: skip
TOKENS = """
SELECT typed.place, token.place, token.kind, token.lexeme
FROM unnest(%s::text[]) WITH ORDINALITY AS typed(text, place), public.search_tokens(typed.text) AS token ORDER BY 1, 2
"""
# For each word that matches nothing: words with a shape in common and words it may be made of, and how many public
# datasets have each, up to 20.
ALIKE = """
SELECT asked.word, alike.word, (SELECT count(*) FROM (
    SELECT FROM public.datasets_searchdocument AS d
    WHERE d.search @@ quote_literal(alike.word)::tsquery AND d.valid_from <= %(now)s
        AND (d.valid_until IS NULL OR d.valid_until > %(now)s)
    LIMIT 20) AS found)
FROM unnest(%(words)s::text[]) AS asked(word), LATERAL (
    (SELECT w.word FROM public.datasets_searchword AS w
     WHERE w.shapes && public.search_shapes(asked.word)::varchar[] LIMIT %(most)s)
    UNION
    SELECT w.word FROM public.datasets_searchword AS w
    WHERE w.word = ANY(%(halves)s::text[]) AND strpos(asked.word, w.word) > 0
) AS alike
"""
KNOWN = """
SELECT asked.word FROM unnest(%(words)s::text[], %(queries)s::text[]) AS asked(word, query) WHERE EXISTS (
    SELECT FROM public.datasets_searchdocument AS d
    WHERE d.search @@ asked.query::tsquery AND d.valid_from <= %(now)s
        AND (d.valid_until IS NULL OR d.valid_until > %(now)s))
"""


@dataclass(frozen=True)
class Group:
    """One typed word or phrase: how it was typed, its first lexeme, and its part of the query."""

    typed: str
    lexeme: str
    query: str


@dataclass(frozen=True)
class Understood:
    """The words that were typed, without what cannot be searched, and the query made of them.

    `query` is empty if nothing was typed, or nothing that can be searched. `shown_for` are the words whose results
    are shown instead, `partial` says that they match some of the words only, `is_cut` that the end was left out.
    """

    typed: str = ""
    query: str = ""
    groups: tuple[Group, ...] = ()
    shown_for: str = ""
    partial: bool = False
    is_cut: bool = False


def understood(words: str) -> Understood:
    """The query of these words; one statement, or none without words."""
    text = " ".join(words.encode("utf-8", "ignore").decode().replace("\x00", " ").split())
    cut = text[:LONGEST]
    parts = _parts(cut)
    is_cut = len(text) > LONGEST or len(parts) > MOST_WORDS
    parts = parts[:MOST_WORDS]
    if not parts:
        return Understood(cut, is_cut=is_cut)
    groups = _groups(parts)
    kept = [one for one in groups if not _is_small(one.typed, cut)] or groups
    return Understood(cut, " & ".join(one.query for one in kept), tuple(kept), is_cut=is_cut)


def _parts(text: str) -> list[str]:
    """Words, and phrases with their quotation marks."""
    return re.findall(r'"[^"]+"|[^\s"]+', text)


def _is_small(typed: str, text: str) -> bool:
    if typed.lower() not in SMALL_WORDS:
        return False
    return not (len(typed) > 1 and typed.isupper() and not text.isupper())


def _groups(parts: list[str]) -> list[Group]:
    units: dict[int, dict[int, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    with connection.cursor() as cursor:
        cursor.execute(TOKENS, [parts])
        for part, place, kind, lexeme in cursor.fetchall():
            units[part][place][kind].append(lexeme)
    groups = []
    for part, places in sorted(units.items()):
        typed = parts[part - 1]
        chunk = [places[place] for place in sorted(places)]
        query = _chunk(chunk, is_last=part == max(units), is_phrase=typed.startswith('"'))
        first = chunk[0].get("word") or chunk[0].get("gram") or [""]
        groups.append(Group(typed.strip('"'), first[0] if len(chunk) == 1 else "", query))
    return groups


def _chunk(units: list[dict[str, list[str]]], *, is_last: bool, is_phrase: bool) -> str:
    """The query of one word, which may have several parts ("HER2/neu") or be in a script without spaces."""
    units = [one for position, one in enumerate(units) if not _is_tail(units, position)]
    grams = any("gram" in one for one in units)
    may_go_on = is_last and not is_phrase
    parts = [_unit(one, goes_on=may_go_on and one is units[-1]) for one in units]
    in_order = is_phrase or grams or any(word.isdigit() for one in units for word in one.get("word", []))
    query = f"({(' <-> ' if in_order else ' & ').join(parts)})" if len(parts) > 1 else parts[0]
    whole = [_lexeme(one, goes_on=may_go_on) for unit in units for one in unit.get("joined", [])]
    pieces = units[0].get("piece", []) if len(units) == 1 and not is_phrase else []
    if len(pieces) > 1:
        whole.append(f"({' <-> '.join(map(_lexeme, pieces))})")
    return f"({' | '.join([query, *([] if is_phrase else whole)])})" if whole else query


def _is_tail(units: list[dict[str, list[str]]], position: int) -> bool:
    """Whether this is the single character at the end of a run of pairs, which the pair before it has already."""
    gram = units[position].get("gram")
    return bool(gram and len(gram[0]) == 1 and position and "gram" in units[position - 1])


def _unit(unit: dict[str, list[str]], *, goes_on: bool) -> str:
    if "gram" in unit:
        return _lexeme(unit["gram"][0], goes_on=len(unit["gram"][0]) == 1)
    written = [*unit.get("word", []), *unit.get("form", [])]
    found = [_lexeme(one, goes_on=goes_on and len(one) >= PREFIX_FROM) for one in dict.fromkeys(written)]
    stems = [_lexeme(one) for one in dict.fromkeys(unit.get("stem", [])) if one not in written]
    alternatives = found + stems
    return f"({' | '.join(alternatives)})" if len(alternatives) > 1 else alternatives[0]


def _lexeme(text: str, goes_on: bool = False) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'{':*' if goes_on else ''}"


# ------------------------------------------------------------------------------------------- if nothing was found
def corrected(asked: Understood) -> Understood | None:
    """The words with each unknown one replaced by one that is spelt almost like it; None if there is none.

    Bounded: at most three statements, 60 candidates a word. Only words of documents that are valid now are proposed.
    """
    words = [one.lexeme for one in asked.groups if _may_be_misspelt(one.lexeme)]
    if not words:
        return None
    unknown = set(words) - _known(asked, words)
    proposals = _alike(sorted(unknown))
    if not unknown or unknown - set(proposals):
        return None
    shown = " ".join(proposals.get(one.lexeme, one.typed) for one in asked.groups)
    return replace(understood(shown), typed=asked.typed, shown_for=shown, is_cut=asked.is_cut)


def relaxed(asked: Understood) -> Understood | None:
    """Any of the words instead of all; None if only one was typed."""
    if len(asked.groups) < 2:
        return None
    return replace(asked, query=" | ".join(one.query for one in asked.groups), partial=True)


def _may_be_misspelt(word: str) -> bool:
    return TYPO_FROM <= len(word) <= 24 and word.isalpha()


def _known(asked: Understood, words: list[str]) -> set[str]:
    queries = {one.lexeme: one.query for one in asked.groups}
    return {row[0] for row in _rows(KNOWN, words=words, queries=[queries[word] for word in words])}


def _alike(words: list[str]) -> dict[str, str]:
    """For each word the best one that is like it, or two words that it is made of."""
    halves = sorted({half for word in words for at in range(3, len(word) - 2) for half in (word[:at], word[at:])})
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for word, other, number in _rows(ALIKE, words=words, halves=halves, most=CANDIDATES) if words else []:
        if number:
            found[word][other] = number
    return {word: best for word in words if (best := _best(word, found[word]))}


def _best(word: str, candidates: dict[str, int]) -> str:
    furthest = 1 if len(word) < LONG_WORD else 2
    near = [(distance(word, other), other[0] != word[0], -number, other) for other, number in candidates.items()]
    good = [row for row in near if row[0] <= furthest]
    if good:
        return min(good)[-1]
    halves = [(word[:at], word[at:]) for at in range(3, len(word) - 2)]
    return next((f"{one} {two}" for one, two in halves if one in candidates and two in candidates), "")


def _rows(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "now": clock.now()})
        return list(cursor.fetchall())


def distance(one: str, two: str) -> int:
    """How many characters to insert, delete, change or swap with the next one make one word the other."""
    before: list[int] = []
    above = list(range(len(two) + 1))
    for i, mine in enumerate(one, 1):
        row = [i]
        for j, other in enumerate(two, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (mine != other))
            if i > 1 and j > 1 and mine == two[j - 2] and one[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
