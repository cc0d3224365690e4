"""What of a text can be seen: a reason, a title or a file's name of hidden characters says nothing."""

import unicodedata

JOINERS = "\u200c\u200d"  # hidden too, but some scripts and some emoji cannot be written without them
FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # characters that show nothing, although Unicode names them as visible
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def is_hidden(character: str) -> bool:
    """Shows nothing of its own, or turns the direction of the text around it."""
    return character not in JOINERS and unicodedata.category(character) in HIDDEN


def is_blank(text: str) -> bool:
    """Nothing that a reader could see."""
    return all(c.isspace() or is_hidden(c) or c in JOINERS or c in FILLERS for c in text)


def seen_length(text: str) -> int:
    """How many characters of it a reader sees, the spaces between them included."""
    return len("".join(c for c in text if c.isspace() or not is_blank(c)).strip())
