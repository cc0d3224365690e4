"""Naming a colleague: by what both people know, so that nobody can look others up."""

import re

from django.utils.translation import gettext as _

from apps.core import rate
from apps.core.errors import Invalid
from apps.people.models import Person
from apps.people.queries import colleagues_named

UNKNOWN_AT_MOST = 30  # entries that named nobody, for one person in an hour
HOUR = 60 * 60
CODE_OR_ORCID = re.compile(
    r"P-[0-9A-Z]{4}-[0-9A-Z]{4}|(?:https://orcid\.org/)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII | re.IGNORECASE
)


def split_entries(text: str) -> list[str]:
    """One entry for each colleague: lines, or entries separated by commas or semicolons.

    Codes, ORCID iDs and e-mail addresses may also be separated by spaces; a name keeps its spaces.
    """
    entries: list[str] = []
    for entry in re.split(r"[\n,;]", text):
        parts = entry.split()
        named = any("@" in part or CODE_OR_ORCID.fullmatch(part) for part in parts)
        entries += parts if named else [" ".join(parts)]
    return [entry for entry in entries if entry]


def find_colleague(words: str, *, by: Person, field: str) -> Person:
    """The one person that `words` name; Invalid at `field` if they name nobody, or several people.

    After many entries that named nobody the answer is a refusal, whoever is asked for: otherwise the entries that do
    name somebody would tell who has an account. Only a colleague code, which cannot be guessed, is still looked up.
    """
    found = list(colleagues_named(words, by)[:2])
    key = f"colleague:{by.pk}"
    is_code = len(found) == 1 and found[0].code == words.strip().upper()
    if rate.count_of(key) >= UNKNOWN_AT_MOST and not is_code:
        raise Invalid(_("You entered too many people who were not found. Try again in an hour."), field=field)
    if len(found) == 1:
        return found[0]
    if found:
        raise Invalid(
            _("Several people are called “%(words)s”. Enter an e-mail address, an ORCID iD or a colleague code.")
            % {"words": words[:200]},
            field=field,
        )
    rate.count_event(key, within=HOUR)
    raise Invalid(
        _(
            "Nobody was found for “%(words)s”. Your colleague must sign in once. Then enter the e-mail address that "
            "their institution verified, their ORCID iD, or the colleague code from their Account page. "
            "You can enter the name of a person only if they are at your institution."
        )
        % {"words": words[:200]},
        field=field,
    )
