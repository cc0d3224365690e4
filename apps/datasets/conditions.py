"""Data use conditions: the GA4GH Data Use Ontology's terms (release 2021-02-23) that a dataset may carry."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

# Each code with its abbreviation and label.
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
    """The terms as choices of a form field."""
    return [(code, f"{short}: {label}") for code, (short, label) in TERMS.items()]


class Use(NamedTuple):
    """One use condition: its code, and a value (a disease, a region, a date) if the code needs one."""

    code: str
    value: str = ""


def in_order(uses: Iterable[Use]) -> list[Use]:
    """The conditions without duplicates, in the order of TERMS; unknown codes come last."""
    positions = {code: position for position, code in enumerate(TERMS)}
    return sorted(set(uses), key=lambda use: (positions.get(use.code, len(positions)), use))


def listed(rows: Iterable[Mapping[str, str]]) -> list[Use]:
    """The conditions in an annotation made by `queries.condition_rows`."""
    return in_order(Use(row["code"], row["value"]) for row in rows)


def explained(uses: Iterable[Use]) -> list[dict[str, str]]:
    """Each condition with its abbreviation, label and value; an unknown code has a label that says so."""
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
