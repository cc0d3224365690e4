"""Text of users has its own direction: a Hebrew title does not change the order of an English line around it."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.checks.templates import template_files

# The last part of an expression that is text which somebody typed; alone it counts only if it is in WHOLE.
TYPED = {
    "title", "name", "summary", "description", "purpose", "public_summary", "reason", "terms", "notes", "attribution",
    "institution", "holder", "applicant", "person", "dataset", "committee", "signer", "answer", "question",
    "withdrawn_because", "revoked_because", "ended_because", "project", "keywords",
}  # fmt: skip
WHOLE = {"person", "dataset", "committee", "applicant", "institution", "holder"}
# What the portal itself says under such a name.
OWN = {"provider.name", "scope.name", "field.name", "form.name", "guide.title", "section.name", "permission.name"}
SET = {"bdi", "markdown", "linked"}  # filters that give the text a direction
NO_TEXT = {"date", "time", "urlencode", "slugify", "length", "size", "initials", "yesno", "linebreaks"}
PLAIN = {"option", "title", "textarea", "script", "code", "kbd"}  # elements that hold no other element, or no text
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Pages for the people who build the portal, and drawings.
SAMPLES = {"templates/components/gallery.html"}

PART = re.compile(
    r"(?P<comment>\{#.*?#\}|<!--.*?-->)|(?P<tag>\{%.*?%\})|(?P<value>\{\{.*?\}\})"
    r"|</(?P<close>[a-zA-Z][\w-]*)\s*>|<(?P<open>[a-zA-Z][\w-]*)|(?P<end>>)",
    re.DOTALL,
)
BLOCK = re.compile(r"\{%\s*(block|endblock|blocktranslate|endblocktranslate|comment|endcomment)\b\s*(\w*)")


def directions(root: Path) -> list[str]:
    """Text of users in a template without a direction of its own: add |bdi, or dir="auto" to its element."""
    return [
        f"{path}:{text.count(chr(10), 0, place) + 1}: {text[place:end]}: text of a user: add |bdi"
        for path, text in template_files(root)
        if path.suffix == ".html" and path.as_posix() not in SAMPLES
        for place, end in bare(text)
    ]


def bare(text: str) -> Iterator[tuple[int, int]]:
    """Where each such expression begins and ends."""
    elements: list[tuple[str, bool]] = []
    inside, opened, skipped = False, ("", 0), ""
    for part in PART.finditer(text):
        if part["tag"]:
            skipped = _skipped(part["tag"], skipped)
        elif part["close"]:
            _leave(elements, part["close"].lower())
        elif part["open"] and not inside:
            inside, opened = True, (part["open"].lower(), part.start())
        elif part["end"] and inside:
            inside = False
            if opened[0] not in VOID and text[part.start() - 1] != "/":
                elements.append((opened[0], 'dir="auto"' in text[opened[1] : part.start()]))
        elif part["value"] and not (inside or skipped) and _typed(part["value"]) and not _has_direction(elements):
            yield part.start(), part.end()


def _skipped(tag: str, skipped: str) -> str:
    """What ends the part of the template that is not looked at: a title, a sentence with values, a comment."""
    found = BLOCK.match(tag)
    if found is None:
        return skipped
    name, of = found[1], found[2]
    if skipped:
        return "" if name == skipped else skipped
    starts = name == "comment" or name == "blocktranslate" or (name == "block" and of in {"title", "meta"})
    return f"end{name}" if starts else ""


def _leave(elements: list[tuple[str, bool]], name: str) -> None:
    for place in range(len(elements) - 1, -1, -1):
        if elements[place][0] == name:
            del elements[place:]
            return


def _has_direction(elements: list[tuple[str, bool]]) -> bool:
    """Whether the element around the text has a direction of its own, or can hold no other element."""
    name, auto = elements[-1] if elements else ("", False)
    return auto or name == "bdi" or name in PLAIN


def _typed(value: str) -> bool:
    expression, *filters = (one.strip() for one in value[2:-2].split("|"))
    if any(one.partition(":")[0] in SET | NO_TEXT for one in filters):
        return False
    path, _dot, last = expression.rpartition(".")
    if expression in OWN or any(expression.endswith(f".{one}") for one in OWN):
        return False
    return last in (TYPED if path else WHOLE)
