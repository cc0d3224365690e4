"""ORCID iDs and ROR ids: their form and their check digits. Pure functions."""

import re

ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])/?", re.ASCII | re.IGNORECASE)
ROR = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[0-9a-hj-km-np-tv-z]{6})(\d{2})/?", re.ASCII | re.IGNORECASE)
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def orcid(text: str) -> str:
    """The iD as its address, https://orcid.org/0000-0002-1825-0097; empty for any other text or a wrong check digit."""
    found = ORCID.fullmatch(text.strip())
    if found is None:
        return ""
    digits = "".join(found.groups()).upper()
    if check_digit(digits[:-1]) != digits[-1]:
        return ""
    return "https://orcid.org/" + "-".join(digits[at : at + 4] for at in range(0, 16, 4))


def check_digit(digits: str) -> str:
    """The check character of these digits (ISO/IEC 7064:2003, MOD 11-2): a digit, or X for ten."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def ror(text: str) -> str:
    """The id as its address, https://ror.org/03yrm5c26; empty if it is none, or its check digits are wrong.

    Seven characters of Crockford's base 32, the first a zero, and two check digits (ISO/IEC 7064:2003, MOD 97-10).
    """
    found = ROR.fullmatch(text.strip())
    if found is None:
        return ""
    name, check = found[1].lower(), int(found[2])
    number = 0
    for character in name:
        number = number * 32 + CROCKFORD.index(character)
    return f"https://ror.org/{name}{found[2]}" if 98 - number * 100 % 97 == check else ""
