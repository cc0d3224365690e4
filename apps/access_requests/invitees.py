"""Whom an invitation names: an e-mail address or an ORCID iD, read from what somebody typed. Pure functions.

Two addresses are the same if their ASCII characters are, in upper or lower case. Other characters are refused: a
Cyrillic a in `anna@` looks the same and names another mailbox, and the Kelvin sign is a k in lower case.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.core.errors import Invalid
from apps.core.text import is_email
from apps.forms import identifiers
from apps.people.models import Person

LONGEST = 254  # characters of an address (RFC 5321, 4.5.3.1.3)
SHOWN = 80  # characters of a wrong entry that its sentence repeats
ORCID_PREFIX = "https://orcid.org/"


@dataclass(frozen=True)
class Invitee:
    """One of the two is empty, or both name the same person. The iD is without https://orcid.org/."""

    email: str = ""
    orcid: str = ""


def read_invitee(text: str, *, field: str) -> Invitee:
    """The person whom the entry names; Invalid at `field` if it is neither an address nor an iD with its check digit
    (ISO/IEC 7064:2003, MOD 11-2).
    """
    said = {"entry": text.strip()[:SHOWN]}
    if "@" in text:
        return Invitee(email=_read_email(text, said, field))
    found = identifiers.orcid(text)
    if not found:
        raise Invalid(
            _("“%(entry)s” is neither an e-mail address nor an ORCID iD. Check it.") % said,
            field=field,
        )
    return Invitee(orcid=found.removeprefix(ORCID_PREFIX))


def read_invitees(entries: Iterable[str], *, field: str) -> list[Invitee]:
    """Each person once, in order; one refusal has the sentence of every wrong entry."""
    found, refused = [], []
    for entry in entries:
        try:
            found.append(read_invitee(entry, field=field))
        except Invalid as refusal:
            refused.append(refusal.sentence)
    if refused:
        raise Invalid(" ".join(dict.fromkeys(refused)), field=field)
    return list(dict.fromkeys(found))


def _read_email(text: str, said: dict[str, str], field: str) -> str:
    address = text.strip()
    if not address.isascii():
        raise Invalid(
            _(
                "“%(entry)s” contains a character that cannot be used here. Some characters only look like a to "
                "z. Type the address instead of pasting it."
            )
            % said,
            field=field,
        )
    if not is_email(address) or len(address) > LONGEST:
        raise Invalid(_("“%(entry)s” is not an e-mail address. Check it.") % said, field=field)
    return address.lower()


def proved_by(person: Person) -> Invitee:
    """What the person's sign-in proves: their verified address if it is plain ASCII, and their ORCID iD."""
    usable = person.email_verified and person.email.isascii()
    return Invitee(email=person.email.lower() if usable else "", orcid=person.orcid.removeprefix(ORCID_PREFIX))
