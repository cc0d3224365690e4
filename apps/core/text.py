"""What of a text can be seen. Text that people read, and sign, contains nothing that they cannot see.

Three kinds of hidden characters are treated differently (docs/decisions/hidden-characters.md):

- a zero-width character that changes nothing a reader sees, such as a soft hyphen, is removed;
- a joiner (U+200C, U+200D) stays where its script or an emoji needs it, and is removed elsewhere;
- a control, direction mark, tag or private character is refused, with a sentence that names it.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext as _

from apps.core.errors import Invalid

ZWNJ, ZWJ = "\u200c", "\u200d"
JOINERS = ZWNJ + ZWJ  # hidden too, but some scripts and emoji need them
FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # characters that are not classed as hidden but show nothing
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}

LINE_ENDS = dict.fromkeys(map(ord, "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n")
SPACES = dict.fromkeys(map(ord, "\u3164\uffa0"), " ")  # fillers of Hangul by themselves: they look like a space
REMOVED = "\u00ad\u034f\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff"  # nobody sees them
REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
PREPENDED = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # Cf, but visible
EMOJI_STYLE, SKIN_TONES = "\ufe0e\ufe0f", range(0x1F3FB, 0x1F400)
NEWER_THAN_PYTHON = ((0x1F000, 0x1FBFF), (0x20000, 0x3FFFD))  # emoji and Han of a Unicode version Python does not know
SHOWN_BEFORE = 30  # characters of the text before a hidden one that its sentence repeats

# Blocks of scripts whose characters join or stack, so that a joiner between them is visible: Arabic to Syriac and N'Ko,
# the Indic blocks with Sinhala, Tibetan, Myanmar, Khmer, Mongolian, and the later Indic and Arabic blocks.
JOINING_BLOCKS = (
    (0x0600, 0x07FF), (0x0840, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF), (0x1B00, 0x1C4F),
    (0xA800, 0xA82F), (0xA840, 0xA95F), (0xA980, 0xAADF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE), (0x11000, 0x11FFF),
)  # fmt: skip
HAN_BLOCKS = ((0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
MONGOLIAN, MONGOLIAN_VARIANTS = ((0x1800, 0x180A), (0x1810, 0x18AF)), "\u180b\u180c\u180d\u180f"
JAMO, JAMO_FILLERS = ((0x1100, 0x115E), (0x1161, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF)), "\u115f\u1160"
HAN_VARIANTS = ((0xFE00, 0xFE0D), (0xE0100, 0xE01EF))

# The same for the database, as far as one expression can say it (PostgreSQL, advanced regular expressions): controls
# other than tab and line feed, what is removed, direction marks and isolates, line separators, tags, private use.
NEVER_STORED = (
    "[\\u0001-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e"
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ue000-\\uf8ff\\U000e0000-\\U000e00ff\\U000f0000-\\U0010ffff]"
)


def is_hidden(character: str) -> bool:
    """Whether the character is invisible or changes the direction of the text around it."""
    return character not in JOINERS and unicodedata.category(character) in HIDDEN


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing of the text."""
    return all(c.isspace() or is_hidden(c) or c in JOINERS or c in FILLERS for c in text)


def seen_length(text: str) -> int:
    """The number of visible characters of the text, including the spaces between them."""
    return len("".join(c for c in text if c.isspace() or not is_blank(c)).strip())


def is_email(address: str) -> bool:
    """Whether this is an e-mail address (RFC 5321, as Django checks it), or empty."""
    try:
        if address:
            validate_email(address)
    except ValidationError:
        return False
    return True


# ------------------------------------------------------------------------------------------------- what people typed
def typed(text: str, *, field: str = "") -> str:
    """The text as it is stored: Unicode NFC, lines that end in a line feed, nothing that a reader cannot see.

    Raises Invalid, at `field`, for a character that is not removed because the text may not mean the same without it.
    """
    text = _tidy(text)
    for position, character in enumerate(text):
        if _is_refused(character):
            raise Invalid(_sentence(text, position), field=field)
    return text


def given(text: str) -> str:
    """The same for a text that its person cannot change, such as a name from a provider: what is refused is removed."""
    return "".join(c for c in _tidy(text) if not _is_refused(c))


def check_typed(**texts: str) -> None:
    """Each text is as `typed` returns it, or would; Invalid names every field with a character that is refused."""
    fields: dict[str, str] = {}
    for name, text in texts.items():
        try:
            typed(text)
        except Invalid as refusal:
            fields[name] = refusal.sentence
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def seen_text(*columns: str, name: str) -> CheckConstraint:
    """A constraint: no column contains a character of NEVER_STORED, whoever writes it."""
    condition = Q()
    for column in columns:
        condition &= ~Q(**{f"{column}__regex": NEVER_STORED})
    return CheckConstraint(condition=condition, name=name)


def _tidy(text: str) -> str:
    """NFC, one kind of line end, and without the hidden characters that change nothing."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(LINE_ENDS | SPACES))
    text = "".join(c for c in text if c not in REMOVED)
    return "".join(c for i, c in enumerate(text) if not _is_idle(text, i))


def _is_idle(text: str, position: int) -> bool:
    """Whether a joiner, variation selector or filler changes nothing, because no script and no emoji needs it there."""
    character = text[position]
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    if character == ZWNJ:
        return not (_joins(before) and _joins(after))
    if character == ZWJ:
        return not (_joins(before) or (_is_pictured(before) and _is_pictured(after)))
    if character in EMOJI_STYLE:
        return not (_is_pictured(before) or before in tuple("0123456789#*"))
    if character in MONGOLIAN_VARIANTS:
        return not _is_in(before, MONGOLIAN)
    if character in JAMO_FILLERS:
        return not (_is_in(before, JAMO) or _is_in(after, JAMO))
    if _is_in(character, HAN_VARIANTS):
        return not _is_in(before, HAN_BLOCKS)
    return False


def _is_refused(character: str) -> bool:
    """Whether the character is hidden or a direction mark, or is shown differently by each program, or not at all."""
    if character in "\n\t" or character in JOINERS or character in PREPENDED:
        return False
    category = unicodedata.category(character)
    return category in REFUSED and not (category == "Cn" and _is_in(character, NEWER_THAN_PYTHON))


def _joins(character: str) -> bool:
    return _is_in(character, JOINING_BLOCKS) and unicodedata.category(character)[0] in "LM"


def _is_pictured(character: str) -> bool:
    """An emoji or symbol, its skin tone, or its selector."""
    if not character:
        return False
    return unicodedata.category(character) in {"So", "Sm"} or character == "\ufe0f" or ord(character) in SKIN_TONES


def _is_in(character: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    return bool(character) and any(first <= ord(character) <= last for first, last in blocks)


def _sentence(text: str, position: int) -> str:
    """What to remove and where it is, by the visible text before it."""
    character = text[position]
    name = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    before = given(text[:position]).split("\n")[-1][-SHOWN_BEFORE:].strip()
    if not before:
        return _("Remove the hidden character %(name)s from the start of the text or line.") % {"name": name}
    return _("Remove the hidden character %(name)s after “%(before)s”.") % {"name": name, "before": before}
