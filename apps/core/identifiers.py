"""Ids, references, storage keys and codes: random, and easy to tell apart for people."""

import secrets
import unicodedata
import uuid
from collections.abc import Iterable

# Crockford's base 32 without I, L, O, U: can be read out over a telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

LOOK_ALIKES = str.maketrans("OIL", "011")

# No vowels, so that no words are spelled; no digits, which look like other characters (RFC 8628, 6.1).
CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"


def new_id() -> uuid.UUID:
    """A random id (RFC 9562, version 4); ids are never reused."""
    return uuid.uuid4()


def uuids(texts: Iterable[str]) -> list[uuid.UUID]:
    """Those of the texts that are UUIDs; others are left out."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def new_reference(prefix: str) -> str:
    """A short reference for people, e.g. `DAR-7K3Q-9XQ2`: 40 random bits, unique by constraint where it is stored."""
    return in_reference_form(prefix, "".join(secrets.choice(ALPHABET) for _ in range(8)))


def in_reference_form(prefix: str, code: str) -> str:
    """Prefix and code with their hyphens: `DAR-7K3Q-9XQ2`."""
    return f"{prefix}-{code[:4]}-{code[4:]}"


def plain_reference(typed: str) -> tuple[str, str]:
    """Prefix and code of a reference as somebody typed it: `dar 7k3q9xq2` gives `("DAR", "7K3Q9XQ2")`.

    Lower case, other hyphens, missing hyphens, and O, I and L for 0 and 1 are understood. The prefix is empty
    if none was typed.
    """
    plain = "".join(char for char in unicodedata.normalize("NFKC", typed).upper() if char.isascii() and char.isalnum())
    prefix = next((one for one in ("DAR", "DUA") if plain.startswith(one)), "")
    return prefix, plain[len(prefix) :].translate(LOOK_ALIKES)


def similar_codes(code: str) -> list[str]:
    """The codes that this one may be meant as, with a dot for an unknown character: one character wrong, two swapped,
    one missing, one too many, or only the beginning (3 to 6 characters).
    """
    length, places = 8, range(len(code))
    if not set(code) <= set(ALPHABET):
        code = "".join(char if char in ALPHABET else "." for char in code)
    if 3 <= len(code) < length - 1:
        return [code.ljust(length, ".")]
    if len(code) == length - 1:
        return [f"{code[:at]}.{code[at:]}" for at in range(length)]
    if len(code) == length + 1:
        return [code[:at] + code[at + 1 :] for at in places]
    if len(code) != length:
        return []
    wrong = [f"{code[:at]}.{code[at + 1 :]}" for at in places]
    return wrong + [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in places[:-1]]


def new_storage_key() -> str:
    """A random path in the storage, not derived from the file's name; two levels, so that no folder gets too large."""
    name = secrets.token_hex(24)
    return f"{name[:2]}/{name[2:4]}/{name[4:]}"


def new_user_code() -> str:
    """A code that a person types to authorise a device, e.g. `WDJB-MJHT`: 34 random bits, valid for ten minutes."""
    code = "".join(secrets.choice(CONSONANTS) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"


def plain_user_code(typed: str) -> str:
    """The code in the form of `new_user_code`, from what was typed: lower case, no hyphen or other separators."""
    code = "".join(char for char in typed.upper() if char in CONSONANTS)[:9]
    return f"{code[:4]}-{code[4:]}"
