"""Hidden and visible characters: a reason, title or file name must not consist of hidden characters only."""

import unicodedata

JOINERS = "\u200c\u200d"  # hidden too, but some scripts and emoji need them
FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # characters that are not classed as hidden but show nothing
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def is_hidden(character: str) -> bool:
    """Whether the character is invisible or changes the direction of the text around it."""
    return character not in JOINERS and unicodedata.category(character) in HIDDEN


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing of the text."""
    return all(c.isspace() or is_hidden(c) or c in JOINERS or c in FILLERS for c in text)


def seen_length(text: str) -> int:
    """The number of visible characters of the text, including the spaces between them."""
    return len("".join(c for c in text if c.isspace() or not is_blank(c)).strip())
