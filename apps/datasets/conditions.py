"""Data use conditions: the GA4GH Data Use Ontology's terms (release 2021-02-23) that a dataset may carry, and the
portal's own.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.countries import code_of, name_of
from apps.core.text import is_blank

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
# DUO has no code for these: the portal's own.
NO_REIDENTIFICATION, NO_AI_TRAINING, OPT_OUT_APPLIED = "GH:0000001", "GH:0000002", "GH:0000003"
MODIFIERS |= {
    NO_REIDENTIFICATION: ("NRI", _("no attempt to identify people")),
    NO_AI_TRAINING: ("NAI", _("no training of AI models")),
    OPT_OUT_APPLIED: ("OPT", _("people who opted out are removed, also later")),
}
TERMS = PERMISSIONS | MODIFIERS
LONGEST_VALUE = 200  # characters of one value
DISEASE, REGION = "DUO:0000007", "DUO:0000022"


class Value(NamedTuple):
    """What a code needs besides itself: its label, a hint, what to say if it is missing, and its kind.

    `several` values are several conditions, one row each; a `date` is stored as ISO 8601, for example 2027-06-30.
    """

    label: Any
    hint: Any
    missing: Any
    several: bool = False
    date: bool = False


_ONE_A_LINE = _("One per line.")
VALUES: dict[str, Value] = {
    "DUO:0000007": Value(
        _("Diseases"), _("One per line, with the MONDO identifier if you know it: breast carcinoma (MONDO:0004989)."),
        _("Enter the disease that the data may be used for."), several=True,
    ),
    "DUO:0000012": Value(
        _("Restriction"), _("For example: research on paediatric cancer only."),
        _("Enter the restriction on the kind of research."),
    ),
    "DUO:0000020": Value(
        _("Collaborate with"), _("Names of the investigators or the institution, one per line."),
        _("Enter with whom users must collaborate."), several=True,
    ),
    "DUO:0000022": Value(
        _("Countries or regions"), _("One on each line: a country, EU or EEA. The committee compares other regions."),
        _("Enter the countries or regions where the data may be used."), several=True,
    ),
    "DUO:0000024": Value(
        _("No publication before"), _("For example 30 June 2027."),
        _("Enter the first day on which results may be published."), date=True,
    ),
    "DUO:0000025": Value(
        _("Last day of use"), _("For example 30 June 2027."), _("Enter the last day on which the data may be used."),
        date=True,
    ),
    "DUO:0000026": Value(
        _("Approved people"), _ONE_A_LINE, _("Enter the people who may use the data."), several=True
    ),
    "DUO:0000027": Value(_("Approved projects"), _ONE_A_LINE, _("Enter the approved project."), several=True),
    "DUO:0000028": Value(
        _("Approved institutions"), _ONE_A_LINE, _("Enter the institutions that may use the data."), several=True
    ),
}  # fmt: skip
# Codes that contradict each other, or of which one says what the other says; with the sentence that says what to do.
_FOR_PROFIT = _("NPUNCU already means NPU and NCU. Keep only NPUNCU.")
_NO_RESTRICTION = _(
    "NRES means no restriction, so it cannot be combined with a condition that restricts use. Remove the condition, or "
    "choose another permission."
)
_RESTRICTING = ("0000044", "0000012", "0000015", "0000016", "0000018", "0000022", "0000025", "0000026", "0000027",
                "0000028", "0000045", "0000046")  # fmt: skip
CONTRADICTIONS: tuple[tuple[str, str, Any], ...] = (
    ("DUO:0000018", "DUO:0000045", _FOR_PROFIT),
    ("DUO:0000018", "DUO:0000046", _FOR_PROFIT),
    ("DUO:0000045", "DUO:0000046", _("NPU together with NCU is NPUNCU. Choose only NPUNCU.")),
    (
        "DUO:0000011", "DUO:0000044",
        _("POA allows only research on ancestry and NPOA forbids it. Remove NPOA, or choose another permission."),
    ),
    *(("DUO:0000004", f"DUO:{number}", _NO_RESTRICTION) for number in _RESTRICTING),
    ("DUO:0000004", NO_AI_TRAINING, _NO_RESTRICTION),
)  # fmt: skip


class Use(NamedTuple):
    """One use condition: its code, and a value (a disease, a region, a date) if the code needs one."""

    code: str
    value: str = ""


def faults_of(uses: Iterable[Use], *, known: Iterable[Use] = (), today: date) -> dict[str, str]:
    """What is wrong with these conditions: a sentence by code, or by "permission" if there is more than one.

    Every code that needs a value has one, and only those have one. A date that is not in `known`, the conditions that
    are stored already, must be later than `today`.
    """
    uses, stored = list(uses), set(known)
    codes = {use.code for use in uses}
    faults = {use.code: said for use in uses if (said := _fault_of_value(use, checked=use not in stored, today=today))}
    for one, other, sentence in CONTRADICTIONS:
        if {one, other} <= codes:
            faults.setdefault(other, str(sentence))
    for code, value in VALUES.items():
        if not value.several and sum(use.code == code for use in uses) > 1:
            faults.setdefault(code, gettext("Enter one value."))
    if len(codes & set(PERMISSIONS)) > 1:
        faults["permission"] = gettext("Choose one permission. Several permissions contradict each other.")
    return faults


def _fault_of_value(use: Use, *, checked: bool, today: date) -> str:
    needed = VALUES.get(use.code)
    if use.code not in TERMS:
        return gettext("Unknown use condition: %(code)s") % {"code": use.code}
    if needed is None:
        return gettext("This condition has no value.") if use.value else ""
    if is_blank(use.value):
        return str(needed.missing)
    if len(use.value) > LONGEST_VALUE:
        return gettext("Use at most %(most)s characters for each value.") % {"most": LONGEST_VALUE}
    if needed.date and checked:
        return _fault_of_date(use.value, today)
    return ""


def _fault_of_date(value: str, today: date) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return gettext("Enter a date, for example 2027-06-30.")
    return "" if day > today else gettext("Enter a date in the future.")


def tidied(use: Use) -> Use:
    """The condition as it is stored: a country or region that is known by its code (ISO 3166-1, EU, EEA)."""
    return Use(use.code, code_of(use.value) or use.value) if use.code == REGION else use


def in_order(uses: Iterable[Use]) -> list[Use]:
    """The conditions without duplicates, in the order of TERMS; unknown codes come last."""
    positions = {code: position for position, code in enumerate(TERMS)}
    return sorted(set(uses), key=lambda use: (positions.get(use.code, len(positions)), use))


def listed(rows: Iterable[Mapping[str, str]]) -> list[Use]:
    """The conditions in an annotation made by `queries.condition_rows`."""
    return in_order(Use(row["code"], row["value"]) for row in rows)


def _shown(use: Use) -> str:
    """The value as people read it: a date or a country in their language."""
    if use.code == REGION:
        return name_of(use.value)
    if use.code in VALUES and VALUES[use.code].date:
        try:
            return date_format(date.fromisoformat(use.value), "DATE_FORMAT")
        except ValueError:
            return use.value
    return use.value


def explained(uses: Iterable[Use]) -> list[dict[str, str]]:
    """Each condition with its abbreviation, label, value and the value as people read it (`shown`).

    An unknown code has a label that says so.
    """
    unknown = ("?", _("unknown condition: ask the committee"))
    return [
        {
            "code": use.code,
            "short": TERMS.get(use.code, unknown)[0],
            "label": str(TERMS.get(use.code, unknown)[1]),
            "value": use.value,
            "shown": _shown(use),
        }
        for use in in_order(uses)
    ]


def in_words(uses: Iterable[Use]) -> str:
    """All conditions in one line: "research on the named disease only (DS): breast carcinoma; ..."."""
    shown: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for line in explained(uses):
        labels[line["code"]] = f"{line['label']} ({line['short']})"
        shown.setdefault(line["code"], [])
        if line["shown"]:
            shown[line["code"]].append(line["shown"])
    return "; ".join(f"{labels[code]}: {', '.join(said)}" if said else labels[code] for code, said in shown.items())
