"""Data use conditions: the GA4GH Data Use Ontology's terms (release 2021-02-23) that a dataset may carry."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

# code: (shorthand, what it says to a person)
PERMISSIONS: dict[str, tuple[str, Any]] = {
    "DUO:0000004": ("NRES", _("no restriction on the kind of research")),
    "DUO:0000042": ("GRU", _("any general research")),
    "DUO:0000006": ("HMB", _("health, medical and biomedical research")),
    "DUO:0000007": ("DS", _("research on the named disease only")),
    "DUO:0000011": ("POA", _("research on population origins or ancestry only")),
}
MODIFIERS: dict[str, tuple[str, Any]] = {
    "DUO:0000044": ("NPOA", _("no research on population origins or ancestry")),
    "DUO:0000012": ("RS", _("further restrictions on the kind of research")),
    "DUO:0000015": ("NMDS", _("no general methods development")),
    "DUO:0000016": ("GSO", _("genetic studies only")),
    "DUO:0000018": ("NPUNCU", _("not-for-profit organisations and non-commercial use only")),
    "DUO:0000019": ("PUB", _("results must be published")),
    "DUO:0000020": ("COL", _("collaboration with the primary investigators")),
    "DUO:0000021": ("IRB", _("ethics approval is required")),
    "DUO:0000022": ("GS", _("use within a named region only")),
    "DUO:0000024": ("MOR", _("no publication before a named date")),
    "DUO:0000025": ("TS", _("use for a limited time")),
    "DUO:0000026": ("US", _("use by approved people only")),
    "DUO:0000027": ("PS", _("use within an approved project only")),
    "DUO:0000028": ("IS", _("use within an approved institution only")),
    "DUO:0000029": ("RTN", _("results are returned to the source")),
    "DUO:0000043": ("CC", _("clinical care is allowed as well")),
    "DUO:0000045": ("NPU", _("not-for-profit organisations only")),
    "DUO:0000046": ("NCU", _("non-commercial use only")),
}
TERMS = PERMISSIONS | MODIFIERS


def choices() -> list[tuple[str, str]]:
    return [(code, f"{short}: {label}") for code, (short, label) in TERMS.items()]


class Use(NamedTuple):
    """One use condition: its code, and what it is about (a disease, a region, a date) where the code needs that."""

    code: str
    value: str = ""


def in_order(uses: Iterable[Use]) -> list[Use]:
    """Each once, in the order of the terms; codes that are unknown come last."""
    places = {code: place for place, code in enumerate(TERMS)}
    return sorted(set(uses), key=lambda use: (places.get(use.code, len(places)), use))


def listed(rows: Iterable[Mapping[str, str]]) -> list[Use]:
    """The conditions out of `queries.with_conditions`."""
    return in_order(Use(row["code"], row["value"]) for row in rows)


def explained(uses: Iterable[Use]) -> list[dict[str, str]]:
    """Each with its shorthand, sentence and value; an unknown code says so instead of vanishing."""
    unknown = ("?", _("unknown condition: ask the committee"))
    return [
        {
            "code": use.code,
            "short": TERMS.get(use.code, unknown)[0],
            "label": str(TERMS.get(use.code, unknown)[1]),
            "value": use.value,
        }
        for use in in_order(uses)
    ]
