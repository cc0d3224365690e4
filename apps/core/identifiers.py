"""Names that nobody can guess and nobody can confuse."""

import secrets
import uuid

# Crockford's base 32 without I, L, O, U: can be read out over a telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# No vowels, so that no words come about; no digits, so that nobody asks which it is (RFC 8628, 6.1).
CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"


def new_id() -> uuid.UUID:
    """A random id (RFC 9562, version 4); ids are never reused."""
    return uuid.uuid4()


def new_reference(prefix: str) -> str:
    """A short reference for people, e.g. `DAR-7K3Q-9XQ2`: 40 random bits, unique by constraint where it is stored."""
    notifications = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{prefix}-{notifications[:4]}-{notifications[4:]}"


def new_storage_key() -> str:
    """Where bytes are kept: random, never made from a file's name; two levels so that no folder grows endless."""
    name = secrets.token_hex(24)
    return f"{name[:2]}/{name[2:4]}/{name[4:]}"


def new_user_code() -> str:
    """What a person types to let a program in, e.g. `WDJB-MJHT`: 34 random bits, for ten minutes."""
    notifications = "".join(secrets.choice(CONSONANTS) for _ in range(8))
    return f"{notifications[:4]}-{notifications[4:]}"


def plain_user_code(typed: str) -> str:
    """The code as it was given out, however it was typed: lower case, no hyphen, other signs between."""
    notifications = "".join(char for char in typed.upper() if char in CONSONANTS)[:9]
    return f"{notifications[:4]}-{notifications[4:]}"
